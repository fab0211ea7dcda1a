#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "csv/chunk.h"
#include "csv/dialect.h"
#include "csv/quote_machine.h"
#include "csv/structural_scan.h"

namespace sluice::csv {

struct IndexOptions {
  Dialect dialect = {};
  std::size_t columns = 0;  ///< fields a record must have; 0: any number, up to `fields_max`
  std::size_t fields_max = 10'000;
  std::size_t field_bytes_max = std::size_t{16} << 20;
  std::size_t record_bytes_max = std::size_t{64} << 20;
};

/// One record in its chunk.
struct Record {
  enum class Fault : std::uint8_t { kNone, kFieldCount, kTextAfterQuote, kOpenQuote, kFieldLimit, kRecordLimit };
  std::uint32_t begin = 0;
  std::uint32_t end = 0;              ///< its line end not included
  std::uint32_t first_separator = 0;  ///< in the tile: where its first field ends
  std::uint32_t fields = 0;
  Fault fault = Fault::kNone;
};

/// Goes through the records of one chunk in tiles that stay in the processor's cache.
///
/// Blank lines are no records, unless there is exactly one column: then they are a NULL. Order: Start, then NextTile
/// until it is false. Threads: one at a time; used again for chunk after chunk.
class RecordIndex {
 public:
  RecordIndex(IndexOptions options, const ScanKernel& kernel);

  void Start(const Chunk& chunk);
  bool NextTile();
  /// Records of this tile that have the right number of fields and no fault.
  const std::vector<Record>& good() const { return good_; }
  const std::vector<Record>& faulty() const { return faulty_; }
  /// Where the fields of this tile end, see Record::first_separator.
  const std::uint32_t* separators() const { return separators_.data(); }

 private:
  bool at_end() const { return scan_.position >= scan_.size; }
  void Discard();
  void ShortenOpenRecord();
  void FindFieldsByteWise();
  void TakeRecords();
  void TakeRecord(const Record& record, bool spoiled);
  void TakeOpenRecord();
  Record::Fault Judge(const Record& record, bool spoiled) const;

  IndexOptions options_;
  const ScanKernel& kernel_;
  const Chunk* chunk_ = nullptr;
  FieldScan scan_;
  QuoteMachine machine_;
  std::vector<std::uint32_t> separators_;
  std::vector<std::uint32_t> record_ends_;
  std::vector<std::uint8_t> spoiled_;  ///< per record end; empty for the fast scan
  std::size_t taken_separators_ = 0;   ///< of the records already handed out
  std::size_t dropped_fields_ = 0;     ///< of the record that is not complete yet
  std::uint32_t record_begin_ = 0;
  std::vector<Record> good_;
  std::vector<Record> faulty_;
};

}  // namespace sluice::csv

#pragma once

#include <arrow/type_fwd.h>
#include <parquet/column_reader.h>
#include <parquet/file_reader.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"
#include "storage/file_system.h"

namespace sluice::delta_log {

/// A column of a checkpoint file below Arrow: its number, and what its levels mean.
struct CheckpointLeaf {
  int column = -1;
  ::parquet::Type::type type = ::parquet::Type::BYTE_ARRAY;
  std::int16_t max_definition = 0;        ///< a value is there
  std::int16_t entry_definition = 0;      ///< inside a list or map: an entry is there, its value perhaps not
  std::int16_t container_definition = 0;  ///< the list or map is there, perhaps empty
};

/// Levels of a column that follow each other, without gaps from one visit to the next.
template <typename Value>
struct CheckpointLevels {
  std::span<const std::int16_t> definitions;
  std::span<const std::int16_t> repetitions;  ///< as many; 0 begins a row
  std::span<const Value> values;              ///< of the levels with the leaf's max_definition, valid during the visit
};

/// A Parquet file of a checkpoint (a part, a top file, a sidecar), read column by column and only where it is asked to.
/// Columns may be missing, in any order, required or optional; lists have two or three levels.
///
/// Threads: any. The pool outlives it. Functions that read may throw what Arrow's Parquet library throws, and their
/// errors do not name the file: call them inside parquet::ReadGuarded.
class CheckpointFile {
 public:
  using Names = std::initializer_list<std::string_view>;

  /// Corruption, naming the path, when it is no whole Parquet file.
  static core::Result<std::shared_ptr<const CheckpointFile>> Open(storage::FileSystem& files, const std::string& path,
                                                                  arrow::MemoryPool* pool);

  const std::string& path() const { return path_; }
  int row_groups() const;
  std::int64_t rows(int row_group) const;

  /// The leaf with these names from the root on; nullopt when it is not there. Below a list the single leaf, below a
  /// map the first (`value` false) or second one. Corruption when it is no leaf.
  core::Result<std::optional<CheckpointLeaf>> FindLeaf(Names names, bool map_value = false) const;
  bool HasColumn(Names names) const;
  /// How much memory the values of a column may take, going by the footer; a lying one cannot ask for much more than
  /// the file has.
  std::size_t BytesEstimate(int row_group, const CheckpointLeaf& leaf) const;
  /// True when the footer says that a row group has no value in this column.
  bool AllNull(int row_group, const CheckpointLeaf& leaf) const;

  /// Called for all levels of a column, some at a time; the first begins a row, and all rows are there at the end.
  template <typename Value>
  using Visit = std::function<void(const CheckpointLevels<Value>& levels)>;
  core::Status VisitTexts(int row_group, const CheckpointLeaf& leaf, const Visit<std::string_view>& visit) const;
  /// INT32 and INT64.
  core::Status VisitIntegers(int row_group, const CheckpointLeaf& leaf, const Visit<std::int64_t>& visit) const;
  core::Status VisitBooleans(int row_group, const CheckpointLeaf& leaf, const Visit<bool>& visit) const;
  /// For each row of a column of any of these types: whether its first level has a value.
  core::Result<std::vector<bool>> FindRows(int row_group, const CheckpointLeaf& leaf) const;

  /// The leaves below a column as Arrow sees them, batch by batch.
  core::Status VisitColumns(int row_group, Names names,
                            const std::function<core::Status(const arrow::RecordBatch&)>& visit) const;

 private:
  CheckpointFile(std::string path, std::shared_ptr<storage::RandomAccessFile> file,
                 std::unique_ptr<::parquet::ParquetFileReader> reader, arrow::MemoryPool* pool)
      : path_(std::move(path)), file_(std::move(file)), reader_(std::move(reader)), pool_(pool) {}

  const ::parquet::schema::Node* FindNode(Names names) const;
  core::Error WrongType(const CheckpointLeaf& leaf, std::string_view expected) const;
  template <typename Type, typename Value, typename Convert>
  core::Status VisitColumn(int row_group, const CheckpointLeaf& leaf, const Visit<Value>& visit,
                           Convert&& convert) const;

  std::string path_;
  std::shared_ptr<storage::RandomAccessFile> file_;
  std::unique_ptr<::parquet::ParquetFileReader> reader_;
  arrow::MemoryPool* pool_;
};

}  // namespace sluice::delta_log

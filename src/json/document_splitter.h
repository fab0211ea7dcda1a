#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "json/chunk_source.h"
#include "json/nesting_scanner.h"

namespace sluice::json {

/// Where in the input a stream begins that is a part of it.
struct InputPosition {
  std::uint64_t offset = 0;
  std::uint64_t lines = 0;  ///< line ends before it
};

/// A record above the limit, while the rest of it is skipped.
struct OversizedRecord {
  std::string kept;  ///< its first bytes
  std::uint64_t begin = 0;
  std::uint64_t end = 0;  ///< 0: not found yet
  std::uint32_t line = 0;
};

/// Cuts a top-level array into its elements, or objects that follow one another, without holding the document.
///
/// Corruption with line and byte: an array or object that is not closed, brackets that do not match, anything else
/// between or behind the records. Elements that are no valid JSON are cut all the same.
class DocumentSplitter final : public ChunkSource {
 public:
  DocumentSplitter(std::unique_ptr<storage::ByteStream> stream, std::string source, const JsonOptions& options,
                   InputPosition begin, arrow::MemoryPool* pool);
  core::Result<std::optional<columns::TextChunk>> Next() override;
  bool by_lines() const override { return false; }

 private:
  enum class State : std::uint8_t {
    kStart,
    kBetweenObjects,
    kAfterOpening,  // of the array
    kAfterComma,
    kInRecord,
    kAfterArray,
  };

  core::Status Fill();
  core::Status Scan();
  core::Status ScanBetween(char c);
  core::Status ScanStart(char c);
  core::Status ScanRecord();
  void BeginRecord();
  void EndRecord(std::size_t end);
  core::Status CheckEnd() const;
  void BeginSkipping();
  core::Result<columns::TextChunk> Cut();
  core::Result<columns::TextChunk> CutOversized();
  core::Status Carry(std::size_t from);
  core::Error Flaw(const std::string& what, std::size_t position) const;
  std::uint64_t lines() const { return lines_ + scanner_.lines(); }

  std::unique_ptr<storage::ByteStream> stream_;
  std::string source_;
  JsonOptions options_;
  arrow::MemoryPool* pool_;
  std::shared_ptr<arrow::ResizableBuffer> buffer_;
  std::size_t filled_ = 0;
  std::size_t position_ = 0;       // scanned so far
  std::uint64_t offset_;           // of the buffer in the input
  std::uint64_t lines_;            // line ends scanned, but for those of the record being scanned
  std::uint64_t chunk_lines_ = 0;  // of those, before the buffer
  State state_ = State::kStart;
  bool array_ = false;
  bool first_ = true;
  bool stream_ended_ = false;
  NestingScanner scanner_;
  std::size_t record_begin_ = 0;
  std::vector<columns::RecordSpan> records_;
  std::optional<OversizedRecord> oversized_;
};

}  // namespace sluice::json

#include "json/chunk_parser.h"

#include <arrow/record_batch.h>

#include <algorithm>
#include <utility>

#include "columns/row_removal.h"

namespace sluice::json {

namespace {

/// Rows whose texts are gathered before they go to the builders column by column; a run may add to them.
constexpr std::size_t kTileRows = 1024;

}  // namespace

ChunkParser::ChunkParser(std::unique_ptr<RecordTable> table, std::shared_ptr<arrow::Schema> arrow_schema,
                         std::string source, std::uint64_t record_bytes_max, arrow::MemoryPool* pool)
    : table_(std::move(table)),
      schema_(std::move(arrow_schema)),
      source_(std::move(source)),
      record_bytes_max_(record_bytes_max),
      pool_(pool) {}

void ChunkParser::VisitBroken(const columns::RecordSpan& span, const std::string& reason) {
  rejects_.push_back(columns::RejectOf(*chunk_, span, source_, "", reason));
}

std::size_t ChunkParser::VisitRun(Cursor& cursor, std::uint32_t block_begin,
                                  std::span<const columns::RecordSpan> records) {
  const std::size_t read = table_->ReadRun(cursor, block_begin, records, static_cast<std::uint32_t>(tile_.size()));
  tile_.insert(tile_.end(), records.begin(), records.begin() + static_cast<std::ptrdiff_t>(read));
  if (tile_.size() >= kTileRows && status_) status_ = Flush();
  return read;
}

void ChunkParser::Visit(Cursor& cursor, const columns::RecordSpan& span) {
  if (!table_->Read(cursor, static_cast<std::uint32_t>(tile_.size()))) {
    rejects_.push_back(columns::RejectOf(*chunk_, span, source_, table_->fault().column, table_->fault().reason));
    return;
  }
  tile_.push_back(span);
  if (tile_.size() >= kTileRows && status_) status_ = Flush();
}

core::Status ChunkParser::Flush() {
  RowFaults faults;
  faults.faulty.assign(tile_.size(), 0);
  SLUICE_TRY(table_->Flush(faults));
  removed_.insert(removed_.end(), faults.faulty.begin(), faults.faulty.end());
  for (auto& [row, fault] : faults.first) {
    rejects_.push_back(
        columns::RejectOf(*chunk_, tile_[row], source_, std::move(fault.column), std::move(fault.reason)));
  }
  tile_.clear();
  return core::Ok();
}

core::Status ChunkParser::BuildRows(columns::ParsedChunk& parsed) {
  SLUICE_TRY(std::exchange(status_, core::Ok()));
  SLUICE_TRY(Flush());
  SLUICE_ASSIGN_OR_RETURN(std::vector<std::shared_ptr<arrow::Array>> arrays, table_->Finish());
  parsed.rows = arrow::RecordBatch::Make(schema_, static_cast<std::int64_t>(removed_.size()), std::move(arrays));
  SLUICE_ASSIGN_OR_RETURN(parsed.rows, columns::RemoveRows(std::move(parsed.rows), removed_, pool_));
  removed_.clear();
  return core::Ok();
}

core::Result<columns::ParsedChunk> ChunkParser::Parse(const columns::TextChunk& chunk) {
  chunk_ = &chunk;
  if (chunk.oversized_bytes > 0) {
    VisitBroken(chunk.records.front(), "a record longer than " + std::to_string(record_bytes_max_) + " bytes");
  } else {
    WalkRecords(chunk, index_, *this);
  }
  columns::ParsedChunk parsed;
  parsed.lines = chunk.lines;
  parsed.stored_bytes_read = chunk.stored_bytes_read;
  SLUICE_TRY(BuildRows(parsed));
  // A tile's faults are known only when it is flushed, those of the text at once.
  std::sort(rejects_.begin(), rejects_.end(),
            [](const columns::Reject& a, const columns::Reject& b) { return a.byte_begin < b.byte_begin; });
  parsed.rejects = std::exchange(rejects_, {});
  return parsed;
}

}  // namespace sluice::json

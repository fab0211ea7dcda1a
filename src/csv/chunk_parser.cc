#include "csv/chunk_parser.h"

#include <arrow/record_batch.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "columns/row_removal.h"

namespace sluice::csv {

ChunkParser::ChunkParser(const ColumnPlan& plan, std::string source, const IndexOptions& options,
                         const ScanKernel& kernel, std::shared_ptr<arrow::Schema> schema, arrow::MemoryPool* pool)
    : plan_(plan),
      schema_(std::move(schema)),
      pool_(pool),
      index_(options, kernel),
      gather_(options.dialect),
      rejects_(std::move(source), options, kernel) {}

core::Result<std::unique_ptr<ChunkParser>> ChunkParser::Make(const ColumnPlan& plan, std::string source,
                                                             const IndexOptions& options, const ScanKernel& kernel,
                                                             std::shared_ptr<arrow::Schema> schema,
                                                             arrow::MemoryPool* pool) {
  std::unique_ptr<ChunkParser> parser(
      new ChunkParser(plan, std::move(source), options, kernel, std::move(schema), pool));
  for (const PlannedColumn& column : plan.columns) {
    SLUICE_ASSIGN_OR_RETURN(auto builder, columns::MakeScalarBuilder(column.spec, pool));
    parser->constants_.emplace_back(column.constant.value_or(""));
    if (column.constant) {
      const columns::Fault fault = builder->AppendOne(parser->constants_.back().view());
      if (fault != columns::Fault::kNone) {
        return core::InvalidInput(fmt::format("column '{}': its value '{}' is {}", column.spec.field.name,
                                              *column.constant, columns::FaultReason(fault, column.spec)));
      }
      SLUICE_TRY(builder->Finish());
    }
    parser->builders_.push_back(std::move(builder));
  }
  return parser;
}

core::Result<columns::RowBatch> ChunkParser::Parse(const Chunk& chunk) {
  rows_ = 0;
  removed_.clear();
  rejects_.Start(chunk);
  if (chunk.oversized_bytes > 0) {
    rejects_.AddOversized();
  } else {
    // A record takes a byte per column at least, so blank lines cannot ask for more.
    const std::size_t rows = std::min(chunk.records_max, (chunk.end - chunk.begin) / plan_.input_columns);
    for (const auto& builder : builders_) SLUICE_TRY(builder->Reserve(rows));
    index_.Start(chunk);
    while (index_.NextTile()) ParseTile(chunk.text());
  }
  SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::RecordBatch> rows, FinishRows());
  return columns::RowBatch{std::move(rows), rejects_.Take(), chunk.stored_bytes_read};
}

void ChunkParser::ParseTile(const char* text) {
  for (const Record& record : index_.faulty()) rejects_.Add(record);
  const std::size_t rows = index_.good().size();
  faults_.assign(rows, columns::Fault::kNone);
  tile_has_faults_ = false;
  for (std::size_t c = 0; c < builders_.size(); ++c) AppendColumn(text, c);
  if (tile_has_faults_) RejectFaults();
  rows_ += rows;
}

void ChunkParser::AppendColumn(const char* text, std::size_t column) {
  const PlannedColumn& planned = plan_.columns[column];
  const std::size_t rows = index_.good().size();
  std::size_t fault_count = 0;
  if (planned.input) {
    fault_count = builders_[column]->Append(gather_.Gather(text, index_, *planned.input), faults_.data());
  } else {
    repeated_.assign(rows, planned.constant ? constants_[column].view() : std::string_view());
    fault_count = builders_[column]->Append(repeated_, faults_.data());
  }
  if (fault_count == 0) return;
  if (!tile_has_faults_) fault_columns_.assign(rows, static_cast<std::uint32_t>(builders_.size()));
  tile_has_faults_ = true;
  for (std::size_t i = 0; i < rows; ++i) {
    if (faults_[i] == columns::Fault::kNone) continue;
    fault_columns_[i] = std::min(fault_columns_[i], static_cast<std::uint32_t>(column));
  }
}

void ChunkParser::RejectFaults() {
  removed_.resize(rows_ + faults_.size(), 0);
  for (std::size_t i = 0; i < faults_.size(); ++i) {
    if (faults_[i] == columns::Fault::kNone) continue;
    removed_[rows_ + i] = 1;
    const schema::ColumnSpec& spec = plan_.columns[fault_columns_[i]].spec;
    rejects_.Add(index_.good()[i], spec.field.name, columns::FaultReason(faults_[i], spec));
  }
}

core::Result<std::shared_ptr<arrow::RecordBatch>> ChunkParser::FinishRows() {
  std::vector<std::shared_ptr<arrow::Array>> arrays;
  arrays.reserve(builders_.size());
  for (const auto& builder : builders_) {
    SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Array> array, builder->Finish());
    arrays.push_back(std::move(array));
  }
  auto rows = arrow::RecordBatch::Make(schema_, static_cast<std::int64_t>(rows_), std::move(arrays));
  if (removed_.empty()) return rows;
  removed_.resize(rows_, 0);
  return columns::RemoveRows(std::move(rows), removed_, pool_);
}

}  // namespace sluice::csv

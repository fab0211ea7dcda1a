// The first two bytes choose the dialect and the chunk size; the rest is the input. Whatever the bytes: chunks, tiles
// and SIMD give the rows, lines and rejects of the plain model, and what inference saw fits the types it found.
#include <arrow/array/array_binary.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "columns/utf8.h"
#include "csv/csv_model.h"
#include "csv/inference.h"
#include "csv/reader.h"
#include "storage/memory_stream.h"

namespace {

using namespace sluice;

using Cell = std::optional<std::string>;
struct Output {
  std::vector<std::vector<Cell>> rows;
  std::vector<columns::Reject> rejects;
};

void Require(bool good) {
  if (!good) std::abort();
}

core::Result<Output> Read(const std::string& text, const csv::CsvOptions& options, const schema::TableSpec& spec,
                          bool strings) {
  core::Executor executor(1);
  const core::Cancellation cancellation;
  SLUICE_ASSIGN_OR_RETURN(const std::unique_ptr<csv::Reader> reader,
                          csv::Reader::Open(storage::StreamFromString(text), "fuzz", options, spec, executor,
                                            cancellation, arrow::default_memory_pool()));
  Output output;
  while (true) {
    SLUICE_ASSIGN_OR_RETURN(const std::optional<columns::RowBatch> batch, reader->Next());
    if (!batch) return output;
    Require(batch->rows->ValidateFull().ok());
    for (std::int64_t i = 0; i < batch->rows->num_rows(); ++i) {
      std::vector<Cell>& row = output.rows.emplace_back();
      if (!strings) continue;
      for (const auto& column : batch->rows->columns()) {
        row.push_back(column->IsNull(i) ? Cell() : Cell(static_cast<const arrow::StringArray&>(*column).GetString(i)));
      }
    }
    output.rejects.insert(output.rejects.end(), batch->rejects.begin(), batch->rejects.end());
  }
}

schema::TableSpec Columns(std::size_t count, schema::TypeKind kind) {
  schema::TableSpec spec;
  for (std::size_t i = 0; i < count; ++i) {
    spec.columns.push_back({.field = {"c" + std::to_string(i), schema::Simple(kind), true}});
  }
  return spec;
}

bool IsRow(const csv::ModelRecord& record, std::size_t columns) {
  return !record.faulty && record.fields.size() == columns &&
         std::all_of(record.fields.begin(), record.fields.end(),
                     [](const Cell& cell) { return !cell || sluice::columns::IsUtf8(*cell); });
}

void CompareWithModel(const std::string& text, const csv::Dialect& dialect, const csv::CsvOptions& options) {
  const std::vector<csv::ModelRecord> first = csv::ReadModel(text, dialect, 2);
  if (first.empty() || first.front().faulty) return;
  const std::size_t columns = first.front().fields.size();
  const auto output = Read(text, options, Columns(columns, schema::TypeKind::kString), true);
  Require(output.has_value());
  std::size_t row = 0;
  std::size_t reject = 0;
  for (const csv::ModelRecord& record : csv::ReadModel(text, dialect, columns)) {
    if (IsRow(record, columns)) {
      Require(row < output->rows.size() && output->rows[row] == record.fields);
      ++row;
    } else {
      Require(reject < output->rejects.size());
      Require(output->rejects[reject].line == record.line && output->rejects[reject].byte_begin == record.begin &&
              output->rejects[reject].byte_end == record.end);
      ++reject;
    }
  }
  Require(row == output->rows.size() && reject == output->rejects.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  std::string text(reinterpret_cast<const char*>(data) + 2, size - 2);
  text.erase(0, std::min(text.find_first_not_of("\r\n"), text.size()));
  if (text.starts_with("\xEF\xBB\xBF")) return 0;  // positions would be those behind it
  csv::Dialect dialect;
  if ((data[0] & 1) != 0) dialect.delimiter = ';';
  if ((data[0] & 2) != 0) dialect.escape = '\\';
  if ((data[0] & 4) != 0) dialect.quote = '\0';
  csv::CsvOptions options;
  options.delimiter = dialect.delimiter;
  options.quote = dialect.quote;
  options.escape = dialect.escape;
  options.header = csv::HeaderMode::kNo;
  options.chunk_bytes = 1 + std::size_t{data[1]} * 2;
  CompareWithModel(text, dialect, options);

  csv::CsvOptions open;
  open.chunk_bytes = options.chunk_bytes;
  core::Executor executor(1);
  const core::Cancellation cancellation;
  const auto inference =
      csv::Infer(storage::StreamFromString(text), "fuzz", open, executor, cancellation, arrow::default_memory_pool());
  if (!inference) return 0;
  const auto typed = Read(text, inference->options, inference->ToSpec(), false);
  Require(typed.has_value());
  for (const columns::Reject& reject : typed->rejects) {
    Require(reject.column.empty() || reject.reason == "invalid UTF-8");
  }
  static constexpr schema::TypeKind kKinds[] = {
      schema::TypeKind::kInt8,   schema::TypeKind::kFloat64, schema::TypeKind::kDate,    schema::TypeKind::kJson,
      schema::TypeKind::kBinary, schema::TypeKind::kBool,    schema::TypeKind::kFloat32, schema::TypeKind::kUuid};
  (void)Read(text, options, Columns(inference->columns.size(), kKinds[data[0] >> 5]), false);
  return 0;
}

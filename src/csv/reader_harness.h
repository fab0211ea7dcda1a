#pragma once

#include <arrow/array.h>
#include <arrow/extension_type.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/cancellation.h"
#include "core/executor.h"
#include "csv/inference.h"
#include "csv/reader.h"
#include "schema/type_text.h"
#include "storage/memory_stream.h"
#include "tests/support/result_matchers.h"

/// For the tests of this room: whole inputs read in one call.
namespace sluice::csv {

inline constexpr std::string_view kNullText = "NULL";

/// Everything a reader gave: rows as texts ("NULL" for NULL), and rejects.
struct Table {
  std::vector<std::vector<std::string>> rows = {};
  std::vector<columns::Reject> rejects = {};
  std::vector<columns::ColumnFinding> findings = {};
  std::vector<std::string> notes = {};
  std::size_t batches = 0;
};

inline std::string CellText(const arrow::Array& array, std::int64_t row) {
  if (array.IsNull(row)) return std::string(kNullText);
  if (array.type_id() == arrow::Type::EXTENSION) {
    return CellText(*static_cast<const arrow::ExtensionArray&>(array).storage(), row);
  }
  return (*array.GetScalar(row))->ToString();
}

inline core::Result<Table> ReadTable(const std::string& text, const schema::TableSpec& spec,
                                     const CsvOptions& options = {}, std::size_t threads = 1) {
  core::Executor executor(threads);
  const core::Cancellation cancellation;
  SLUICE_ASSIGN_OR_RETURN(auto reader, Reader::Open(storage::StreamFromString(text), "in.csv", options, spec, executor,
                                                    cancellation, arrow::default_memory_pool()));
  Table table{.findings = reader->findings(), .notes = reader->notes()};
  while (true) {
    SLUICE_ASSIGN_OR_RETURN(std::optional<columns::RowBatch> batch, reader->Next());
    if (!batch) return table;
    ++table.batches;
    EXPECT_TRUE(batch->rows->ValidateFull().ok()) << batch->rows->ValidateFull().ToString();
    for (std::int64_t row = 0; row < batch->rows->num_rows(); ++row) {
      std::vector<std::string> cells;
      for (const auto& column : batch->rows->columns()) cells.push_back(CellText(*column, row));
      table.rows.push_back(std::move(cells));
    }
    for (columns::Reject& reject : batch->rejects) table.rejects.push_back(std::move(reject));
  }
}

inline schema::TableSpec Declared(std::string_view columns) { return schema::SpecOf(*schema::ParseColumns(columns)); }

inline core::Result<Inference> InferText(const std::string& text, const CsvOptions& options = {},
                                         std::size_t threads = 1) {
  core::Executor executor(threads);
  const core::Cancellation cancellation;
  return Infer(storage::StreamFromString(text), "in.csv", options, executor, cancellation,
               arrow::default_memory_pool());
}

/// Infer, then read with what was found.
inline core::Result<Table> InferAndRead(const std::string& text, const CsvOptions& options = {}) {
  SLUICE_ASSIGN_OR_RETURN(const Inference inference, InferText(text, options));
  return ReadTable(text, inference.ToSpec(), inference.options);
}

}  // namespace sluice::csv

#pragma once

#include <arrow/array/array_base.h>
#include <arrow/extension_type.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "columns/row_reader.h"
#include "core/cancellation.h"
#include "core/executor.h"
#include "json/reader.h"
#include "schema/type_text.h"
#include "storage/memory_stream.h"
#include "tests/support/result_matchers.h"

namespace sluice::json {

/// Everything a reader gave, for tests.
struct Landed {
  std::vector<std::vector<std::string>> rows;  ///< each value as Arrow prints it
  std::vector<columns::Reject> rejects;
  std::vector<columns::ColumnFinding> findings;
  std::vector<std::int64_t> batch_rows;
};

inline core::Result<Landed> Drain(columns::RowReader& reader) {
  Landed landed;
  while (true) {
    SLUICE_ASSIGN_OR_RETURN(std::optional<columns::RowBatch> batch, reader.Next());
    if (!batch) break;
    const arrow::Status valid = batch->rows->ValidateFull();
    if (!valid.ok()) return core::Internal(valid.ToString());
    landed.batch_rows.push_back(batch->rows->num_rows());
    for (std::int64_t row = 0; row < batch->rows->num_rows(); ++row) {
      std::vector<std::string> values;
      for (const std::shared_ptr<arrow::Array>& column : batch->rows->columns()) {
        const auto* extension = dynamic_cast<const arrow::ExtensionArray*>(column.get());
        const arrow::Array& plain = extension == nullptr ? *column : *extension->storage();
        values.push_back((*plain.GetScalar(row))->ToString());
      }
      landed.rows.push_back(std::move(values));
    }
    landed.rejects.insert(landed.rejects.end(), batch->rejects.begin(), batch->rejects.end());
  }
  landed.findings = reader.findings();
  return landed;
}

inline schema::TableSpec SpecFor(std::string_view columns) {
  return schema::SpecOf(schema::ParseColumns(columns).value());
}

inline core::Result<Landed> Land(std::string text, const schema::TableSpec& spec, JsonOptions options = {},
                                 std::size_t threads = 1) {
  core::Executor executor(threads);
  const core::Cancellation cancellation;
  SLUICE_ASSIGN_OR_RETURN(std::unique_ptr<Reader> reader,
                          Reader::Open(storage::StreamFromString(std::move(text)), "in.json", options, spec, executor,
                                       cancellation, arrow::default_memory_pool()));
  return Drain(*reader);
}

}  // namespace sluice::json

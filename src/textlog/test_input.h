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

#include "schema/type_text.h"
#include "storage/memory_stream.h"
#include "tests/support/result_matchers.h"
#include "textlog/reader.h"

namespace sluice::textlog {

/// Everything a reader gave, for tests.
struct Landed {
  std::vector<std::vector<std::string>> rows;  ///< each value as Arrow prints it
  std::vector<columns::Reject> rejects;
  std::vector<columns::ColumnFinding> findings;
};

inline std::string Printed(const arrow::Array& column, std::int64_t row) {
  const auto* extension = dynamic_cast<const arrow::ExtensionArray*>(&column);
  const arrow::Array& plain = extension == nullptr ? column : *extension->storage();
  return (*plain.GetScalar(row))->ToString();
}

inline core::Result<Landed> Land(std::string text, const schema::TableSpec& spec, TextlogOptions options = {},
                                 std::size_t threads = 1) {
  core::Executor executor(threads);
  const core::Cancellation cancellation;
  SLUICE_ASSIGN_OR_RETURN(std::unique_ptr<Reader> reader,
                          Reader::Open(storage::StreamFromString(std::move(text)), "in.txt", options, spec, executor,
                                       cancellation, arrow::default_memory_pool()));
  Landed landed;
  landed.findings = reader->findings();
  while (true) {
    SLUICE_ASSIGN_OR_RETURN(std::optional<columns::RowBatch> batch, reader->Next());
    if (!batch) return landed;
    const arrow::Status valid = batch->rows->ValidateFull();
    if (!valid.ok()) return core::Internal(valid.ToString());
    for (std::int64_t row = 0; row < batch->rows->num_rows(); ++row) {
      landed.rows.emplace_back();
      for (const auto& column : batch->rows->columns()) landed.rows.back().push_back(Printed(*column, row));
    }
    landed.rejects.insert(landed.rejects.end(), batch->rejects.begin(), batch->rejects.end());
  }
}

inline schema::TableSpec SpecFor(std::string_view columns, std::vector<std::string> patterns) {
  schema::TableSpec spec = schema::SpecOf(schema::ParseColumns(columns).value());
  spec.patterns = std::move(patterns);
  return spec;
}

}  // namespace sluice::textlog

#include "columns/row_removal.h"

#include <arrow/array/array_base.h>
#include <arrow/array/concatenate.h>
#include <arrow/array/util.h>
#include <arrow/record_batch.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "schema/arrow_error.h"

namespace sluice::columns {

namespace {

struct Run {
  std::int64_t begin;
  std::int64_t length;
};

std::vector<Run> RunsThatStay(std::span<const std::uint8_t> removed) {
  std::vector<Run> runs;
  std::size_t begin = 0;
  while (begin < removed.size()) {
    const auto first = std::find(removed.begin() + static_cast<std::ptrdiff_t>(begin), removed.end(), 0);
    const auto last = std::find_if(first, removed.end(), [](std::uint8_t flag) { return flag != 0; });
    if (first != last) runs.push_back({first - removed.begin(), last - first});
    begin = static_cast<std::size_t>(last - removed.begin());
  }
  return runs;
}

}  // namespace

core::Result<std::shared_ptr<arrow::RecordBatch>> RemoveRows(const std::shared_ptr<arrow::RecordBatch>& batch,
                                                             std::span<const std::uint8_t> removed,
                                                             arrow::MemoryPool* pool) {
  const std::vector<Run> runs = RunsThatStay(removed);
  std::int64_t rows = 0;
  for (const Run& run : runs) rows += run.length;
  if (rows == batch->num_rows()) return batch;
  std::vector<std::shared_ptr<arrow::Array>> columns;
  for (const std::shared_ptr<arrow::Array>& column : batch->columns()) {
    arrow::ArrayVector parts;
    parts.reserve(runs.size());
    for (const Run& run : runs) parts.push_back(column->Slice(run.begin, run.length));
    if (parts.empty()) parts.push_back(column->Slice(0, 0));
    SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Array> kept, arrow::Concatenate(parts, pool));
    columns.push_back(std::move(kept));
  }
  return arrow::RecordBatch::Make(batch->schema(), rows, std::move(columns));
}

}  // namespace sluice::columns

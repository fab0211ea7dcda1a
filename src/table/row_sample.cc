#include "table/row_sample.h"

#include <arrow/array/builder_primitive.h>
#include <arrow/compute/api_vector.h>
#include <arrow/compute/exec.h>
#include <arrow/datum.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <algorithm>
#include <utility>

#include "core/random.h"
#include "schema/arrow_error.h"
#include "table/scan.h"

namespace sluice::table {
namespace {

constexpr std::uint64_t kRowsReadMax = 32'000'000;

/// Chooses one row at random out of each `step`.
class Chooser {
 public:
  Chooser(std::uint64_t step, core::Random& random) : step_(step), random_(random) { Choose(); }

  core::Result<std::shared_ptr<arrow::RecordBatch>> TakeFrom(const std::shared_ptr<arrow::RecordBatch>& rows,
                                                             arrow::MemoryPool* pool) {
    const std::uint64_t end = seen_ + static_cast<std::uint64_t>(rows->num_rows());
    arrow::Int64Builder places(pool);
    for (; chosen_ < end; Choose()) SLUICE_TRY(places.Append(static_cast<std::int64_t>(chosen_ - seen_)));
    seen_ = end;
    SLUICE_ASSIGN_OR_RETURN(const auto indices, places.Finish());
    arrow::compute::ExecContext context(pool);
    context.set_use_threads(false);
    SLUICE_ASSIGN_OR_RETURN(
        const arrow::Datum taken,
        arrow::compute::Take(rows, indices, arrow::compute::TakeOptions::NoBoundsCheck(), &context));
    return taken.record_batch();
  }

 private:
  void Choose() {
    chosen_ = begin_ + random_.Next() % step_;
    begin_ += step_;
  }

  std::uint64_t step_;
  core::Random& random_;
  std::uint64_t seen_ = 0;
  std::uint64_t begin_ = 0;   // of the next step
  std::uint64_t chosen_ = 0;  // in the step before
};

}  // namespace

core::Result<std::shared_ptr<arrow::RecordBatch>> SampleRows(const storage::Environment& environment,
                                                             std::shared_ptr<const delta_log::Snapshot> snapshot,
                                                             const SampleRequest& request) {
  const std::uint64_t every = request.rows_total / kRowsReadMax + 1;
  ScanPlan plan;
  for (std::size_t i = 0; i < request.files.size(); i += every) plan.files.push_back({.file = request.files[i]});
  ScanRequest read;
  read.columns = request.columns;
  SLUICE_ASSIGN_OR_RETURN(const auto scan, Scan::Open(environment, std::move(snapshot), read, std::move(plan)));
  const std::uint64_t step =
      std::max<std::uint64_t>(request.rows_total / every / std::max<std::uint64_t>(request.rows_wanted, 1), 1);
  core::SeededRandom random(environment.random.Next());
  Chooser chooser(step, random);
  arrow::RecordBatchVector chosen;
  while (true) {
    SLUICE_ASSIGN_OR_RETURN(const auto batch, scan->Next());
    if (!batch) break;
    SLUICE_ASSIGN_OR_RETURN(auto taken, chooser.TakeFrom(batch->rows, environment.pool));
    if (taken->num_rows() > 0) chosen.push_back(std::move(taken));
  }
  if (chosen.empty()) {
    SLUICE_ASSIGN_OR_RETURN(auto none, arrow::RecordBatch::MakeEmpty(scan->schema(), environment.pool));
    return none;
  }
  SLUICE_ASSIGN_OR_RETURN(auto sample, arrow::ConcatenateRecordBatches(chosen, environment.pool));
  return sample;
}

}  // namespace sluice::table

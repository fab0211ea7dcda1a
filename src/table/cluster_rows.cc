#include "table/cluster_rows.h"

#include <arrow/array/array_primitive.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/compute/api_vector.h>
#include <arrow/compute/exec.h>
#include <arrow/compute/ordering.h>
#include <arrow/datum.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/byte_size.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "expression/kernel.h"
#include "schema/arrow_error.h"
#include "table/key_cuts.h"
#include "table/row_buckets.h"

namespace sluice::table {
namespace {

using BatchPointer = std::shared_ptr<arrow::RecordBatch>;

constexpr std::size_t kBucketsMax = 4096;
constexpr const char* kKeyName = "_key";  // the last column of rows on their way; found by place

/// The work of one sort.
class ClusterSort {
 public:
  ClusterSort(const storage::Environment& environment, const ClusterPlan& plan)
      : environment_(environment), plan_(plan), held_max_(std::max<std::uint64_t>(environment.memory_bytes / 4, 1)) {}

  core::Status Run(Scan& scan, DataWriter& writer) {
    while (true) {
      SLUICE_TRY(environment_.cancellation.Check());
      SLUICE_ASSIGN_OR_RETURN(const auto batch, scan.Next());
      if (!batch) break;
      SLUICE_TRY(Deal(batch->rows));
    }
    return buckets_ ? Write(writer) : core::Ok();
  }

 private:
  std::uint64_t bucket_bytes_max() const { return held_max_ / 4; }

  // How large rows are is known once the first ones are there.
  core::Status Begin(const BatchPointer& rows) {
    SLUICE_ASSIGN_OR_RETURN(const std::int64_t bytes, arrow::util::ReferencedBufferSize(*rows));
    const std::uint64_t row_bytes = static_cast<std::uint64_t>(bytes / rows->num_rows()) + sizeof(std::uint64_t);
    const std::uint64_t file_bytes = row_bytes * plan_.rows_total / plan_.files;
    const std::size_t buckets_max = std::max<std::size_t>(kBucketsMax / plan_.files, 1);
    cuts_ = CutKeys(plan_.sample, plan_.files, std::min<std::size_t>(file_bytes / bucket_bytes_max() + 1, buckets_max));
    SLUICE_ASSIGN_OR_RETURN(const auto schema,
                            rows->schema()->AddField(rows->num_columns(), arrow::field(kKeyName, arrow::uint64())));
    buckets_ = std::make_unique<RowBuckets>(schema, cuts_.buckets(), held_max_, environment_.pool);
    return core::Ok();
  }

  core::Status Deal(const BatchPointer& rows) {
    if (!buckets_) SLUICE_TRY(Begin(rows));
    SLUICE_ASSIGN_OR_RETURN(const arrow::ArrayVector values, plan_.key.Values(*rows));
    const std::vector<std::uint64_t> keys = plan_.key.Keys(values);
    std::vector<std::uint32_t> places(keys.size());
    std::transform(keys.begin(), keys.end(), places.begin(), [&](std::uint64_t key) { return cuts_.BucketOf(key); });
    arrow::UInt64Builder builder(environment_.pool);
    SLUICE_TRY(builder.AppendValues(keys));
    SLUICE_ASSIGN_OR_RETURN(auto column, builder.Finish());
    SLUICE_ASSIGN_OR_RETURN(const BatchPointer with_keys,
                            rows->AddColumn(rows->num_columns(), kKeyName, std::move(column)));
    return buckets_->Add(with_keys, places);
  }

  core::Status Write(DataWriter& writer) {
    for (std::size_t bucket = 0; bucket < cuts_.buckets(); ++bucket) {
      if (bucket > 0 && cuts_.file_of[bucket] != cuts_.file_of[bucket - 1]) SLUICE_TRY(writer.EndFiles());
      while (true) {
        SLUICE_TRY(environment_.cancellation.Check());
        SLUICE_ASSIGN_OR_RETURN(BatchPointer rows, buckets_->Next(bucket, 2 * bucket_bytes_max()));
        if (!rows) break;
        SLUICE_ASSIGN_OR_RETURN(rows, Sort(std::move(rows)));
        SLUICE_TRY(writer.Write(rows));
      }
    }
    return core::Ok();
  }

  core::Result<BatchPointer> Sort(BatchPointer rows) const {
    arrow::compute::ExecContext context(environment_.pool);
    context.set_use_threads(false);
    const int key_place = rows->num_columns() - 1;
    arrow::FieldVector fields{arrow::field(kKeyName, arrow::uint64())};
    arrow::ArrayVector columns{rows->column(key_place)};
    std::vector<arrow::compute::SortKey> sort_keys;
    sort_keys.emplace_back(kKeyName);
    SLUICE_ASSIGN_OR_RETURN(rows, rows->RemoveColumn(key_place));
    SLUICE_ASSIGN_OR_RETURN(const arrow::ArrayVector values, plan_.key.Values(*rows));
    for (const auto& column : values) {
      const std::string label = std::to_string(fields.size());
      sort_keys.emplace_back(label);
      fields.push_back(arrow::field(label, column->type()));
      columns.push_back(column);
    }
    const auto by = arrow::RecordBatch::Make(arrow::schema(std::move(fields)), rows->num_rows(), std::move(columns));
    SLUICE_TRY(expression::RegisterKernels());
    SLUICE_ASSIGN_OR_RETURN(
        const auto order, arrow::compute::SortIndices(by, arrow::compute::SortOptions(std::move(sort_keys)), &context));
    SLUICE_ASSIGN_OR_RETURN(const arrow::Datum sorted,
                            arrow::compute::Take(rows, order, arrow::compute::TakeOptions::NoBoundsCheck(), &context));
    return sorted.record_batch();
  }

  const storage::Environment& environment_;
  const ClusterPlan& plan_;
  std::uint64_t held_max_;
  KeyCuts cuts_;
  std::unique_ptr<RowBuckets> buckets_;
};

}  // namespace

core::Status ClusterRows(const storage::Environment& environment, Scan& scan, const ClusterPlan& plan,
                         DataWriter& writer) {
  return ClusterSort(environment, plan).Run(scan, writer);
}

}  // namespace sluice::table

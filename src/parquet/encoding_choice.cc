#include "parquet/encoding_choice.h"

#include <arrow/array/array_base.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/byte_size.h>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "core/byte_size.h"
#include "parquet/column_trial.h"
#include "parquet/file_format.h"
#include "parquet/guarded.h"

namespace sluice::parquet {
namespace {

constexpr std::int64_t kTrialRows = 16 * 1024;
constexpr std::int64_t kTrialRowsMin = 512;
constexpr std::int64_t kTrialBytes = std::int64_t{4} << 20;
constexpr std::int64_t kDistinctRows = 64 * 1024;
constexpr int kFieldsPerTask = 2;

struct Sample {
  std::shared_ptr<arrow::RecordBatch> rows;   // to count distinct values in
  std::shared_ptr<arrow::RecordBatch> trial;  // to encode
};

core::Result<Sample> TakeSample(const arrow::Schema& schema,
                                std::span<const std::shared_ptr<arrow::RecordBatch>> batches, arrow::MemoryPool* pool) {
  Sample sample;
  // The first batch alone where it is large enough: joining batches copies them.
  arrow::RecordBatchVector some;
  std::int64_t taken = 0;
  for (const auto& batch : batches) {
    if (taken >= kDistinctRows / 2) break;
    some.push_back(batch->Slice(0, kDistinctRows - taken));
    taken += some.back()->num_rows();
  }
  if (some.empty()) {
    SLUICE_ASSIGN_OR_RETURN(sample.rows, arrow::RecordBatch::MakeEmpty(std::make_shared<arrow::Schema>(schema), pool));
  } else if (some.size() == 1) {
    sample.rows = some[0];
  } else {
    SLUICE_ASSIGN_OR_RETURN(sample.rows, arrow::ConcatenateRecordBatches(some, pool));
  }
  const std::int64_t bytes = std::max<std::int64_t>(1, arrow::util::ReferencedBufferSize(*sample.rows).ValueOr(1));
  const std::int64_t rows = std::max<std::int64_t>(1, sample.rows->num_rows());
  const auto affordable = static_cast<std::int64_t>(static_cast<double>(kTrialBytes) / static_cast<double>(bytes) *
                                                    static_cast<double>(rows));
  sample.trial = sample.rows->Slice(0, std::clamp(affordable, kTrialRowsMin, kTrialRows));
  return sample;
}

// The encodings that the options ask for, by leaf column.
core::Result<std::vector<std::optional<Encoding>>> AskedEncodings(const ::parquet::SchemaDescriptor& columns,
                                                                  const WriteOptions& options) {
  std::vector<std::optional<Encoding>> asked(static_cast<std::size_t>(columns.num_columns()));
  for (const auto& [name, encoding] : options.encodings) {
    SLUICE_ASSIGN_OR_RETURN(const auto leaves, LeavesNamed(columns, name, "--encoding"));
    for (const int leaf : leaves) asked[static_cast<std::size_t>(leaf)] = encoding;
  }
  return asked;
}

core::Status ForEach(std::vector<ColumnTrial>& trials, core::Executor& executor, PageCompressors& compressors,
                     const std::function<core::Status(ColumnTrial&, PageCompressor&)>& work) {
  std::vector<core::Status> outcomes(trials.size());
  {
    core::TaskGroup tasks(executor);
    for (std::size_t i = 0; i < trials.size(); ++i) {
      tasks.Run([&, i] {
        outcomes[i] = Guarded(core::ErrorKind::kInternal, [&] {
          auto compressor = compressors.Borrow();
          return work(trials[i], *compressor);
        });
      });
    }
  }
  for (core::Status& outcome : outcomes) SLUICE_TRY(outcome);
  return core::Ok();
}

}  // namespace

core::Status CheckEncodings(const ::parquet::SchemaDescriptor& columns, const WriteOptions& options) {
  for (const auto& [name, encoding] : options.encodings) {
    SLUICE_ASSIGN_OR_RETURN(const auto leaves, LeavesNamed(columns, name, "--encoding"));
    for (const int leaf : leaves) {
      if (Fits(encoding, columns.Column(leaf)->physical_type())) continue;
      return core::InvalidInput(fmt::format("column '{}' cannot have the encoding {}", name, FormatEncoding(encoding)))
          .WithHint("leave it out of --encoding, or say plain");
    }
  }
  return core::Ok();
}

core::Result<std::vector<ColumnLayout>> ChooseLayouts(const arrow::Schema& schema,
                                                      const ::parquet::SchemaDescriptor& columns,
                                                      std::span<const std::shared_ptr<arrow::RecordBatch>> batches,
                                                      double rows_expected, const WriteOptions& options,
                                                      core::Executor& executor, arrow::MemoryPool* pool) {
  SLUICE_ASSIGN_OR_RETURN(const Sample sample, TakeSample(schema, batches, pool));
  SLUICE_ASSIGN_OR_RETURN(const auto asked, AskedEncodings(columns, options));
  std::vector<ColumnTrial> trials;
  PageCompressors compressors;
  int leaf = 0;
  for (int begin = 0; begin < schema.num_fields(); begin += kFieldsPerTask) {
    const int end = std::min(begin + kFieldsPerTask, schema.num_fields());
    trials.emplace_back(sample.rows, sample.trial, columns, begin, end, leaf);
    leaf += trials.back().leaf_count();
  }
  SLUICE_TRY(ForEach(trials, executor, compressors, [&](ColumnTrial& trial, PageCompressor& compressor) {
    return trial.Run(asked, options, compressor, pool);
  }));
  double row_bytes = 0;
  for (const ColumnTrial& trial : trials) row_bytes += trial.smallest_row_bytes();
  const double group_rows = std::min({rows_expected, static_cast<double>(options.row_group_rows_max),
                                      static_cast<double>(options.row_group_bytes_max) / std::max(row_bytes, 0.01)});
  SLUICE_TRY(ForEach(trials, executor, compressors, [&](ColumnTrial& trial, PageCompressor& compressor) {
    trial.Choose(group_rows, options.codec);
    return trial.LowerLevels(options.codec, compressor, pool);
  }));
  std::vector<ColumnLayout> layouts;
  for (const ColumnTrial& trial : trials) {
    layouts.insert(layouts.end(), trial.layouts().begin(), trial.layouts().end());
  }
  return layouts;
}

}  // namespace sluice::parquet

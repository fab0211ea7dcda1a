#pragma once

#include <arrow/type_fwd.h>
#include <parquet/schema.h>

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/result.h"
#include "parquet/column_layout.h"
#include "parquet/distinct_estimate.h"
#include "parquet/leaf_column.h"
#include "parquet/page_compressor.h"
#include "parquet/trial.h"
#include "parquet/write_options.h"

namespace sluice::parquet {

/// Some columns of a sample, written with every encoding that may pay, and what was found.
///
/// Order: Run Choose LowerLevels. Threads: one at a time; trials of different columns are independent.
class ColumnTrial {
 public:
  /// The columns [field_begin, field_end) of the rows, whose first leaf is `leaf_begin` in `columns`.
  ColumnTrial(const std::shared_ptr<arrow::RecordBatch>& rows, const std::shared_ptr<arrow::RecordBatch>& trial,
              const ::parquet::SchemaDescriptor& columns, int field_begin, int field_end, int leaf_begin);

  int leaf_count() const { return static_cast<int>(leaves_.size()); }
  /// May throw what Arrow throws.
  core::Status Run(std::span<const std::optional<Encoding>> asked, const WriteOptions& options,
                   PageCompressor& compressor, arrow::MemoryPool* pool);
  /// Encoded bytes of one row with the smallest encoding tried; after Run.
  double smallest_row_bytes() const;
  /// Choose the best layout of each leaf, for row groups of about `group_rows` rows.
  void Choose(double group_rows, const CodecSpec& codec);
  /// Take less effort of zstd for leaves that it compresses as well as the level asked for.
  core::Status LowerLevels(const CodecSpec& codec, PageCompressor& compressor, arrow::MemoryPool* pool);
  std::span<const ColumnLayout> layouts() const { return layouts_; }

 private:
  struct Candidate {
    ColumnLayout layout;
    TrialSizes sizes;
  };
  struct Leaf {
    const ::parquet::ColumnDescriptor* column;
    LeafColumn trial = {};  // the values to try with
    DistinctEstimate distinct = {};
    double values = 0;  // entries in the trial
    bool asked = false;
    std::vector<Candidate> candidates = {};
  };

  core::Status TakeLeaves(arrow::MemoryPool* pool);
  void ListCandidates(std::span<const std::optional<Encoding>> asked, bool byte_streams);

  std::shared_ptr<arrow::RecordBatch> rows_;
  std::shared_ptr<arrow::RecordBatch> trial_;
  int leaf_begin_;
  std::vector<Leaf> leaves_;
  std::vector<ColumnLayout> layouts_;  // chosen, one a leaf
};

}  // namespace sluice::parquet

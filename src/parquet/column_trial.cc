#include "parquet/column_trial.h"

#include <arrow/array/array_base.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/byte_size.h"
#include "parquet/file_format.h"
#include "parquet/layout_cost.h"
#include "parquet/leaf_column.h"

namespace sluice::parquet {
namespace {

using PageEncoding = ::parquet::Encoding;
using PhysicalType = ::parquet::Type;

// Above this part of new values a dictionary holds nearly the whole column.
constexpr double kDictionaryDistinctMax = 0.5;

constexpr double kLevelBytesMin = 2;
constexpr double kLowerLevelGrowthMax = 1.01;

std::shared_ptr<arrow::RecordBatch> SelectColumns(const arrow::RecordBatch& batch, int begin, int end) {
  std::vector<int> indices(static_cast<std::size_t>(end - begin));
  std::iota(indices.begin(), indices.end(), begin);
  return batch.SelectColumns(indices).ValueOrDie();  // the indices are in range
}

ColumnLayout LayoutOf(Encoding encoding, PhysicalType::type type) {
  ColumnLayout layout;
  layout.dictionary = encoding == Encoding::kDictionary;
  if (encoding == Encoding::kDelta) layout.encoding = DeltaEncodingFor(type);
  if (encoding == Encoding::kByteStreamSplit) layout.encoding = PageEncoding::BYTE_STREAM_SPLIT;
  return layout;
}

}  // namespace

ColumnTrial::ColumnTrial(const std::shared_ptr<arrow::RecordBatch>& rows,
                         const std::shared_ptr<arrow::RecordBatch>& trial, const ::parquet::SchemaDescriptor& columns,
                         int field_begin, int field_end, int leaf_begin)
    : rows_(SelectColumns(*rows, field_begin, field_end)),
      trial_(SelectColumns(*trial, field_begin, field_end)),
      leaf_begin_(leaf_begin) {
  int leaf = leaf_begin;
  for (const auto& field : rows_->schema()->fields()) {
    for (int left = CountLeaves(*field->type()); left > 0; --left) {
      leaves_.push_back({.type = columns.Column(leaf++)->physical_type(), .distinct = {}, .candidates = {}});
    }
  }
}

core::Status ColumnTrial::CountDistinctValues(arrow::MemoryPool* pool) {
  std::size_t position = 0;
  for (int i = 0; i < rows_->num_columns(); ++i) {
    SLUICE_ASSIGN_OR_RETURN(const auto leaves, TakeApart(*rows_->schema()->field(i), rows_->column(i), pool));
    for (const LeafColumn& leaf : leaves) {
      Leaf& found = leaves_[position++];
      const double part =
          static_cast<double>(trial_->num_rows()) / std::max(1.0, static_cast<double>(rows_->num_rows()));
      found.values = std::max(1.0, static_cast<double>(leaf.entries) * part);
      if (found.type == PhysicalType::BOOLEAN) continue;
      SLUICE_ASSIGN_OR_RETURN(found.distinct, EstimateDistinct(*leaf.values, pool));
    }
  }
  return core::Ok();
}

void ColumnTrial::ListCandidates(std::span<const std::optional<Encoding>> asked) {
  for (std::size_t i = 0; i < leaves_.size(); ++i) {
    Leaf& leaf = leaves_[i];
    const auto& wish = asked[static_cast<std::size_t>(leaf_begin_) + i];
    leaf.asked = wish.has_value();
    const auto add = [&](Encoding encoding) {
      if ((wish && *wish != encoding) || !Fits(encoding, leaf.type)) return;
      // Some readers have no prefix deltas for values of fixed length: on request only.
      if (encoding == Encoding::kDelta && !wish && leaf.type == PhysicalType::FIXED_LEN_BYTE_ARRAY) return;
      if (encoding == Encoding::kDictionary && !wish &&
          static_cast<double>(leaf.distinct.distinct) >
              kDictionaryDistinctMax * static_cast<double>(leaf.distinct.counted)) {
        return;
      }
      leaf.candidates.push_back({.layout = LayoutOf(encoding, leaf.type), .sizes = {}});
    };
    for (const Encoding encoding :
         {Encoding::kPlain, Encoding::kDictionary, Encoding::kDelta, Encoding::kByteStreamSplit}) {
      add(encoding);
    }
    if (leaf.type == PhysicalType::BYTE_ARRAY && !wish) {
      ColumnLayout prefixes;
      prefixes.encoding = PageEncoding::DELTA_BYTE_ARRAY;
      leaf.candidates.push_back({.layout = prefixes, .sizes = {}});
    }
  }
}

core::Status ColumnTrial::Run(std::span<const std::optional<Encoding>> asked, const CodecSpec& codec,
                              arrow::MemoryPool* pool) {
  SLUICE_TRY(CountDistinctValues(pool));
  ListCandidates(asked);
  std::size_t rounds = 0;
  for (const Leaf& leaf : leaves_) rounds = std::max(rounds, leaf.candidates.size());
  for (std::size_t round = 0; round < rounds; ++round) {
    // Leaves with fewer candidates sit a round out, as cheaply as can be.
    std::vector<ColumnLayout> layouts;
    for (const Leaf& leaf : leaves_) {
      layouts.push_back(round < leaf.candidates.size() ? leaf.candidates[round].layout
                                                       : ColumnLayout{.compressed = false});
    }
    SLUICE_ASSIGN_OR_RETURN(const auto sizes, WeighLayouts(*trial_, layouts, codec, pool));
    for (std::size_t i = 0; i < leaves_.size(); ++i) {
      if (round < leaves_[i].candidates.size()) leaves_[i].candidates[round].sizes = sizes[i];
    }
  }
  return core::Ok();
}

double ColumnTrial::smallest_row_bytes() const {
  double bytes = 0;
  for (const Leaf& leaf : leaves_) {
    double smallest = leaf.candidates[0].sizes.encoded;
    for (const Candidate& candidate : leaf.candidates) smallest = std::min(smallest, candidate.sizes.encoded);
    bytes += smallest / std::max(1.0, static_cast<double>(trial_->num_rows()));
  }
  return bytes;
}

void ColumnTrial::Choose(double group_rows, const CodecSpec& codec) {
  for (const Leaf& leaf : leaves_) {
    const double entries_per_row = leaf.values / std::max(1.0, static_cast<double>(trial_->num_rows()));
    const CostContext context{.type = leaf.type,
                              .codec = codec,
                              .distinct = leaf.distinct,
                              .trial_values = leaf.values,
                              .group_values = group_rows * entries_per_row,
                              .entries_per_row = entries_per_row};
    std::vector<PricedLayout> priced;
    for (const Candidate& candidate : leaf.candidates) {
      PriceLayout(candidate.layout, candidate.sizes, context, priced);
    }
    layouts_.push_back(PickCheapest(std::move(priced), context, leaf.asked));
  }
}

core::Status ColumnTrial::LowerLevels(const CodecSpec& codec, arrow::MemoryPool* pool) {
  std::vector<ColumnLayout> lower = layouts_;
  bool any = false;
  for (ColumnLayout& layout : lower) {
    // Few bytes are not worth a trial.
    layout.compressed = layout.compressed && layout.encoded_bytes_per_value >= kLevelBytesMin;
    layout.level = FastestLevel(codec);
    any = any || layout.compressed;
  }
  if (!any || !HasFasterLevel(codec) || trial_->num_rows() == 0) return core::Ok();
  SLUICE_ASSIGN_OR_RETURN(const auto sizes, WeighLayouts(*trial_, lower, codec, pool));
  for (std::size_t i = 0; i < leaves_.size(); ++i) {
    if (!lower[i].compressed) continue;
    const auto same = [&](const Candidate& candidate) {
      return candidate.layout.encoding == layouts_[i].encoding && candidate.layout.dictionary == layouts_[i].dictionary;
    };
    const auto asked = std::find_if(leaves_[i].candidates.begin(), leaves_[i].candidates.end(), same);
    if (sizes[i].compressed > asked->sizes.compressed * kLowerLevelGrowthMax) continue;
    layouts_[i].level = lower[i].level;
    layouts_[i].reason += fmt::format("; level {} does as well", *lower[i].level);
  }
  return core::Ok();
}

}  // namespace sluice::parquet

#include "parquet/column_trial.h"

#include <arrow/array/array_base.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <string_view>
#include <utility>

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

// Of zstd.
constexpr int kDefaultLevel = 3;
constexpr std::array<std::pair<int, std::string_view>, 2> kLowLevels = {{{1, "level 1"}, {2, "level 2"}}};
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

// The same with less effort, the least first, and what to call it.
std::vector<std::pair<ColumnLayout, std::string_view>> LowerEfforts(const ColumnLayout& layout,
                                                                    const CodecSpec& codec) {
  std::vector<std::pair<ColumnLayout, std::string_view>> lower;
  lower.emplace_back(layout, "entropy coding alone");
  lower.back().first.entropy_only = true;
  const int asked = codec.level.value_or(kDefaultLevel);
  for (const auto& [level, name] : kLowLevels) {
    if (level >= asked) break;
    lower.emplace_back(layout, name);
    lower.back().first.level = level;
  }
  return lower;
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
      leaves_.push_back({.column = columns.Column(leaf++)});
    }
  }
}

core::Status ColumnTrial::TakeLeaves(arrow::MemoryPool* pool) {
  std::size_t position = 0;
  for (int i = 0; i < rows_->num_columns(); ++i) {
    const arrow::Field& field = *rows_->schema()->field(i);
    SLUICE_ASSIGN_OR_RETURN(auto trials, TakeApart(field, trial_->column(i), pool));
    SLUICE_ASSIGN_OR_RETURN(const auto leaves, TakeApart(field, rows_->column(i), pool));
    for (std::size_t j = 0; j < leaves.size(); ++j) {
      Leaf& found = leaves_[position++];
      found.trial = std::move(trials[j]);
      found.values = std::max(1.0, static_cast<double>(found.trial.entries));
      if (found.column->physical_type() == PhysicalType::BOOLEAN) continue;
      SLUICE_ASSIGN_OR_RETURN(found.distinct, EstimateDistinct(*leaves[j].values));
    }
  }
  return core::Ok();
}

void ColumnTrial::ListCandidates(std::span<const std::optional<Encoding>> asked, bool byte_streams) {
  for (std::size_t i = 0; i < leaves_.size(); ++i) {
    Leaf& leaf = leaves_[i];
    const auto& wish = asked[static_cast<std::size_t>(leaf_begin_) + i];
    leaf.asked = wish.has_value();
    const auto add = [&](Encoding encoding) {
      if ((wish && *wish != encoding) || !Fits(encoding, leaf.column->physical_type())) return;
      // Some readers have no prefix deltas for values of fixed length: on request only.
      if (encoding == Encoding::kDelta && !wish && leaf.column->physical_type() == PhysicalType::FIXED_LEN_BYTE_ARRAY)
        return;
      if (encoding == Encoding::kByteStreamSplit && !wish && !byte_streams) return;
      if (encoding == Encoding::kDictionary && !wish &&
          static_cast<double>(leaf.distinct.distinct) >
              kDictionaryDistinctMax * static_cast<double>(leaf.distinct.counted)) {
        return;
      }
      leaf.candidates.push_back({.layout = LayoutOf(encoding, leaf.column->physical_type()), .sizes = {}});
    };
    for (const Encoding encoding :
         {Encoding::kPlain, Encoding::kDictionary, Encoding::kDelta, Encoding::kByteStreamSplit}) {
      add(encoding);
    }
    if (leaf.column->physical_type() == PhysicalType::BYTE_ARRAY && !wish) {
      ColumnLayout prefixes;
      prefixes.encoding = PageEncoding::DELTA_BYTE_ARRAY;
      leaf.candidates.push_back({.layout = prefixes, .sizes = {}});
    }
  }
}

core::Status ColumnTrial::Run(std::span<const std::optional<Encoding>> asked, const WriteOptions& options,
                              PageCompressor& compressor, arrow::MemoryPool* pool) {
  SLUICE_TRY(TakeLeaves(pool));
  ListCandidates(asked, options.byte_streams);
  for (Leaf& leaf : leaves_) {
    for (Candidate& candidate : leaf.candidates) {
      SLUICE_ASSIGN_OR_RETURN(candidate.sizes,
                              WeighLayout(*leaf.column, leaf.trial, candidate.layout, options.codec, compressor, pool));
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
    const CostContext context{.type = leaf.column->physical_type(),
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

core::Status ColumnTrial::LowerLevels(const CodecSpec& codec, PageCompressor& compressor, arrow::MemoryPool* pool) {
  if (codec.codec != Codec::kZstd || trial_->num_rows() == 0) return core::Ok();
  for (std::size_t i = 0; i < leaves_.size(); ++i) {
    ColumnLayout& chosen = layouts_[i];
    // Few bytes are not worth a trial.
    if (!chosen.compressed || chosen.encoded_bytes_per_value < kLevelBytesMin) continue;
    const auto same = [&](const Candidate& candidate) {
      return candidate.layout.encoding == chosen.encoding && candidate.layout.dictionary == chosen.dictionary;
    };
    const auto asked = std::find_if(leaves_[i].candidates.begin(), leaves_[i].candidates.end(), same);
    for (const auto& [lower, name] : LowerEfforts(chosen, codec)) {
      SLUICE_ASSIGN_OR_RETURN(const TrialSizes sizes,
                              WeighLayout(*leaves_[i].column, leaves_[i].trial, lower, codec, compressor, pool));
      if (sizes.compressed > asked->sizes.compressed * kLowerLevelGrowthMax) continue;
      chosen = lower;
      chosen.reason += fmt::format("; {} does as well", name);
      break;
    }
  }
  return core::Ok();
}

}  // namespace sluice::parquet

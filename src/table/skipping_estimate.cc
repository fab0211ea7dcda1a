#include "table/skipping_estimate.h"

#include <arrow/array/array_base.h>
#include <arrow/array/builder_base.h>
#include <arrow/scalar.h>
#include <arrow/type.h>

#include <algorithm>
#include <limits>
#include <memory>

#include "delta/statistic_value.h"
#include "schema/arrow_error.h"

namespace sluice::table {
namespace {

using Box = RankBox;

constexpr Box kEverything{.low = 0, .high = std::numeric_limits<std::uint32_t>::max()};

std::vector<std::uint32_t> RanksOf(const RankGrid& grid, const arrow::Array& values) {
  std::vector<std::uint32_t> ranks(static_cast<std::size_t>(values.length()));
  grid.Rank(values, ranks);
  return ranks;
}

core::Result<std::vector<std::uint32_t>> RanksOfBounds(const std::vector<RewriteFile>& files, std::size_t column,
                                                       const delta::DataType& type, const RankGrid& grid,
                                                       const std::shared_ptr<arrow::DataType>& arrow_type, bool max) {
  SLUICE_ASSIGN_OR_RETURN(const auto builder, arrow::MakeBuilder(arrow_type));
  for (const RewriteFile& file : files) {
    const auto& bound = max ? file.bounds[column].max : file.bounds[column].min;
    if (!bound) {
      SLUICE_TRY(builder->AppendNull());
      continue;
    }
    SLUICE_ASSIGN_OR_RETURN(const auto scalar, delta::ToScalar(*bound, type));
    SLUICE_TRY(builder->AppendScalar(*scalar));
  }
  SLUICE_ASSIGN_OR_RETURN(const auto values, builder->Finish());
  return RanksOf(grid, *values);
}

core::Result<std::vector<Box>> BoxesNow(const std::vector<RewriteFile>& files, std::size_t column,
                                        const delta::DataType& type, const RankGrid& grid,
                                        const std::shared_ptr<arrow::DataType>& arrow_type) {
  SLUICE_ASSIGN_OR_RETURN(const auto lows, RanksOfBounds(files, column, type, grid, arrow_type, false));
  SLUICE_ASSIGN_OR_RETURN(const auto highs, RanksOfBounds(files, column, type, grid, arrow_type, true));
  std::vector<Box> boxes;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const delta::ColumnStatistics& bounds = files[i].bounds[column];
    const bool all_null = bounds.null_count && files[i].records && *bounds.null_count == *files[i].records;
    if (bounds.min && bounds.max) {
      boxes.push_back({.low = lows[i], .high = highs[i]});
    } else {
      boxes.push_back(all_null ? Box{} : kEverything);
    }
  }
  return boxes;
}

/// The share of boxes that have nothing of [low, high].
double Skipped(const std::vector<Box>& boxes, std::uint32_t low, std::uint32_t high) {
  const auto skipped =
      std::count_if(boxes.begin(), boxes.end(), [&](const Box& box) { return high < box.low || low > box.high; });
  return static_cast<double>(skipped) / static_cast<double>(boxes.size());
}

}  // namespace

SkippingEstimate::SkippingEstimate(const ClusteringSpec& spec)
    : spec_(spec), before_(spec.columns.size()), after_(spec.columns.size()) {}

core::Status SkippingEstimate::Add(const std::vector<RewriteFile>& files, const ClusteringKey& key,
                                   const arrow::ArrayVector& sample, const std::vector<std::uint32_t>& new_file,
                                   std::uint32_t new_files) {
  for (std::size_t column = 0; column < spec_.columns.size(); ++column) {
    const arrow::Array& values = *sample[column];
    const std::vector<std::uint32_t> ranks = RanksOf(key.grids()[column], values);
    SLUICE_ASSIGN_OR_RETURN(const auto now,
                            BoxesNow(files, column, spec_.columns[column].type, key.grids()[column], values.type()));
    std::vector<Box> then(new_files);
    std::vector<std::uint32_t> searched;
    for (std::size_t row = 0; row < ranks.size(); ++row) {
      if (values.IsNull(static_cast<std::int64_t>(row))) continue;
      Box& box = then[new_file[row]];
      box = {.low = std::min(box.low, ranks[row]), .high = std::max(box.high, ranks[row])};
      searched.push_back(ranks[row]);
    }
    std::sort(searched.begin(), searched.end());
    Search(searched, now, before_[column]);
    Search(searched, then, after_[column]);
  }
  return core::Ok();
}

// `values` ascend.
void SkippingEstimate::Search(const std::vector<std::uint32_t>& values, const std::vector<RankBox>& boxes, Sum& sum) {
  constexpr std::size_t kSearches = 256;
  const std::size_t searches = std::min(kSearches, values.size());
  double point = searches == 0 ? 1 : 0;  // all NULL: whatever is searched for is not there
  double range = point;
  for (std::size_t i = 0; i < searches; ++i) {
    const std::size_t place = values.size() * i / searches;
    const std::uint32_t end = values[std::min(place + values.size() / 100, values.size() - 1)];
    point += Skipped(boxes, values[place], values[place]) / static_cast<double>(searches);
    range += Skipped(boxes, values[place], end) / static_cast<double>(searches);
  }
  const auto weight = static_cast<double>(boxes.size());
  sum.point += weight * point;
  sum.range += weight * range;
  sum.files += weight;
}

std::vector<ColumnSkipping> SkippingEstimate::Finish() const {
  std::vector<ColumnSkipping> skipping;
  const std::vector<std::string> names = spec_.names();
  const auto share = [](double part, const Sum& sum) { return sum.files == 0 ? 0 : part / sum.files; };
  for (std::size_t i = 0; i < names.size(); ++i) {
    skipping.push_back({.column = names[i],
                        .point_before = share(before_[i].point, before_[i]),
                        .point_after = share(after_[i].point, after_[i]),
                        .range_before = share(before_[i].range, before_[i]),
                        .range_after = share(after_[i].range, after_[i])});
  }
  return skipping;
}

}  // namespace sluice::table

#include "parquet/distinct_estimate.h"

#include <arrow/array/array_base.h>
#include <arrow/array/array_binary.h>
#include <arrow/type.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <type_traits>
#include <vector>

#include "encoding/byte_buffer.h"
#include "encoding/text_dictionary.h"
#include "encoding/value_dictionary.h"
#include "parquet/value_gather.h"

namespace sluice::parquet {
namespace {

constexpr std::size_t kGlance = 4096;
constexpr double kNearlyAll = 0.9;

double Shown(double population, double draws) { return population * -std::expm1(-draws / population); }

// The population of which `draws` draws show `distinct` values; by bisection.
double Population(double draws, double distinct) {
  if (distinct >= draws) return draws * draws;  // no value came twice: some number far above
  double low = distinct;
  double high = draws * draws;
  for (int step = 0; step < 60; ++step) {
    const double middle = std::sqrt(low * high);
    (Shown(middle, draws) < distinct ? low : high) = middle;
  }
  return high;
}

/// `add(begin, end)` looks at these of `count` values, in order, and says how many different ones came so far.
template <typename Add>
DistinctEstimate Estimate(std::size_t count, Add&& add) {
  std::size_t half = std::min(count, kGlance) / 2;
  std::size_t half_distinct = add(0, half);
  std::size_t seen = std::min(count, kGlance);
  std::size_t distinct = add(half, seen);
  if (seen < count && static_cast<double>(distinct) <= kNearlyAll * static_cast<double>(seen)) {
    half = std::max(count / 2, seen);
    half_distinct = add(seen, half);
    distinct = add(half, count);
    seen = count;
  }
  DistinctEstimate estimate;
  estimate.counted = static_cast<std::int64_t>(seen);
  estimate.distinct = static_cast<std::int64_t>(distinct);
  if (distinct == 0) return estimate;
  estimate.population = Population(static_cast<double>(seen), static_cast<double>(distinct));
  if (half_distinct > 0) {
    const double before = Population(static_cast<double>(half), static_cast<double>(half_distinct));
    estimate.growth = std::clamp(estimate.population / before, 1.0, 2.0);
  }
  return estimate;
}

template <typename Stored>
core::Result<DistinctEstimate> EstimateNumbers(const arrow::Array& column) {
  using Word = std::conditional_t<sizeof(Stored) == 4, std::uint32_t, std::uint64_t>;
  encoding::ByteBuffer gathered;
  gathered.Grow(0);
  SLUICE_TRY(GatherFixed<Stored>(column, 0, column.length(), gathered));
  const std::span words(reinterpret_cast<const Word*>(gathered.data()), gathered.size() / sizeof(Word));
  std::vector<std::uint32_t> codes(words.size());
  encoding::ValueDictionary<Word> dictionary(words.size());
  std::size_t refused = 0;
  DistinctEstimate estimate = Estimate(words.size(), [&](std::size_t begin, std::size_t end) {
    if (!dictionary.Encode(words.subspan(begin, end - begin), codes.data())) refused += end - begin;
    return dictionary.values().size() + refused;
  });
  estimate.value_bytes = sizeof(Stored);
  return estimate;
}

core::Result<DistinctEstimate> EstimateTexts(const arrow::Array& column) {
  encoding::ByteBuffer bytes;
  bytes.Grow(0);
  std::vector<std::uint32_t> lengths;
  if (const auto* fixed = dynamic_cast<const arrow::FixedSizeBinaryArray*>(&column)) {
    const auto width = static_cast<std::uint32_t>(fixed->byte_width());
    lengths.assign(GatherFixedBytes(column, 0, column.length(), width, bytes), width);
  } else {
    GatherTexts(column, 0, column.length(), bytes, lengths);
  }
  std::vector<std::uint32_t> codes(lengths.size());
  encoding::TextDictionary dictionary(std::numeric_limits<std::size_t>::max());
  std::size_t refused = 0;
  const std::uint8_t* at = bytes.data();
  DistinctEstimate estimate = Estimate(lengths.size(), [&](std::size_t begin, std::size_t end) {
    const encoding::Texts texts{at, std::span(lengths).subspan(begin, end - begin)};
    if (!dictionary.Encode(texts, codes.data())) refused += end - begin;
    at = std::accumulate(texts.lengths.begin(), texts.lengths.end(), at);
    return dictionary.texts().size() + refused;
  });
  const std::size_t kept = std::max<std::size_t>(1, dictionary.texts().size());
  estimate.value_bytes = static_cast<double>(dictionary.page_bytes()) / static_cast<double>(kept);
  return estimate;
}

}  // namespace

double DistinctEstimate::Among(double values) const {
  if (counted == 0 || values <= 0) return 0;
  const double doublings = std::max(0.0, std::log2(values / static_cast<double>(counted)));
  const double grown = population * std::pow(growth, doublings);
  return std::min(values, Shown(std::max(grown, 1.0), values));
}

core::Result<DistinctEstimate> EstimateDistinct(const arrow::Array& column) {
  switch (column.type_id()) {
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
    case arrow::Type::FIXED_SIZE_BINARY: return EstimateTexts(column);
    case arrow::Type::DECIMAL128: {
      constexpr std::int32_t kInt64Digits = 18;
      const auto& type = static_cast<const arrow::DecimalType&>(*column.type());
      return type.precision() > kInt64Digits ? EstimateTexts(column) : EstimateNumbers<std::int64_t>(column);
    }
    case arrow::Type::FLOAT: return EstimateNumbers<float>(column);
    case arrow::Type::DOUBLE: return EstimateNumbers<double>(column);
    case arrow::Type::INT64:
    case arrow::Type::UINT64:
    case arrow::Type::TIME64:
    case arrow::Type::TIMESTAMP: return EstimateNumbers<std::int64_t>(column);
    default: return EstimateNumbers<std::int32_t>(column);
  }
}

}  // namespace sluice::parquet

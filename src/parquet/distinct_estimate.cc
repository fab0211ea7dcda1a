#include "parquet/distinct_estimate.h"

#include <arrow/array/array_base.h>
#include <arrow/array/array_binary.h>
#include <arrow/compute/api_vector.h>
#include <arrow/compute/exec.h>
#include <arrow/type.h>

#include <algorithm>
#include <cmath>

#include "schema/arrow_error.h"

namespace sluice::parquet {
namespace {

constexpr std::int64_t kGlanceRows = 4096;
constexpr double kNearlyAll = 0.9;

core::Result<std::shared_ptr<arrow::Array>> Distinct(const arrow::Array& values, arrow::MemoryPool* pool) {
  arrow::compute::ExecContext context(pool);
  context.set_use_threads(false);
  SLUICE_ASSIGN_OR_RETURN(auto unique, arrow::compute::Unique(arrow::Datum(values.data()), &context));
  return unique;
}

std::int64_t CountValues(const arrow::Array& values) { return values.length() - values.null_count(); }

core::Result<std::int64_t> CountDistinct(const arrow::Array& values, arrow::MemoryPool* pool) {
  SLUICE_ASSIGN_OR_RETURN(const auto unique, Distinct(values, pool));
  return CountValues(*unique);
}

double ValueBytes(const arrow::Array& values) {
  constexpr double kLengthBytes = 4;
  if (const auto* text = dynamic_cast<const arrow::BinaryArray*>(&values)) {
    const auto count = static_cast<double>(std::max<std::int64_t>(1, CountValues(values)));
    return kLengthBytes + static_cast<double>(text->total_values_length()) / count;
  }
  const auto* fixed = dynamic_cast<const arrow::FixedWidthType*>(values.type().get());
  // Decimals up to 18 digits become integers.
  return fixed == nullptr ? 8 : std::min(16, std::max(4, fixed->bit_width() / 8));
}

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

}  // namespace

double DistinctEstimate::Among(double values) const {
  if (counted == 0 || values <= 0) return 0;
  const double doublings = std::max(0.0, std::log2(values / static_cast<double>(counted)));
  const double grown = population * std::pow(growth, doublings);
  return std::min(values, Shown(std::max(grown, 1.0), values));
}

core::Result<DistinctEstimate> EstimateDistinct(const arrow::Array& column, arrow::MemoryPool* pool) {
  DistinctEstimate estimate;
  std::int64_t rows = column.length();
  if (rows > kGlanceRows) {
    const auto glance = column.Slice(0, kGlanceRows);
    const std::int64_t values = kGlanceRows - glance->null_count();
    SLUICE_ASSIGN_OR_RETURN(const std::int64_t distinct, CountDistinct(*glance, pool));
    if (static_cast<double>(distinct) > kNearlyAll * static_cast<double>(values)) rows = kGlanceRows;
  }
  const auto half = column.Slice(0, rows / 2);
  const auto whole = column.Slice(0, rows);
  SLUICE_ASSIGN_OR_RETURN(const std::int64_t half_distinct, CountDistinct(*half, pool));
  SLUICE_ASSIGN_OR_RETURN(const auto unique, Distinct(*whole, pool));
  estimate.distinct = CountValues(*unique);
  estimate.value_bytes = ValueBytes(*unique);
  estimate.counted = rows - whole->null_count();
  if (estimate.distinct == 0) return estimate;
  const auto half_counted = static_cast<double>(half->length() - half->null_count());
  estimate.population = Population(static_cast<double>(estimate.counted), static_cast<double>(estimate.distinct));
  if (half_distinct > 0) {
    const double before = Population(half_counted, static_cast<double>(half_distinct));
    estimate.growth = std::clamp(estimate.population / before, 1.0, 2.0);
  }
  return estimate;
}

}  // namespace sluice::parquet

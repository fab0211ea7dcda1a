#include "table/calendar_check.h"

#include <arrow/array/array_primitive.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <fmt/format.h>

#include <cstdint>
#include <utility>

namespace sluice::table {
namespace {

constexpr std::int64_t kFirstDay = -141'427;  // 1582-10-15
constexpr std::int64_t kMicrosPerDay = 86'400'000'000;

bool IsOld(const arrow::KeyValueMetadata& metadata) {
  if (metadata.Contains("org.apache.spark.legacyDateTime") || metadata.Contains("org.apache.spark.legacyINT96"))
    return true;
  const auto version = metadata.Get("org.apache.spark.version");
  return version.ok() && (version->starts_with("1.") || version->starts_with("2."));
}

template <typename ArrayType>
bool HasBefore(const arrow::Array& values, std::int64_t limit) {
  const auto& numbers = static_cast<const ArrayType&>(values);
  for (std::int64_t row = 0; row < numbers.length(); ++row) {
    if (numbers.IsValid(row) && numbers.Value(row) < limit) return true;
  }
  return false;
}

}  // namespace

CalendarCheck::CalendarCheck(const arrow::KeyValueMetadata* metadata, std::string path)
    : old_(metadata && IsOld(*metadata)), path_(std::move(path)) {}

void CalendarCheck::Look(const arrow::Array& values, const std::string& column) {
  if (!old_ || !notes_.empty()) return;
  const bool found = (values.type_id() == arrow::Type::DATE32 && HasBefore<arrow::Date32Array>(values, kFirstDay)) ||
                     (values.type_id() == arrow::Type::TIMESTAMP &&
                      HasBefore<arrow::TimestampArray>(values, kFirstDay * kMicrosPerDay));
  if (!found) return;
  notes_.push_back(
      fmt::format("{}: column '{}' has values before 1582-10-15 in the Julian calendar of Spark before 3.0; "
                  "they are shown as they stand",
                  path_, column));
}

}  // namespace sluice::table

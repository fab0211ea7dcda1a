#include "delta_log/stats_json.h"

#include <arrow/array.h>
#include <arrow/type.h>
#include <arrow/util/decimal.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

#include "delta/json_writer.h"
#include "delta_log/iso_time.h"

namespace sluice::delta_log {
namespace {

std::int64_t FloorDivide(std::int64_t value, std::int64_t by) { return value / by - (value % by < 0 ? 1 : 0); }

std::optional<std::string> TimestampText(std::int64_t value, const arrow::TimestampType& type) {
  std::int64_t micros = value;
  std::int64_t factor = 1;
  switch (type.unit()) {
    case arrow::TimeUnit::SECOND: factor = 1'000'000; break;
    case arrow::TimeUnit::MILLI: factor = 1000; break;
    case arrow::TimeUnit::MICRO: break;
    case arrow::TimeUnit::NANO: micros = FloorDivide(value, 1000); break;
  }
  if (__builtin_mul_overflow(micros, factor, &micros)) return std::nullopt;
  std::optional<std::string> text = IsoTimestamp(micros);
  if (text.has_value() && !type.timezone().empty()) *text += 'Z';
  return text;
}

template <typename Float>
void WriteFloat(Float value, delta::JsonWriter& writer) {
  if (std::isnan(value)) return writer.Write("NaN");
  if (std::isinf(value)) return writer.Write(value < 0 ? "-Infinity" : "Infinity");
  char digits[64];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), value);
  writer.WriteRaw(std::string_view(digits, static_cast<std::size_t>(end.ptr - digits)));
}

std::string DecimalText(std::string digits, std::int32_t scale) {
  const bool negative = digits.starts_with('-');
  if (negative) digits.erase(0, 1);
  if (scale <= 0) {
    digits.append(static_cast<std::size_t>(-scale), '0');
  } else {
    const auto places = static_cast<std::size_t>(scale);
    if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
    digits.insert(digits.size() - places, 1, '.');
  }
  return negative ? "-" + digits : digits;
}

/// A value as JSON text; nullopt for NULL and for types that have no statistics.
std::optional<std::string> ValueJson(const arrow::Array& array, std::int64_t row);

template <typename Array>
std::string Integer(const arrow::Array& array, std::int64_t row) {
  return fmt::format("{}", static_cast<const Array&>(array).Value(row));
}

template <typename Array>
std::string Text(const arrow::Array& array, std::int64_t row) {
  std::string json;
  delta::JsonWriter(json).Write(std::string_view(static_cast<const Array&>(array).GetView(row)));
  return json;
}

template <typename Array>
std::string Float(const arrow::Array& array, std::int64_t row) {
  std::string json;
  delta::JsonWriter writer(json);
  WriteFloat(static_cast<const Array&>(array).Value(row), writer);
  return json;
}

template <typename Array, typename Value>
std::string Decimal(const arrow::Array& array, std::int64_t row) {
  const Value value(static_cast<const Array&>(array).GetValue(row));
  return DecimalText(value.ToIntegerString(), static_cast<const arrow::DecimalType&>(*array.type()).scale());
}

std::optional<std::string> Quoted(std::optional<std::string> text) {
  if (text.has_value()) text = '"' + *text + '"';
  return text;
}

std::optional<std::string> StructJson(const arrow::StructArray& array, std::int64_t row) {
  std::string json;
  delta::JsonWriter writer(json);
  writer.BeginObject();
  for (int i = 0; i < array.num_fields(); ++i) {
    const std::optional<std::string> value = ValueJson(*array.field(i), row);
    if (!value.has_value()) continue;
    writer.Key(array.struct_type()->field(i)->name());
    writer.WriteRaw(*value);
  }
  writer.EndObject();
  return json;
}

std::optional<std::string> ValueJson(const arrow::Array& array, std::int64_t row) {
  if (array.IsNull(row)) return std::nullopt;
  switch (array.type_id()) {
    case arrow::Type::STRUCT: return StructJson(static_cast<const arrow::StructArray&>(array), row);
    case arrow::Type::BOOL: return static_cast<const arrow::BooleanArray&>(array).Value(row) ? "true" : "false";
    case arrow::Type::INT8: return Integer<arrow::Int8Array>(array, row);
    case arrow::Type::INT16: return Integer<arrow::Int16Array>(array, row);
    case arrow::Type::INT32: return Integer<arrow::Int32Array>(array, row);
    case arrow::Type::INT64: return Integer<arrow::Int64Array>(array, row);
    case arrow::Type::FLOAT: return Float<arrow::FloatArray>(array, row);
    case arrow::Type::DOUBLE: return Float<arrow::DoubleArray>(array, row);
    case arrow::Type::DECIMAL32: return Decimal<arrow::Decimal32Array, arrow::Decimal32>(array, row);
    case arrow::Type::DECIMAL64: return Decimal<arrow::Decimal64Array, arrow::Decimal64>(array, row);
    case arrow::Type::DECIMAL128: return Decimal<arrow::Decimal128Array, arrow::Decimal128>(array, row);
    case arrow::Type::DECIMAL256: return Decimal<arrow::Decimal256Array, arrow::Decimal256>(array, row);
    case arrow::Type::STRING: return Text<arrow::StringArray>(array, row);
    case arrow::Type::LARGE_STRING: return Text<arrow::LargeStringArray>(array, row);
    case arrow::Type::STRING_VIEW: return Text<arrow::StringViewArray>(array, row);
    case arrow::Type::DATE32: return Quoted(IsoDate(static_cast<const arrow::Date32Array&>(array).Value(row)));
    case arrow::Type::TIMESTAMP:
      return Quoted(TimestampText(static_cast<const arrow::TimestampArray&>(array).Value(row),
                                  static_cast<const arrow::TimestampType&>(*array.type())));
    default: return std::nullopt;
  }
}

}  // namespace

void AppendStatsJson(const arrow::StructArray& stats, std::int64_t row, std::string& out) {
  if (const auto json = ValueJson(stats, row)) out += *json;
}

}  // namespace sluice::delta_log

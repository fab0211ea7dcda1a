#include "expression/type_name.h"

#include <arrow/type.h>
#include <arrow/type_traits.h>
#include <fmt/format.h>

#include "core/suggestion.h"
#include "expression/decimal_value.h"
#include "expression/word.h"

namespace sluice::expression {
namespace {

using core::InvalidInput;
using core::Result;
using TypePointer = std::shared_ptr<arrow::DataType>;

struct TypeName {
  std::string_view name;
  TypePointer type;  ///< none: DECIMAL
};

// The first name of a type is the one that is written.
const std::vector<TypeName>& TypeNames() {
  static const std::vector<TypeName> names = {
      {"BOOLEAN", arrow::boolean()},
      {"BOOL", arrow::boolean()},
      {"TINYINT", arrow::int8()},
      {"BYTE", arrow::int8()},
      {"SMALLINT", arrow::int16()},
      {"SHORT", arrow::int16()},
      {"INT", arrow::int32()},
      {"INTEGER", arrow::int32()},
      {"BIGINT", arrow::int64()},
      {"LONG", arrow::int64()},
      {"UTINYINT", arrow::uint8()},
      {"USMALLINT", arrow::uint16()},
      {"UINTEGER", arrow::uint32()},
      {"UBIGINT", arrow::uint64()},
      {"FLOAT", arrow::float32()},
      {"REAL", arrow::float32()},
      {"DOUBLE", arrow::float64()},
      {"DECIMAL", nullptr},
      {"DEC", nullptr},
      {"NUMERIC", nullptr},
      {"STRING", arrow::utf8()},
      {"VARCHAR", arrow::utf8()},
      {"CHAR", arrow::utf8()},
      {"TEXT", arrow::utf8()},
      {"BINARY", arrow::binary()},
      {"VARBINARY", arrow::binary()},
      {"BLOB", arrow::binary()},
      {"DATE", arrow::date32()},
      {"TIMESTAMP", arrow::timestamp(arrow::TimeUnit::MICRO, "UTC")},
      {"TIMESTAMP_LTZ", arrow::timestamp(arrow::TimeUnit::MICRO, "UTC")},
      {"TIMESTAMPTZ", arrow::timestamp(arrow::TimeUnit::MICRO, "UTC")},
      {"TIMESTAMP_NTZ", arrow::timestamp(arrow::TimeUnit::MICRO)},
      {"VOID", arrow::null()},
  };
  return names;
}

Result<TypePointer> Decimal(const std::vector<int>& parameters) {
  const int precision = parameters.empty() ? 10 : parameters[0];
  const int scale = parameters.size() < 2 ? 0 : parameters[1];
  if (precision < 1 || precision > kDecimalDigitsMax || scale < 0 || scale > precision) {
    return InvalidInput(fmt::format("DECIMAL({},{}): precision is 1 to {}, scale 0 to the precision", precision, scale,
                                    kDecimalDigitsMax));
  }
  if (precision > kDecimal128DigitsMax) return arrow::decimal256(precision, scale);
  return arrow::decimal128(precision, scale);
}

}  // namespace

Result<TypePointer> TypeNamed(std::string_view name, const std::vector<int>& parameters) {
  for (const TypeName& known : TypeNames()) {
    if (!EqualWords(known.name, name)) continue;
    const bool text = known.type && known.type->id() == arrow::Type::STRING;
    const std::size_t parameters_max = known.type ? (text ? 1 : 0) : 2;
    if (parameters.size() > parameters_max) {
      return InvalidInput(fmt::format("the type {} takes at most {} parameters", known.name, parameters_max));
    }
    return known.type ? Result<TypePointer>(known.type) : Decimal(parameters);
  }
  std::vector<std::string> names;
  for (const TypeName& known : TypeNames()) names.emplace_back(known.name);
  core::Error error = core::Unsupported(fmt::format("the type '{}' is not known here", name));
  const std::string nearest = core::NearestName(name, names);
  return nearest.empty() ? std::move(error) : std::move(error).WithHint(fmt::format("did you mean {}?", nearest));
}

std::string SqlTypeName(const arrow::DataType& type) {
  if (arrow::is_decimal(type.id())) {
    const auto& decimal = static_cast<const arrow::DecimalType&>(type);
    return fmt::format("DECIMAL({},{})", decimal.precision(), decimal.scale());
  }
  for (const TypeName& known : TypeNames()) {
    if (known.type && known.type->Equals(type)) return std::string(known.name);
  }
  return type.ToString();
}

}  // namespace sluice::expression

#include "table/value_conversion.h"

#include <arrow/array/array_base.h>
#include <arrow/array/array_dict.h>
#include <arrow/array/array_primitive.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/array/util.h>
#include <arrow/buffer.h>
#include <arrow/compute/api_vector.h>
#include <arrow/compute/cast.h>
#include <arrow/compute/exec.h>
#include <arrow/extension_type.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include <utility>

#include "schema/arrow_error.h"

namespace sluice::table {
namespace {

using ArrayPointer = std::shared_ptr<arrow::Array>;
using delta::TypeKind;

const arrow::DataType& PlainType(const arrow::DataType& type) {
  if (type.id() == arrow::Type::DICTIONARY) {
    return PlainType(*static_cast<const arrow::DictionaryType&>(type).value_type());
  }
  if (type.id() == arrow::Type::EXTENSION) {
    return PlainType(*static_cast<const arrow::ExtensionType&>(type).storage_type());
  }
  return type;
}

bool IsText(arrow::Type::type id) {
  return id == arrow::Type::STRING || id == arrow::Type::LARGE_STRING || id == arrow::Type::STRING_VIEW;
}

bool IsBytes(arrow::Type::type id) {
  return id == arrow::Type::BINARY || id == arrow::Type::LARGE_BINARY || id == arrow::Type::BINARY_VIEW;
}

/// Bytes of a signed whole number; 0 for every other type.
int IntegerBytes(arrow::Type::type id) {
  switch (id) {
    case arrow::Type::INT8: return 1;
    case arrow::Type::INT16: return 2;
    case arrow::Type::INT32: return 4;
    case arrow::Type::INT64: return 8;
    default: return 0;
  }
}

std::int32_t IntegerDigits(int bytes) {
  switch (bytes) {
    case 1: return 3;
    case 2: return 5;
    case 4: return 10;
    default: return 19;
  }
}

std::optional<ValueConversion> ToInteger(const arrow::DataType& from, int bytes) {
  const int from_bytes = IntegerBytes(from.id());
  if (from_bytes == 0) return std::nullopt;
  if (from_bytes == bytes) return ValueConversion::kNone;
  // Files have no physical type below 32 bits, and the annotation that tells a short may be left out.
  if (from_bytes < bytes || from_bytes == 4) return ValueConversion::kCast;
  return std::nullopt;
}

std::optional<ValueConversion> ToFloat(const arrow::DataType& from, const delta::DataType& to) {
  const bool wide = to.kind == TypeKind::kDouble;
  if (from.id() == (wide ? arrow::Type::DOUBLE : arrow::Type::FLOAT)) return ValueConversion::kNone;
  const int bytes = IntegerBytes(from.id());
  if (wide && (from.id() == arrow::Type::FLOAT || (bytes > 0 && bytes <= 4))) return ValueConversion::kCast;
  return std::nullopt;
}

std::optional<ValueConversion> ToDecimal(const arrow::DataType& from, const delta::DataType& to) {
  const std::int32_t whole_digits = to.precision - to.scale;
  if (arrow::is_decimal(from.id())) {
    const auto& decimal = static_cast<const arrow::DecimalType&>(from);
    const bool same = decimal.precision() == to.precision && decimal.scale() == to.scale;
    if (same && from.id() == arrow::Type::DECIMAL128) return ValueConversion::kNone;
    const bool widens = decimal.scale() <= to.scale && decimal.precision() - decimal.scale() <= whole_digits;
    return widens ? std::optional(ValueConversion::kRescale) : std::nullopt;
  }
  const int bytes = IntegerBytes(from.id());
  if (bytes > 0 && IntegerDigits(bytes) <= whole_digits) return ValueConversion::kRescale;
  return std::nullopt;
}

std::optional<ValueConversion> ToTimestamp(const arrow::DataType& from, const delta::DataType& to) {
  const bool instant = to.kind == TypeKind::kTimestamp;
  if (from.id() == arrow::Type::DATE32 && !instant) return ValueConversion::kCast;
  if (from.id() != arrow::Type::TIMESTAMP) return std::nullopt;
  const auto& timestamp = static_cast<const arrow::TimestampType&>(from);
  switch (timestamp.unit()) {
    case arrow::TimeUnit::MICRO:
      return timestamp.timezone() == (instant ? "UTC" : "") ? ValueConversion::kNone : ValueConversion::kRename;
    case arrow::TimeUnit::NANO: return ValueConversion::kFloor;
    default: return ValueConversion::kCast;
  }
}

core::Result<ArrayPointer> Cast(const ArrayPointer& values, const std::shared_ptr<arrow::DataType>& type,
                                arrow::MemoryPool* pool) {
  arrow::compute::ExecContext context(pool);
  context.set_use_threads(false);
  SLUICE_ASSIGN_OR_RETURN(auto cast,
                          arrow::compute::Cast(*values, type, arrow::compute::CastOptions::Safe(), &context));
  return cast;
}

core::Result<ArrayPointer> Plain(ArrayPointer values, arrow::MemoryPool* pool) {
  if (values->type_id() == arrow::Type::DICTIONARY) {
    const auto& dictionary = static_cast<const arrow::DictionaryArray&>(*values);
    arrow::compute::ExecContext context(pool);
    SLUICE_ASSIGN_OR_RETURN(auto taken, arrow::compute::Take(*dictionary.dictionary(), *dictionary.indices(),
                                                             arrow::compute::TakeOptions::NoBoundsCheck(), &context));
    return Plain(std::move(taken), pool);
  }
  if (values->type_id() == arrow::Type::EXTENSION) {
    return Plain(static_cast<const arrow::ExtensionArray&>(*values).storage(), pool);
  }
  return values;
}

/// The same buffers under another type.
ArrayPointer Rename(const ArrayPointer& values, const std::shared_ptr<arrow::DataType>& type) {
  auto data = values->data()->Copy();
  data->type = type;
  return arrow::MakeArray(std::move(data));
}

core::Result<ArrayPointer> ToText(const ArrayPointer& values, const std::shared_ptr<arrow::DataType>& type,
                                  arrow::MemoryPool* pool) {
  ArrayPointer texts = values;
  if (IsBytes(values->type_id()) && values->type_id() != arrow::Type::BINARY) {
    SLUICE_ASSIGN_OR_RETURN(texts, Cast(values, arrow::binary(), pool));
  }
  texts = Rename(texts, type);
  SLUICE_TRY(texts->ValidateFull());
  return texts;
}

core::Result<ArrayPointer> FloorNanoseconds(const arrow::Array& values, const std::shared_ptr<arrow::DataType>& type,
                                            arrow::MemoryPool* pool) {
  constexpr std::int64_t kNanosPerMicro = 1000;
  const auto& nanos = static_cast<const arrow::TimestampArray&>(values);
  arrow::TimestampBuilder micros(type, pool);
  SLUICE_TRY(micros.Reserve(nanos.length()));
  for (std::int64_t row = 0; row < nanos.length(); ++row) {
    if (nanos.IsNull(row)) {
      micros.UnsafeAppendNull();
      continue;
    }
    const std::int64_t value = nanos.Value(row);
    micros.UnsafeAppend(value / kNanosPerMicro - (value % kNanosPerMicro < 0 ? 1 : 0));
  }
  ArrayPointer made;
  SLUICE_TRY(micros.Finish(&made));
  return made;
}

core::Result<ArrayPointer> CastTo(ArrayPointer values, const std::shared_ptr<arrow::DataType>& type,
                                  arrow::MemoryPool* pool) {
  if (values->type_id() == arrow::Type::TIMESTAMP && type->id() == arrow::Type::TIMESTAMP) {
    // The number is the instant, or the clock's reading, whatever zone the file names.
    const auto unit = static_cast<const arrow::TimestampType&>(*values->type()).unit();
    values = Rename(values, arrow::timestamp(unit, static_cast<const arrow::TimestampType&>(*type).timezone()));
  }
  return Cast(values, type, pool);
}

core::Result<ArrayPointer> Convert(ArrayPointer values, ValueConversion conversion,
                                   const std::shared_ptr<arrow::DataType>& type, arrow::MemoryPool* pool) {
  SLUICE_ASSIGN_OR_RETURN(values, Plain(std::move(values), pool));
  switch (conversion) {
    case ValueConversion::kNone: return values;
    case ValueConversion::kRename:
      return type->id() == arrow::Type::STRING ? ToText(values, type, pool) : Rename(values, type);
    case ValueConversion::kFloor: return FloorNanoseconds(*values, type, pool);
    case ValueConversion::kCast:
    case ValueConversion::kRescale: return CastTo(std::move(values), type, pool);
  }
  return values;
}

}  // namespace

std::optional<ValueConversion> FindConversion(const arrow::DataType& from, const delta::DataType& to) {
  const arrow::DataType& plain = PlainType(from);
  const arrow::Type::type id = plain.id();
  const auto same = [&](arrow::Type::type wanted) {
    return id == wanted ? std::optional(ValueConversion::kNone) : std::nullopt;
  };
  switch (to.kind) {
    case TypeKind::kString:
      if (id == arrow::Type::STRING) return ValueConversion::kNone;
      if (IsBytes(id)) return ValueConversion::kRename;
      return IsText(id) ? std::optional(ValueConversion::kCast) : std::nullopt;
    case TypeKind::kBinary:
      if (id == arrow::Type::BINARY) return ValueConversion::kNone;
      if (id == arrow::Type::STRING) return ValueConversion::kRename;
      return IsBytes(id) || IsText(id) || id == arrow::Type::FIXED_SIZE_BINARY ? std::optional(ValueConversion::kCast)
                                                                               : std::nullopt;
    case TypeKind::kLong: return ToInteger(plain, 8);
    case TypeKind::kInteger: return ToInteger(plain, 4);
    case TypeKind::kShort: return ToInteger(plain, 2);
    case TypeKind::kByte: return ToInteger(plain, 1);
    case TypeKind::kFloat:
    case TypeKind::kDouble: return ToFloat(plain, to);
    case TypeKind::kDecimal: return ToDecimal(plain, to);
    case TypeKind::kBoolean: return same(arrow::Type::BOOL);
    case TypeKind::kDate:
      if (id == arrow::Type::DATE64) return ValueConversion::kCast;
      return same(arrow::Type::DATE32);
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz: return ToTimestamp(plain, to);
    default: return std::nullopt;
  }
}

core::Result<ArrayPointer> ConvertValues(ArrayPointer values, ValueConversion conversion,
                                         const std::shared_ptr<arrow::DataType>& type, arrow::MemoryPool* pool) {
  auto converted = Convert(std::move(values), conversion, type, pool);
  if (converted.has_value() || converted.error().kind() != core::ErrorKind::kInvalidInput) return converted;
  return core::Corruption(converted.error().message());
}

}  // namespace sluice::table

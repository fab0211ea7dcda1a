#include "schema/arrow_mapping.h"

#include <arrow/extension/json.h>
#include <arrow/extension/uuid.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include <utility>

#include "schema/type_text.h"

namespace sluice::schema {
namespace {

arrow::TimeUnit::type ToArrow(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kSecond: return arrow::TimeUnit::SECOND;
    case TimeUnit::kMilli: return arrow::TimeUnit::MILLI;
    case TimeUnit::kMicro: return arrow::TimeUnit::MICRO;
    case TimeUnit::kNano: return arrow::TimeUnit::NANO;
  }
  return arrow::TimeUnit::MICRO;
}

TimeUnit FromArrow(arrow::TimeUnit::type unit) {
  switch (unit) {
    case arrow::TimeUnit::SECOND: return TimeUnit::kSecond;
    case arrow::TimeUnit::MILLI: return TimeUnit::kMilli;
    case arrow::TimeUnit::MICRO: return TimeUnit::kMicro;
    case arrow::TimeUnit::NANO: return TimeUnit::kNano;
  }
  return TimeUnit::kMicro;
}

std::shared_ptr<arrow::DataType> TimeToArrow(TimeUnit unit) {
  if (unit == TimeUnit::kSecond || unit == TimeUnit::kMilli) return arrow::time32(ToArrow(unit));
  return arrow::time64(ToArrow(unit));
}

arrow::FieldVector ToArrow(const std::vector<Field>& fields) {
  arrow::FieldVector mapped;
  mapped.reserve(fields.size());
  for (const Field& field : fields) mapped.push_back(ToArrow(field));
  return mapped;
}

core::Result<Type> FromArrow(const arrow::DataType& type, const std::string& path);

core::Result<std::vector<Field>> FromArrow(const arrow::FieldVector& fields, const std::string& path) {
  std::vector<Field> mapped;
  for (const auto& field : fields) {
    const std::string name = path.empty() ? field->name() : path + "." + field->name();
    SLUICE_ASSIGN_OR_RETURN(Type type, FromArrow(*field->type(), name));
    mapped.push_back(Field{field->name(), std::move(type), field->nullable()});
  }
  return mapped;
}

core::Result<Type> NestedFromArrow(const arrow::DataType& type, const std::string& path) {
  if (type.id() == arrow::Type::STRUCT) {
    SLUICE_ASSIGN_OR_RETURN(auto members, FromArrow(type.fields(), path));
    return StructOf(std::move(members));
  }
  if (type.id() == arrow::Type::MAP) {
    const auto& map = static_cast<const arrow::MapType&>(type);
    SLUICE_ASSIGN_OR_RETURN(auto entries, FromArrow({map.key_field(), map.item_field()}, path));
    Type mapped{.kind = TypeKind::kMap, .children = std::move(entries)};
    return mapped;
  }
  SLUICE_ASSIGN_OR_RETURN(auto element, FromArrow({type.field(0)}, path));
  return Type{.kind = TypeKind::kList, .children = std::move(element)};
}

core::Result<Type> FromArrow(const arrow::DataType& type, const std::string& path) {
  switch (type.id()) {
    case arrow::Type::BOOL: return Simple(TypeKind::kBool);
    case arrow::Type::INT8: return Simple(TypeKind::kInt8);
    case arrow::Type::INT16: return Simple(TypeKind::kInt16);
    case arrow::Type::INT32: return Simple(TypeKind::kInt32);
    case arrow::Type::INT64: return Simple(TypeKind::kInt64);
    case arrow::Type::UINT8: return Simple(TypeKind::kUint8);
    case arrow::Type::UINT16: return Simple(TypeKind::kUint16);
    case arrow::Type::UINT32: return Simple(TypeKind::kUint32);
    case arrow::Type::UINT64: return Simple(TypeKind::kUint64);
    case arrow::Type::FLOAT: return Simple(TypeKind::kFloat32);
    case arrow::Type::DOUBLE: return Simple(TypeKind::kFloat64);
    case arrow::Type::DECIMAL32:
    case arrow::Type::DECIMAL64:
    case arrow::Type::DECIMAL128: {
      const auto& decimal = static_cast<const arrow::DecimalType&>(type);
      return Decimal(decimal.precision(), decimal.scale());
    }
    case arrow::Type::STRING:
    case arrow::Type::LARGE_STRING:
    case arrow::Type::STRING_VIEW: return Simple(TypeKind::kString);
    case arrow::Type::BINARY:
    case arrow::Type::LARGE_BINARY:
    case arrow::Type::BINARY_VIEW:
    case arrow::Type::FIXED_SIZE_BINARY: return Simple(TypeKind::kBinary);
    case arrow::Type::DATE32:
    case arrow::Type::DATE64: return Simple(TypeKind::kDate);
    case arrow::Type::TIME32:
    case arrow::Type::TIME64: return TimeType(FromArrow(static_cast<const arrow::TimeType&>(type).unit()));
    case arrow::Type::TIMESTAMP: {
      const auto& timestamp = static_cast<const arrow::TimestampType&>(type);
      return TimestampType(FromArrow(timestamp.unit()), timestamp.timezone());
    }
    case arrow::Type::EXTENSION: {
      const auto& extension = static_cast<const arrow::ExtensionType&>(type);
      if (extension.extension_name() == "arrow.json") return Simple(TypeKind::kJson);
      if (extension.extension_name() == "arrow.uuid") return Simple(TypeKind::kUuid);
      return FromArrow(*extension.storage_type(), path);
    }
    case arrow::Type::DICTIONARY: return FromArrow(*static_cast<const arrow::DictionaryType&>(type).value_type(), path);
    case arrow::Type::STRUCT:
    case arrow::Type::MAP:
    case arrow::Type::LIST:
    case arrow::Type::LARGE_LIST:
    case arrow::Type::FIXED_SIZE_LIST: return NestedFromArrow(type, path);
    default:
      return core::Unsupported(
          fmt::format("column '{}' has type {}, which has no counterpart here", path, type.ToString()));
  }
}

}  // namespace

std::shared_ptr<arrow::DataType> ToArrow(const Type& type) {
  switch (type.kind) {
    case TypeKind::kBool: return arrow::boolean();
    case TypeKind::kInt8: return arrow::int8();
    case TypeKind::kInt16: return arrow::int16();
    case TypeKind::kInt32: return arrow::int32();
    case TypeKind::kInt64: return arrow::int64();
    case TypeKind::kUint8: return arrow::uint8();
    case TypeKind::kUint16: return arrow::uint16();
    case TypeKind::kUint32: return arrow::uint32();
    case TypeKind::kUint64: return arrow::uint64();
    case TypeKind::kFloat32: return arrow::float32();
    case TypeKind::kFloat64: return arrow::float64();
    case TypeKind::kDecimal: return arrow::decimal128(type.precision, type.scale);
    case TypeKind::kString: return arrow::utf8();
    case TypeKind::kBinary: return arrow::binary();
    case TypeKind::kDate: return arrow::date32();
    case TypeKind::kTime: return TimeToArrow(type.unit);
    case TypeKind::kTimestamp: return arrow::timestamp(ToArrow(type.unit), type.zone);
    case TypeKind::kJson: return arrow::extension::json(arrow::utf8());
    case TypeKind::kUuid: return arrow::extension::uuid();
    case TypeKind::kList: return arrow::list(ToArrow(type.children[0]));
    case TypeKind::kStruct: return arrow::struct_(ToArrow(type.children));
    case TypeKind::kMap: return std::make_shared<arrow::MapType>(ToArrow(type.children[0]), ToArrow(type.children[1]));
  }
  return arrow::null();
}

std::shared_ptr<arrow::Field> ToArrow(const Field& field) {
  return arrow::field(field.name, ToArrow(field.type), field.nullable);
}

std::shared_ptr<arrow::Schema> ToArrow(const Schema& schema) { return arrow::schema(ToArrow(schema.fields)); }

core::Result<Schema> FromArrow(const arrow::Schema& schema) {
  SLUICE_ASSIGN_OR_RETURN(auto fields, FromArrow(schema.fields(), ""));
  return Schema{std::move(fields)};
}

}  // namespace sluice::schema

#include "delta/arrow_types.h"

#include <arrow/type.h>
#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

#include "delta/type_name.h"
#include "schema/type_text.h"

namespace sluice::delta {
namespace {

using Kind = schema::TypeKind;

core::Result<arrow::FieldVector> FieldsToArrow(const std::vector<Field>& fields, const std::string& prefix);

core::Result<std::shared_ptr<arrow::DataType>> TypeToArrow(const DataType& type, const std::string& path) {
  switch (type.kind) {
    case TypeKind::kString: return arrow::utf8();
    case TypeKind::kLong: return arrow::int64();
    case TypeKind::kInteger: return arrow::int32();
    case TypeKind::kShort: return arrow::int16();
    case TypeKind::kByte: return arrow::int8();
    case TypeKind::kFloat: return arrow::float32();
    case TypeKind::kDouble: return arrow::float64();
    case TypeKind::kDecimal: return arrow::decimal128(type.precision, type.scale);
    case TypeKind::kBoolean: return arrow::boolean();
    case TypeKind::kBinary: return arrow::binary();
    case TypeKind::kDate: return arrow::date32();
    case TypeKind::kTimestamp: return arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");
    case TypeKind::kTimestampNtz: return arrow::timestamp(arrow::TimeUnit::MICRO);
    case TypeKind::kVoid: return arrow::null();
    case TypeKind::kVariant:
      return arrow::struct_(
          {arrow::field("metadata", arrow::binary(), false), arrow::field("value", arrow::binary(), false)});
    case TypeKind::kUnknown: break;
    case TypeKind::kStruct:
    case TypeKind::kArray:
    case TypeKind::kMap: {
      SLUICE_ASSIGN_OR_RETURN(arrow::FieldVector parts, FieldsToArrow(type.fields, path + "."));
      if (type.kind == TypeKind::kStruct) return arrow::struct_(std::move(parts));
      if (type.kind == TypeKind::kArray) return arrow::list(std::move(parts[0]));
      return std::make_shared<arrow::MapType>(std::move(parts[0]), std::move(parts[1]));
    }
  }
  return core::Unsupported(
      fmt::format("column '{}' has type {}, which this version does not know", path, TypeName(type)));
}

core::Result<arrow::FieldVector> FieldsToArrow(const std::vector<Field>& fields, const std::string& prefix) {
  arrow::FieldVector mapped;
  mapped.reserve(fields.size());
  for (const Field& field : fields) {
    SLUICE_ASSIGN_OR_RETURN(auto type, TypeToArrow(field.type, prefix + field.name));
    mapped.push_back(arrow::field(field.name, std::move(type), field.nullable));
  }
  return mapped;
}

core::Result<std::vector<schema::Field>> FieldsToEngine(const std::vector<Field>& fields, const std::string& prefix);

std::optional<schema::Type> SimpleToEngine(const DataType& type) {
  switch (type.kind) {
    case TypeKind::kString: return schema::Simple(Kind::kString);
    case TypeKind::kLong: return schema::Simple(Kind::kInt64);
    case TypeKind::kInteger: return schema::Simple(Kind::kInt32);
    case TypeKind::kShort: return schema::Simple(Kind::kInt16);
    case TypeKind::kByte: return schema::Simple(Kind::kInt8);
    case TypeKind::kFloat: return schema::Simple(Kind::kFloat32);
    case TypeKind::kDouble: return schema::Simple(Kind::kFloat64);
    case TypeKind::kDecimal: return schema::Decimal(type.precision, type.scale);
    case TypeKind::kBoolean: return schema::Simple(Kind::kBool);
    case TypeKind::kBinary: return schema::Simple(Kind::kBinary);
    case TypeKind::kDate: return schema::Simple(Kind::kDate);
    case TypeKind::kTimestamp: return schema::TimestampType(schema::TimeUnit::kMicro, "UTC");
    case TypeKind::kTimestampNtz: return schema::TimestampType(schema::TimeUnit::kMicro, "");
    case TypeKind::kVariant:
      return schema::StructOf({{.name = "metadata", .type = schema::Simple(Kind::kBinary), .nullable = false},
                               {.name = "value", .type = schema::Simple(Kind::kBinary), .nullable = false}});
    default: return std::nullopt;
  }
}

core::Result<schema::Type> TypeToEngine(const DataType& type, const std::string& path) {
  if (auto simple = SimpleToEngine(type)) return *std::move(simple);
  if (!type.nested()) {
    return core::Unsupported(
        fmt::format("column '{}' has type {}, which has no counterpart outside of Delta tables", path, TypeName(type)));
  }
  SLUICE_ASSIGN_OR_RETURN(auto parts, FieldsToEngine(type.fields, path + "."));
  const Kind kind = type.kind == TypeKind::kStruct  ? Kind::kStruct
                    : type.kind == TypeKind::kArray ? Kind::kList
                                                    : Kind::kMap;
  return schema::Type{.kind = kind, .children = std::move(parts)};
}

core::Result<std::vector<schema::Field>> FieldsToEngine(const std::vector<Field>& fields, const std::string& prefix) {
  std::vector<schema::Field> mapped;
  mapped.reserve(fields.size());
  for (const Field& field : fields) {
    SLUICE_ASSIGN_OR_RETURN(schema::Type type, TypeToEngine(field.type, prefix + field.name));
    mapped.push_back({field.name, std::move(type), field.nullable});
  }
  return mapped;
}

core::Result<DataType> TypeFromEngine(const schema::Type& type, const std::string& path);

Field MakeField(std::string name, DataType type, bool nullable) {
  Field field{.name = std::move(name), .type = std::move(type), .nullable = nullable};
  field.physical_name = field.name;
  return field;
}

core::Result<std::vector<Field>> FieldsFromEngine(const std::vector<schema::Field>& fields, const std::string& prefix) {
  std::vector<Field> mapped;
  mapped.reserve(fields.size());
  for (const schema::Field& field : fields) {
    SLUICE_ASSIGN_OR_RETURN(DataType type, TypeFromEngine(field.type, prefix + field.name));
    mapped.push_back(MakeField(field.name, std::move(type), field.nullable));
  }
  return mapped;
}

core::Result<DataType> NestedFromEngine(const schema::Type& type, const std::string& path) {
  SLUICE_ASSIGN_OR_RETURN(std::vector<Field> parts, FieldsFromEngine(type.children, path + "."));
  if (type.kind == Kind::kStruct) return DataType{.kind = TypeKind::kStruct, .fields = std::move(parts)};
  DataType mapped{.kind = type.kind == Kind::kList ? TypeKind::kArray : TypeKind::kMap};
  if (type.kind == Kind::kList) {
    mapped.fields.push_back(MakeField("element", std::move(parts[0].type), parts[0].nullable));
  } else {
    mapped.fields.push_back(MakeField("key", std::move(parts[0].type), false));
    mapped.fields.push_back(MakeField("value", std::move(parts[1].type), parts[1].nullable));
  }
  return mapped;
}

core::Error Lossy(const schema::Type& type, const std::string& path, std::string_view why, std::string_view instead) {
  return core::Unsupported(fmt::format("column '{}' has type {}: {}", path, schema::FormatType(type), why))
      .WithHint(fmt::format("declare the column as {}", instead));
}

core::Result<DataType> TypeFromEngine(const schema::Type& type, const std::string& path) {
  switch (type.kind) {
    case Kind::kBool: return DataType{.kind = TypeKind::kBoolean};
    case Kind::kInt8: return DataType{.kind = TypeKind::kByte};
    case Kind::kInt16:
    case Kind::kUint8: return DataType{.kind = TypeKind::kShort};
    case Kind::kInt32:
    case Kind::kUint16: return DataType{.kind = TypeKind::kInteger};
    case Kind::kInt64:
    case Kind::kUint32: return DataType{.kind = TypeKind::kLong};
    case Kind::kUint64: return DataType{.kind = TypeKind::kDecimal, .precision = 20};
    case Kind::kFloat32: return DataType{.kind = TypeKind::kFloat};
    case Kind::kFloat64: return DataType{.kind = TypeKind::kDouble};
    case Kind::kDecimal: return DataType{.kind = TypeKind::kDecimal, .precision = type.precision, .scale = type.scale};
    case Kind::kString:
    case Kind::kJson:
    case Kind::kUuid: return DataType{.kind = TypeKind::kString};
    case Kind::kBinary: return DataType{.kind = TypeKind::kBinary};
    case Kind::kDate: return DataType{.kind = TypeKind::kDate};
    case Kind::kTime: return Lossy(type, path, "Delta tables have no time of day", "string or int64");
    case Kind::kTimestamp:
      if (type.unit == schema::TimeUnit::kNano) {
        return Lossy(type, path, "Delta tables keep microseconds",
                     type.zone.empty() ? "timestamp(us)" : "timestamp(us,UTC)");
      }
      return DataType{.kind = type.zone.empty() ? TypeKind::kTimestampNtz : TypeKind::kTimestamp};
    case Kind::kList:
    case Kind::kStruct:
    case Kind::kMap: return NestedFromEngine(type, path);
  }
  return core::Internal("a type of the schema room is not mapped");
}

}  // namespace

core::Result<std::shared_ptr<arrow::DataType>> ToArrow(const DataType& type) { return TypeToArrow(type, "?"); }

core::Result<std::shared_ptr<arrow::Field>> ToArrow(const Field& field) {
  SLUICE_ASSIGN_OR_RETURN(auto type, TypeToArrow(field.type, field.name));
  return arrow::field(field.name, std::move(type), field.nullable);
}

core::Result<std::shared_ptr<arrow::Schema>> ToArrow(const TableSchema& schema) {
  SLUICE_ASSIGN_OR_RETURN(auto fields, FieldsToArrow(schema.fields, ""));
  return arrow::schema(std::move(fields));
}

core::Result<schema::Schema> ToEngineSchema(const TableSchema& schema) {
  SLUICE_ASSIGN_OR_RETURN(auto fields, FieldsToEngine(schema.fields, ""));
  return schema::Schema{std::move(fields)};
}

core::Result<TableSchema> FromEngineSchema(const schema::Schema& schema) {
  SLUICE_ASSIGN_OR_RETURN(auto fields, FieldsFromEngine(schema.fields, ""));
  return TableSchema{std::move(fields)};
}

}  // namespace sluice::delta

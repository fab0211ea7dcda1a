#include "query/column_type.h"

#include <utility>

#include "query/identifier.h"

namespace sluice::query {
namespace {

struct ScalarName {
  duckdb_type id;
  const char* sql;
  bool number = false;
};
constexpr ScalarName kScalars[] = {
    {DUCKDB_TYPE_BOOLEAN, "BOOLEAN"},
    {DUCKDB_TYPE_TINYINT, "TINYINT", true},
    {DUCKDB_TYPE_SMALLINT, "SMALLINT", true},
    {DUCKDB_TYPE_INTEGER, "INTEGER", true},
    {DUCKDB_TYPE_BIGINT, "BIGINT", true},
    {DUCKDB_TYPE_UTINYINT, "UTINYINT", true},
    {DUCKDB_TYPE_USMALLINT, "USMALLINT", true},
    {DUCKDB_TYPE_UINTEGER, "UINTEGER", true},
    {DUCKDB_TYPE_UBIGINT, "UBIGINT", true},
    {DUCKDB_TYPE_HUGEINT, "HUGEINT", true},
    {DUCKDB_TYPE_UHUGEINT, "UHUGEINT", true},
    {DUCKDB_TYPE_FLOAT, "FLOAT", true},
    {DUCKDB_TYPE_DOUBLE, "DOUBLE", true},
    {DUCKDB_TYPE_DATE, "DATE"},
    {DUCKDB_TYPE_TIME, "TIME"},
    {DUCKDB_TYPE_TIME_NS, "TIME_NS"},
    {DUCKDB_TYPE_TIME_TZ, "TIME WITH TIME ZONE"},
    {DUCKDB_TYPE_TIMESTAMP, "TIMESTAMP"},
    {DUCKDB_TYPE_TIMESTAMP_S, "TIMESTAMP_S"},
    {DUCKDB_TYPE_TIMESTAMP_MS, "TIMESTAMP_MS"},
    {DUCKDB_TYPE_TIMESTAMP_NS, "TIMESTAMP_NS"},
    {DUCKDB_TYPE_TIMESTAMP_TZ, "TIMESTAMP WITH TIME ZONE"},
    {DUCKDB_TYPE_INTERVAL, "INTERVAL"},
    {DUCKDB_TYPE_VARCHAR, "VARCHAR"},
    {DUCKDB_TYPE_BLOB, "BLOB"},
    {DUCKDB_TYPE_BIT, "BIT"},
    {DUCKDB_TYPE_UUID, "UUID"},
    {DUCKDB_TYPE_SQLNULL, "NULL"},
};

const ScalarName* FindScalar(duckdb_type id) {
  for (const ScalarName& scalar : kScalars) {
    if (scalar.id == id) return &scalar;
  }
  return nullptr;
}

std::string TakeText(const Functions& duckdb, char* text) {
  if (text == nullptr) return {};
  std::string taken = text;
  duckdb.free(text);
  return taken;
}

core::Status AddMember(const Functions& duckdb, duckdb_logical_type logical, ColumnType& type) {
  core::Result<ColumnType> member = ReadColumnType(duckdb, logical);
  duckdb.destroy_logical_type(&logical);
  if (!member.has_value()) return std::move(member).error();
  type.members.push_back(*std::move(member));
  return core::Ok();
}

void ReadEnum(const Functions& duckdb, duckdb_logical_type logical, ColumnType& type) {
  type.storage = duckdb.enum_internal_type(logical);
  const std::uint32_t count = duckdb.enum_dictionary_size(logical);
  for (std::uint32_t i = 0; i < count; ++i) {
    type.labels.push_back(TakeText(duckdb, duckdb.enum_dictionary_value(logical, i)));
  }
}

core::Status ReadMembers(const Functions& duckdb, duckdb_logical_type logical, ColumnType& type) {
  switch (type.id) {
    case DUCKDB_TYPE_LIST: return AddMember(duckdb, duckdb.list_type_child_type(logical), type);
    case DUCKDB_TYPE_ARRAY:
      type.array_size = duckdb.array_type_array_size(logical);
      return AddMember(duckdb, duckdb.array_type_child_type(logical), type);
    case DUCKDB_TYPE_MAP:
      SLUICE_TRY(AddMember(duckdb, duckdb.map_type_key_type(logical), type));
      return AddMember(duckdb, duckdb.map_type_value_type(logical), type);
    case DUCKDB_TYPE_STRUCT:
      for (idx_t i = 0; i < duckdb.struct_type_child_count(logical); ++i) {
        type.member_names.push_back(TakeText(duckdb, duckdb.struct_type_child_name(logical, i)));
        SLUICE_TRY(AddMember(duckdb, duckdb.struct_type_child_type(logical, i), type));
      }
      return core::Ok();
    case DUCKDB_TYPE_UNION:
      for (idx_t i = 0; i < duckdb.union_type_member_count(logical); ++i) {
        type.member_names.push_back(TakeText(duckdb, duckdb.union_type_member_name(logical, i)));
        SLUICE_TRY(AddMember(duckdb, duckdb.union_type_member_type(logical, i), type));
      }
      return core::Ok();
    default:
      return core::Unsupported("values of this DuckDB type (" + std::to_string(type.id) + ") cannot be shown")
          .WithHint("cast it in the query: CAST(x AS VARCHAR)");
  }
}

std::string MembersToSql(const ColumnType& type) {
  std::string sql = "(";
  for (std::size_t i = 0; i < type.members.size(); ++i) {
    if (i > 0) sql += ", ";
    if (i < type.member_names.size()) sql += QuoteIdentifier(type.member_names[i]) + " ";
    sql += type.members[i].ToSql();
  }
  return sql + ")";
}

}  // namespace

bool ColumnType::is_number() const {
  const ScalarName* const scalar = FindScalar(id);
  return id == DUCKDB_TYPE_DECIMAL || (scalar != nullptr && scalar->number);
}

bool ColumnType::is_nested() const { return !members.empty(); }

std::string ColumnType::ToSql() const {
  if (json) return "JSON";
  if (const ScalarName* const scalar = FindScalar(id)) return scalar->sql;
  switch (id) {
    case DUCKDB_TYPE_DECIMAL: return "DECIMAL(" + std::to_string(width) + "," + std::to_string(scale) + ")";
    case DUCKDB_TYPE_ENUM: return "ENUM";
    case DUCKDB_TYPE_LIST: return members[0].ToSql() + "[]";
    case DUCKDB_TYPE_ARRAY: return members[0].ToSql() + "[" + std::to_string(array_size) + "]";
    case DUCKDB_TYPE_MAP: return "MAP" + MembersToSql(*this);
    case DUCKDB_TYPE_STRUCT: return "STRUCT" + MembersToSql(*this);
    case DUCKDB_TYPE_UNION: return "UNION" + MembersToSql(*this);
    default: return "UNKNOWN";
  }
}

core::Result<ColumnType> ReadColumnType(const Functions& duckdb, duckdb_logical_type logical) {
  ColumnType type;
  type.id = duckdb.get_type_id(logical);
  if (FindScalar(type.id) != nullptr) {
    type.json = type.id == DUCKDB_TYPE_VARCHAR && TakeText(duckdb, duckdb.logical_type_get_alias(logical)) == "JSON";
    return type;
  }
  if (type.id == DUCKDB_TYPE_DECIMAL) {
    type.width = duckdb.decimal_width(logical);
    type.scale = duckdb.decimal_scale(logical);
    type.storage = duckdb.decimal_internal_type(logical);
    return type;
  }
  if (type.id == DUCKDB_TYPE_ENUM) {
    ReadEnum(duckdb, logical, type);
    return type;
  }
  SLUICE_TRY(ReadMembers(duckdb, logical, type));
  return type;
}

}  // namespace sluice::query

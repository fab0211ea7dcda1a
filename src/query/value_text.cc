#include "query/value_text.h"

#include <cmath>
#include <cstdint>
#include <string_view>

#include "query/scalar_text.h"

namespace sluice::query {
namespace {

template <typename T>
T At(const Functions& duckdb, duckdb_vector vector, idx_t row) {
  return static_cast<const T*>(duckdb.vector_get_data(vector))[row];
}

Int128 Wide(duckdb_hugeint value) {
  return static_cast<Int128>(static_cast<UnsignedInt128>(static_cast<std::uint64_t>(value.upper)) << 64 | value.lower);
}

std::string_view TextAt(const Functions& duckdb, duckdb_vector vector, idx_t row) {
  // Strings of up to 12 bytes lie within the value itself (duckdb_string_t).
  const auto* const strings = static_cast<const duckdb_string_t*>(duckdb.vector_get_data(vector));
  const duckdb_string_t& text = strings[row];
  const std::uint32_t length = text.value.inlined.length;
  return {length <= 12 ? text.value.inlined.inlined : text.value.pointer.ptr, length};
}

Int128 IntegerAt(const Functions& duckdb, duckdb_type storage, duckdb_vector vector, idx_t row) {
  switch (storage) {
    case DUCKDB_TYPE_TINYINT: return At<std::int8_t>(duckdb, vector, row);
    case DUCKDB_TYPE_SMALLINT: return At<std::int16_t>(duckdb, vector, row);
    case DUCKDB_TYPE_INTEGER: return At<std::int32_t>(duckdb, vector, row);
    case DUCKDB_TYPE_BIGINT: return At<std::int64_t>(duckdb, vector, row);
    case DUCKDB_TYPE_UTINYINT: return At<std::uint8_t>(duckdb, vector, row);
    case DUCKDB_TYPE_USMALLINT: return At<std::uint16_t>(duckdb, vector, row);
    case DUCKDB_TYPE_UINTEGER: return At<std::uint32_t>(duckdb, vector, row);
    case DUCKDB_TYPE_UBIGINT: return At<std::uint64_t>(duckdb, vector, row);
    default: return Wide(At<duckdb_hugeint>(duckdb, vector, row));
  }
}

// TIME WITH TIME ZONE packs 40 bits of microseconds above 24 bits of 15:59:59 less the offset, in seconds.
void AppendZonedTime(std::uint64_t packed, std::string& out) {
  constexpr std::int32_t kOffsetMax = 16 * 3600 - 1;
  AppendTime(static_cast<std::int64_t>(packed >> 24), 1'000'000, out);
  AppendZoneOffset(kOffsetMax - static_cast<std::int32_t>(packed & 0xff'ffff), out);
}

void AppendTemporal(const Functions& duckdb, duckdb_type id, duckdb_vector vector, idx_t row, std::string& out) {
  if (id == DUCKDB_TYPE_DATE) return AppendDate(At<std::int32_t>(duckdb, vector, row), out);
  if (id == DUCKDB_TYPE_INTERVAL) {
    const auto interval = At<duckdb_interval>(duckdb, vector, row);
    return AppendInterval(interval.months, interval.days, interval.micros, out);
  }
  const auto units = At<std::int64_t>(duckdb, vector, row);
  switch (id) {
    case DUCKDB_TYPE_TIME: return AppendTime(units, 1'000'000, out);
    case DUCKDB_TYPE_TIME_NS: return AppendTime(units, 1'000'000'000, out);
    case DUCKDB_TYPE_TIME_TZ: return AppendZonedTime(static_cast<std::uint64_t>(units), out);
    case DUCKDB_TYPE_TIMESTAMP_S: return AppendTimestamp(units, 1, out);
    case DUCKDB_TYPE_TIMESTAMP_MS: return AppendTimestamp(units, 1'000, out);
    case DUCKDB_TYPE_TIMESTAMP_NS: return AppendTimestamp(units, 1'000'000'000, out);
    case DUCKDB_TYPE_TIMESTAMP_TZ:
      AppendTimestamp(units, 1'000'000, out);
      out += "+00";
      return;
    default: return AppendTimestamp(units, 1'000'000, out);
  }
}

void AppendScalar(const Functions& duckdb, const ColumnType& type, duckdb_vector vector, idx_t row, std::string& out) {
  switch (type.id) {
    case DUCKDB_TYPE_BOOLEAN: out += At<bool>(duckdb, vector, row) ? "true" : "false"; return;
    case DUCKDB_TYPE_FLOAT: return AppendFloat(At<float>(duckdb, vector, row), out);
    case DUCKDB_TYPE_DOUBLE: return AppendDouble(At<double>(duckdb, vector, row), out);
    case DUCKDB_TYPE_DECIMAL: return AppendDecimal(IntegerAt(duckdb, type.storage, vector, row), type.scale, out);
    case DUCKDB_TYPE_UHUGEINT:
      return AppendUnsigned(static_cast<UnsignedInt128>(Wide(At<duckdb_hugeint>(duckdb, vector, row))), out);
    case DUCKDB_TYPE_VARCHAR: out += TextAt(duckdb, vector, row); return;
    case DUCKDB_TYPE_BLOB: return AppendBlob(TextAt(duckdb, vector, row), out);
    case DUCKDB_TYPE_BIT: return AppendBits(TextAt(duckdb, vector, row), out);
    case DUCKDB_TYPE_ENUM: {
      const auto label = static_cast<std::size_t>(IntegerAt(duckdb, type.storage, vector, row));
      if (label < type.labels.size()) out += type.labels[label];
      return;
    }
    case DUCKDB_TYPE_UUID: {
      const auto uuid = At<duckdb_hugeint>(duckdb, vector, row);
      return AppendUuid(uuid.upper, uuid.lower, out);
    }
    case DUCKDB_TYPE_SQLNULL: return;
    default: break;
  }
  if (type.is_number()) return AppendInteger(IntegerAt(duckdb, type.id, vector, row), out);
  AppendTemporal(duckdb, type.id, vector, row, out);
}

bool IsJsonNumber(const Functions& duckdb, const ColumnType& type, duckdb_vector vector, idx_t row) {
  if (type.id == DUCKDB_TYPE_DOUBLE) return std::isfinite(At<double>(duckdb, vector, row));
  if (type.id == DUCKDB_TYPE_FLOAT) return std::isfinite(At<float>(duckdb, vector, row));
  return type.is_number() || type.id == DUCKDB_TYPE_BOOLEAN;
}

void AppendElements(const Functions& duckdb, const ColumnType& type, duckdb_vector child, idx_t begin, idx_t count,
                    std::string& out) {
  out += '[';
  for (idx_t i = 0; i < count; ++i) {
    if (i > 0) out += ',';
    AppendValueJson(duckdb, type, child, begin + i, out);
  }
  out += ']';
}

void AppendStruct(const Functions& duckdb, const ColumnType& type, duckdb_vector vector, idx_t row, std::string& out) {
  out += '{';
  for (std::size_t i = 0; i < type.members.size(); ++i) {
    if (i > 0) out += ',';
    AppendJsonText(type.member_names[i], out);
    out += ':';
    AppendValueJson(duckdb, type.members[i], duckdb.struct_vector_get_child(vector, i), row, out);
  }
  out += '}';
}

// A MAP is stored as a LIST of STRUCT(key, value).
void AppendMap(const Functions& duckdb, const ColumnType& type, duckdb_vector vector, idx_t row, std::string& out) {
  const auto entry = At<duckdb_list_entry>(duckdb, vector, row);
  const duckdb_vector entries = duckdb.list_vector_get_child(vector);
  const duckdb_vector keys = duckdb.struct_vector_get_child(entries, 0);
  const duckdb_vector values = duckdb.struct_vector_get_child(entries, 1);
  const bool object = type.members[0].id == DUCKDB_TYPE_VARCHAR;
  out += object ? '{' : '[';
  for (idx_t i = entry.offset; i < entry.offset + entry.length; ++i) {
    if (i > entry.offset) out += ',';
    if (!object) out += "{\"key\":";
    AppendValueJson(duckdb, type.members[0], keys, i, out);
    out += object ? ":" : ",\"value\":";
    AppendValueJson(duckdb, type.members[1], values, i, out);
    if (!object) out += '}';
  }
  out += object ? '}' : ']';
}

// A UNION is stored as a STRUCT of its tag and all members.
void AppendUnion(const Functions& duckdb, const ColumnType& type, duckdb_vector vector, idx_t row, std::string& out) {
  const auto tag = At<std::uint8_t>(duckdb, duckdb.struct_vector_get_child(vector, 0), row);
  if (tag >= type.members.size()) return;
  AppendValueJson(duckdb, type.members[tag], duckdb.struct_vector_get_child(vector, tag + 1U), row, out);
}

void AppendNested(const Functions& duckdb, const ColumnType& type, duckdb_vector vector, idx_t row, std::string& out) {
  switch (type.id) {
    case DUCKDB_TYPE_LIST: {
      const auto entry = At<duckdb_list_entry>(duckdb, vector, row);
      return AppendElements(duckdb, type.members[0], duckdb.list_vector_get_child(vector), entry.offset, entry.length,
                            out);
    }
    case DUCKDB_TYPE_ARRAY:
      return AppendElements(duckdb, type.members[0], duckdb.array_vector_get_child(vector), row * type.array_size,
                            type.array_size, out);
    case DUCKDB_TYPE_MAP: return AppendMap(duckdb, type, vector, row, out);
    case DUCKDB_TYPE_UNION: return AppendUnion(duckdb, type, vector, row, out);
    default: return AppendStruct(duckdb, type, vector, row, out);
  }
}

}  // namespace

bool IsNull(const Functions& duckdb, duckdb_vector vector, idx_t row) {
  const std::uint64_t* const validity = duckdb.vector_get_validity(vector);
  return validity != nullptr && (validity[row / 64] >> (row % 64) & 1) == 0;
}

void AppendValueText(const Functions& duckdb, const ColumnType& type, duckdb_vector vector, idx_t row,
                     std::string& out) {
  if (IsNull(duckdb, vector, row)) return;
  if (type.is_nested()) return AppendNested(duckdb, type, vector, row, out);
  AppendScalar(duckdb, type, vector, row, out);
}

void AppendValueJson(const Functions& duckdb, const ColumnType& type, duckdb_vector vector, idx_t row,
                     std::string& out) {
  if (IsNull(duckdb, vector, row) || type.id == DUCKDB_TYPE_SQLNULL) {
    out += "null";
    return;
  }
  if (type.is_nested()) return AppendNested(duckdb, type, vector, row, out);
  if (type.json || IsJsonNumber(duckdb, type, vector, row)) return AppendScalar(duckdb, type, vector, row, out);
  std::string text;
  AppendScalar(duckdb, type, vector, row, text);
  AppendJsonText(text, out);
}

}  // namespace sluice::query

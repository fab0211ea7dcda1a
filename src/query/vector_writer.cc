#include "query/vector_writer.h"

#include <arrow/array/array_binary.h>
#include <arrow/array/array_decimal.h>
#include <arrow/array/array_nested.h>
#include <arrow/array/array_primitive.h>
#include <arrow/type.h>
#include <arrow/util/decimal.h>
#include <fmt/format.h>

#include <cstring>
#include <string>
#include <vector>

namespace sluice::query {
namespace {

/// A logical type that is destroyed with its holder.
class TypeHolder {
 public:
  TypeHolder(const Functions& duckdb, duckdb_logical_type type) : duckdb_(duckdb), type_(type) {}
  TypeHolder(TypeHolder&& other) noexcept : duckdb_(other.duckdb_), type_(std::exchange(other.type_, nullptr)) {}
  TypeHolder& operator=(TypeHolder&&) = delete;
  ~TypeHolder() {
    if (type_ != nullptr) duckdb_.destroy_logical_type(&type_);
  }
  duckdb_logical_type get() const { return type_; }

 private:
  const Functions& duckdb_;
  duckdb_logical_type type_;
};

core::Result<duckdb_logical_type> MakeStructType(const Functions& duckdb, const arrow::DataType& type) {
  std::vector<TypeHolder> held;
  std::vector<duckdb_logical_type> types;
  std::vector<const char*> names;
  for (const auto& member : type.fields()) {
    SLUICE_ASSIGN_OR_RETURN(duckdb_logical_type member_type, MakeLogicalType(duckdb, *member->type()));
    held.emplace_back(duckdb, member_type);
    types.push_back(member_type);
    names.push_back(member->name().c_str());
  }
  return duckdb.create_struct_type(types.data(), names.data(), types.size());
}

core::Result<duckdb_logical_type> MakeListType(const Functions& duckdb, const arrow::DataType& type) {
  SLUICE_ASSIGN_OR_RETURN(duckdb_logical_type element, MakeLogicalType(duckdb, *type.field(0)->type()));
  const TypeHolder held(duckdb, element);
  return duckdb.create_list_type(element);
}

core::Result<duckdb_logical_type> MakeMapType(const Functions& duckdb, const arrow::MapType& type) {
  SLUICE_ASSIGN_OR_RETURN(duckdb_logical_type key, MakeLogicalType(duckdb, *type.key_type()));
  const TypeHolder held_key(duckdb, key);
  SLUICE_ASSIGN_OR_RETURN(duckdb_logical_type value, MakeLogicalType(duckdb, *type.item_type()));
  const TypeHolder held_value(duckdb, value);
  return duckdb.create_map_type(key, value);
}

/// Copies values into one vector of a chunk; for nested types it calls itself for the children.
class Writer {
 public:
  Writer(const Functions& duckdb, const arrow::Array& values, std::int64_t begin, std::int64_t rows)
      : duckdb_(duckdb), values_(values), begin_(begin), rows_(rows) {}

  core::Status WriteAt(duckdb_vector vector, idx_t place) {
    place_ = place;
    WriteValidity(vector);
    switch (values_.type_id()) {
      case arrow::Type::NA: return core::Ok();
      case arrow::Type::BOOL: return WriteBools(vector);
      case arrow::Type::STRING:
      case arrow::Type::BINARY: return WriteTexts(vector);
      case arrow::Type::DECIMAL128: return WriteDecimals(vector);
      case arrow::Type::LIST: return WriteLists(vector, *static_cast<const arrow::ListArray&>(values_).values());
      case arrow::Type::MAP: return WriteMaps(vector);
      case arrow::Type::STRUCT: return WriteStructs(vector);
      default: return WriteFixed(vector);
    }
  }

 private:
  void WriteValidity(duckdb_vector vector) {
    const bool all_null = values_.type_id() == arrow::Type::NA;
    if (!all_null && values_.null_count() == 0) return;
    duckdb_.vector_ensure_validity_writable(vector);
    std::uint64_t* const validity = duckdb_.vector_get_validity(vector);
    for (std::int64_t i = 0; i < rows_; ++i) {
      const idx_t row = place_ + static_cast<idx_t>(i);
      if (all_null || values_.IsNull(begin_ + i)) validity[row / 64] &= ~(std::uint64_t{1} << (row % 64));
    }
  }

  core::Status WriteBools(duckdb_vector vector) {
    const auto& bools = static_cast<const arrow::BooleanArray&>(values_);
    auto* const out = static_cast<bool*>(duckdb_.vector_get_data(vector)) + place_;
    for (std::int64_t i = 0; i < rows_; ++i) out[i] = bools.Value(begin_ + i);
    return core::Ok();
  }

  core::Status WriteTexts(duckdb_vector vector) {
    const auto& texts = static_cast<const arrow::BinaryArray&>(values_);
    for (std::int64_t i = 0; i < rows_; ++i) {
      if (texts.IsNull(begin_ + i)) continue;
      const std::string_view text = texts.GetView(begin_ + i);
      duckdb_.vector_assign_string_element_len(vector, place_ + static_cast<idx_t>(i), text.data(), text.size());
    }
    return core::Ok();
  }

  // DuckDB keeps a decimal in the smallest whole number that its digits fit into.
  core::Status WriteDecimals(duckdb_vector vector) {
    const auto& decimals = static_cast<const arrow::Decimal128Array&>(values_);
    const int precision = static_cast<const arrow::Decimal128Type&>(*values_.type()).precision();
    char* const data = static_cast<char*>(duckdb_.vector_get_data(vector));
    const std::size_t width = precision <= 4 ? 2 : precision <= 9 ? 4 : precision <= 18 ? 8 : 16;
    for (std::int64_t i = 0; i < rows_; ++i) {
      // Little-endian two's complement: its first bytes are the narrower number.
      std::memcpy(data + (place_ + static_cast<idx_t>(i)) * width, decimals.GetValue(begin_ + i), width);
    }
    return core::Ok();
  }

  core::Status WriteFixed(duckdb_vector vector) {
    const auto& type = static_cast<const arrow::FixedWidthType&>(*values_.type());
    const auto width = static_cast<std::size_t>(type.bit_width() / 8);
    const auto* const bytes = values_.data()->GetValues<std::uint8_t>(1, 0);
    if (rows_ == 0) return core::Ok();
    std::memcpy(static_cast<char*>(duckdb_.vector_get_data(vector)) + place_ * width,
                bytes + static_cast<std::size_t>(values_.offset() + begin_) * width,
                width * static_cast<std::size_t>(rows_));
    return core::Ok();
  }

  core::Status WriteStructs(duckdb_vector vector) {
    const auto& structs = static_cast<const arrow::StructArray&>(values_);
    for (int i = 0; i < structs.num_fields(); ++i) {
      Writer member(duckdb_, *structs.field(i), begin_, rows_);
      SLUICE_TRY(member.WriteAt(duckdb_.struct_vector_get_child(vector, static_cast<idx_t>(i)), place_));
    }
    return core::Ok();
  }

  /// Append the elements of the lists to the list's child, and say where each list begins there.
  core::Result<idx_t> GrowChild(duckdb_vector vector, std::int64_t elements) {
    const idx_t old_size = duckdb_.list_vector_get_size(vector);
    const idx_t new_size = old_size + static_cast<idx_t>(elements);
    if (duckdb_.list_vector_reserve(vector, new_size) != DuckDBSuccess ||
        duckdb_.list_vector_set_size(vector, new_size) != DuckDBSuccess) {
      return core::LimitExceeded("DuckDB has no memory for a list");
    }
    return old_size;
  }

  core::Status WriteEntries(duckdb_vector vector, idx_t first) {
    const auto& lists = static_cast<const arrow::ListArray&>(values_);
    auto* const entries = static_cast<duckdb_list_entry*>(duckdb_.vector_get_data(vector)) + place_;
    const std::int64_t origin = lists.value_offset(begin_);
    for (std::int64_t i = 0; i < rows_; ++i) {
      entries[i].offset = first + static_cast<idx_t>(lists.value_offset(begin_ + i) - origin);
      entries[i].length = static_cast<idx_t>(lists.value_length(begin_ + i));
    }
    return core::Ok();
  }

  core::Status WriteLists(duckdb_vector vector, const arrow::Array& elements) {
    const auto& lists = static_cast<const arrow::ListArray&>(values_);
    const std::int64_t origin = lists.value_offset(begin_);
    const std::int64_t count = lists.value_offset(begin_ + rows_) - origin;
    SLUICE_ASSIGN_OR_RETURN(const idx_t first, GrowChild(vector, count));
    SLUICE_TRY(WriteEntries(vector, first));
    Writer child(duckdb_, elements, origin, count);
    return child.WriteAt(duckdb_.list_vector_get_child(vector), first);
  }

  core::Status WriteMaps(duckdb_vector vector) {
    return WriteLists(vector, *static_cast<const arrow::MapArray&>(values_).values());
  }

  const Functions& duckdb_;
  const arrow::Array& values_;
  std::int64_t begin_;
  std::int64_t rows_;
  idx_t place_ = 0;  // of the first value in the vector
};

}  // namespace

core::Result<duckdb_logical_type> MakeLogicalType(const Functions& duckdb, const arrow::DataType& type) {
  const auto simple = [&](duckdb_type id) { return duckdb.create_logical_type(id); };
  switch (type.id()) {
    case arrow::Type::NA: return simple(DUCKDB_TYPE_INTEGER);  // NULL only
    case arrow::Type::BOOL: return simple(DUCKDB_TYPE_BOOLEAN);
    case arrow::Type::INT8: return simple(DUCKDB_TYPE_TINYINT);
    case arrow::Type::INT16: return simple(DUCKDB_TYPE_SMALLINT);
    case arrow::Type::INT32: return simple(DUCKDB_TYPE_INTEGER);
    case arrow::Type::INT64: return simple(DUCKDB_TYPE_BIGINT);
    case arrow::Type::FLOAT: return simple(DUCKDB_TYPE_FLOAT);
    case arrow::Type::DOUBLE: return simple(DUCKDB_TYPE_DOUBLE);
    case arrow::Type::STRING: return simple(DUCKDB_TYPE_VARCHAR);
    case arrow::Type::BINARY: return simple(DUCKDB_TYPE_BLOB);
    case arrow::Type::DATE32: return simple(DUCKDB_TYPE_DATE);
    case arrow::Type::TIMESTAMP: {
      const auto& timestamp = static_cast<const arrow::TimestampType&>(type);
      if (timestamp.unit() != arrow::TimeUnit::MICRO) break;
      return simple(timestamp.timezone().empty() ? DUCKDB_TYPE_TIMESTAMP : DUCKDB_TYPE_TIMESTAMP_TZ);
    }
    case arrow::Type::DECIMAL128: {
      const auto& decimal = static_cast<const arrow::Decimal128Type&>(type);
      return duckdb.create_decimal_type(static_cast<std::uint8_t>(decimal.precision()),
                                        static_cast<std::uint8_t>(decimal.scale()));
    }
    case arrow::Type::STRUCT: return MakeStructType(duckdb, type);
    case arrow::Type::LIST: return MakeListType(duckdb, type);
    case arrow::Type::MAP: return MakeMapType(duckdb, static_cast<const arrow::MapType&>(type));
    default: break;
  }
  return core::Unsupported(fmt::format("columns of type {} cannot be queried", type.ToString()));
}

core::Status WriteVector(const Functions& duckdb, const arrow::Array& values, std::int64_t begin, std::int64_t rows,
                         duckdb_vector vector) {
  return Writer(duckdb, values, begin, rows).WriteAt(vector, 0);
}

}  // namespace sluice::query

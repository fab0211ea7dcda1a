#include "table/shredded_variant.h"

#include <arrow/array/array_binary.h>
#include <arrow/array/array_decimal.h>
#include <arrow/array/array_nested.h>
#include <arrow/array/array_primitive.h>
#include <arrow/array/builder_binary.h>
#include <arrow/buffer_builder.h>
#include <arrow/type.h>
#include <arrow/util/decimal.h>
#include <fmt/format.h>

#include <bit>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "delta/byte_order.h"
#include "schema/arrow_error.h"
#include "table/variant.h"

namespace sluice::table {
namespace {

using ArrayPointer = std::shared_ptr<arrow::Array>;
/// The bytes of a value; nullopt when it is missing.
using Value = core::Result<std::optional<std::string>>;

constexpr std::size_t kShortTextMax = 63;

char PrimitiveByte(VariantPrimitive type) { return static_cast<char>(static_cast<unsigned>(type) << 2); }

template <typename Unsigned>
std::string Fixed(VariantPrimitive type, Unsigned number) {
  std::string out(1, PrimitiveByte(type));
  delta::AppendLittle(out, number);
  return out;
}

std::string Sized(VariantPrimitive type, std::string_view bytes) {
  if (type == VariantPrimitive::kString && bytes.size() <= kShortTextMax) {
    return static_cast<char>(bytes.size() << 2 | 1) + std::string(bytes);
  }
  std::string out = Fixed(type, static_cast<std::uint32_t>(bytes.size()));
  return out.append(bytes);
}

/// Objects and arrays, with the sizes that need no choice: 4 bytes each.
std::string Join(std::optional<std::vector<std::uint32_t>> ids, const std::vector<std::string>& values) {
  const bool object = ids.has_value();
  std::string out(1, static_cast<char>(object ? (0b1'1111 << 2 | 2) : (0b111 << 2 | 3)));
  delta::AppendLittle(out, static_cast<std::uint32_t>(values.size()));
  if (object) {
    for (const std::uint32_t id : *ids) delta::AppendLittle(out, id);
  }
  std::uint32_t offset = 0;
  delta::AppendLittle(out, offset);
  for (const std::string& value : values) {
    offset += static_cast<std::uint32_t>(value.size());
    delta::AppendLittle(out, offset);
  }
  for (const std::string& value : values) out += value;
  return out;
}

std::string DecimalValue(const arrow::Decimal128Array& values, std::int64_t row) {
  const auto& type = static_cast<const arrow::Decimal128Type&>(*values.type());
  const arrow::Decimal128 number(values.GetValue(row));
  std::string out;
  const auto begin = [&](VariantPrimitive primitive) {
    out += PrimitiveByte(primitive);
    out += static_cast<char>(type.scale());
  };
  if (type.precision() <= 9) {
    begin(VariantPrimitive::kDecimal4);
    delta::AppendLittle(out, static_cast<std::uint32_t>(number.low_bits()));
  } else {
    begin(type.precision() <= 18 ? VariantPrimitive::kDecimal8 : VariantPrimitive::kDecimal16);
    delta::AppendLittle(out, number.low_bits());
    if (type.precision() > 18) delta::AppendLittle(out, static_cast<std::uint64_t>(number.high_bits()));
  }
  return out;
}

template <typename ArrayType>
auto At(const arrow::Array& values, std::int64_t row) {
  return static_cast<const ArrayType&>(values).GetView(row);
}

std::string TimestampValue(const arrow::Array& values, std::int64_t row) {
  const auto& type = static_cast<const arrow::TimestampType&>(*values.type());
  const bool instant = !type.timezone().empty();
  const auto number = static_cast<std::uint64_t>(At<arrow::TimestampArray>(values, row));
  if (type.unit() == arrow::TimeUnit::NANO) {
    return Fixed(instant ? VariantPrimitive::kTimestampNanos : VariantPrimitive::kTimestampNtzNanos, number);
  }
  return Fixed(instant ? VariantPrimitive::kTimestamp : VariantPrimitive::kTimestampNtz, number);
}

core::Result<std::string> PrimitiveValue(const arrow::Array& values, std::int64_t row) {
  switch (values.type_id()) {
    case arrow::Type::BOOL:
      return std::string(
          1, PrimitiveByte(At<arrow::BooleanArray>(values, row) ? VariantPrimitive::kTrue : VariantPrimitive::kFalse));
    case arrow::Type::INT8:
      return Fixed(VariantPrimitive::kInt8, static_cast<std::uint8_t>(At<arrow::Int8Array>(values, row)));
    case arrow::Type::INT16:
      return Fixed(VariantPrimitive::kInt16, static_cast<std::uint16_t>(At<arrow::Int16Array>(values, row)));
    case arrow::Type::INT32:
      return Fixed(VariantPrimitive::kInt32, static_cast<std::uint32_t>(At<arrow::Int32Array>(values, row)));
    case arrow::Type::INT64:
      return Fixed(VariantPrimitive::kInt64, static_cast<std::uint64_t>(At<arrow::Int64Array>(values, row)));
    case arrow::Type::FLOAT:
      return Fixed(VariantPrimitive::kFloat, std::bit_cast<std::uint32_t>(At<arrow::FloatArray>(values, row)));
    case arrow::Type::DOUBLE:
      return Fixed(VariantPrimitive::kDouble, std::bit_cast<std::uint64_t>(At<arrow::DoubleArray>(values, row)));
    case arrow::Type::DECIMAL128: return DecimalValue(static_cast<const arrow::Decimal128Array&>(values), row);
    case arrow::Type::DATE32:
      return Fixed(VariantPrimitive::kDate, static_cast<std::uint32_t>(At<arrow::Date32Array>(values, row)));
    case arrow::Type::TIME64:
      return Fixed(VariantPrimitive::kTime, static_cast<std::uint64_t>(At<arrow::Time64Array>(values, row)));
    case arrow::Type::TIMESTAMP: return TimestampValue(values, row);
    case arrow::Type::BINARY: return Sized(VariantPrimitive::kBinary, At<arrow::BinaryArray>(values, row));
    case arrow::Type::STRING: return Sized(VariantPrimitive::kString, At<arrow::StringArray>(values, row));
    case arrow::Type::FIXED_SIZE_BINARY:
      if (static_cast<const arrow::FixedSizeBinaryArray&>(values).byte_width() == 16) {
        return PrimitiveByte(VariantPrimitive::kUuid) + std::string(At<arrow::FixedSizeBinaryArray>(values, row));
      }
      [[fallthrough]];
    default: return core::Unsupported(fmt::format("a variant is shredded as {}", values.type()->ToString()));
  }
}

/// The columns of one shredded value, with those of what is in it. Made once for a batch.
class Part {
 public:
  static core::Result<Part> Make(const arrow::Array& group, int depth) {
    if (group.type_id() != arrow::Type::STRUCT) return core::Corruption("a part of a shredded variant is no group");
    if (depth > kVariantDepthMax) return core::LimitExceeded("a variant is shredded too deep");
    const auto& fields = static_cast<const arrow::StructArray&>(group);
    Part part;
    if (const ArrayPointer value = fields.GetFieldByName("value")) {
      if (value->type_id() != arrow::Type::BINARY)
        return core::Corruption("'value' of a shredded variant is no binary");
      part.value_ = std::static_pointer_cast<arrow::BinaryArray>(value);
    }
    part.typed_ = fields.GetFieldByName("typed_value");
    if (!part.typed_) return part;
    if (part.typed_->type_id() == arrow::Type::STRUCT) {
      const auto& members = static_cast<const arrow::StructArray&>(*part.typed_);
      for (int i = 0; i < members.num_fields(); ++i) {
        SLUICE_ASSIGN_OR_RETURN(Part member, Make(*members.field(i), depth + 1));
        part.members_.emplace_back(members.type()->field(i)->name(), std::move(member));
      }
    } else if (part.typed_->type_id() == arrow::Type::LIST) {
      SLUICE_ASSIGN_OR_RETURN(Part element,
                              Make(*static_cast<const arrow::ListArray&>(*part.typed_).values(), depth + 1));
      part.members_.emplace_back("element", std::move(element));
    }
    return part;
  }

  Value Read(std::int64_t row, const VariantNames& names) const {
    const bool typed = typed_ && typed_->IsValid(row);
    const std::optional<std::string_view> value =
        value_ && value_->IsValid(row) ? std::optional(value_->GetView(row)) : std::nullopt;
    if (!typed) return value ? std::optional(std::string(*value)) : std::nullopt;
    if (typed_->type_id() == arrow::Type::STRUCT) return ReadObject(row, value, names);
    if (value) return core::Corruption("a variant has both a typed and another value");
    if (typed_->type_id() == arrow::Type::LIST) return ReadArray(row, names);
    SLUICE_ASSIGN_OR_RETURN(std::string made, PrimitiveValue(*typed_, row));
    return std::optional(std::move(made));
  }

 private:
  Value ReadObject(std::int64_t row, std::optional<std::string_view> rest, const VariantNames& names) const {
    std::map<std::string, std::pair<std::uint32_t, std::string>, std::less<>> fields;  // in the order of the format
    if (rest) SLUICE_TRY(AddRest(*rest, names, fields));
    for (const auto& [name, part] : members_) {
      SLUICE_ASSIGN_OR_RETURN(auto value, part.Read(row, names));
      if (!value) continue;
      const auto id = names.Find(name);
      if (!id) return core::Corruption(fmt::format("a variant's metadata lack the name '{}'", name));
      fields.insert_or_assign(name, std::pair(*id, *std::move(value)));
    }
    std::vector<std::uint32_t> ids;
    std::vector<std::string> values;
    for (auto& [name, field] : fields) {
      ids.push_back(field.first);
      values.push_back(std::move(field.second));
    }
    return std::optional(Join(std::move(ids), values));
  }

  template <typename Fields>
  static core::Status AddRest(std::string_view rest, const VariantNames& names, Fields& fields) {
    SLUICE_ASSIGN_OR_RETURN(const VariantNode node, ReadVariant(rest));
    if (node.shape != VariantNode::Shape::kObject) {
      return core::Corruption("a variant is shredded as an object, and its other value is none");
    }
    for (const VariantMember& member : node.members) {
      SLUICE_ASSIGN_OR_RETURN(const std::string_view name, names.name(member.id));
      SLUICE_ASSIGN_OR_RETURN(const VariantNode value, ReadVariant(member.value));
      fields.insert_or_assign(std::string(name), std::pair(member.id, std::string(member.value.substr(0, value.size))));
    }
    return core::Ok();
  }

  Value ReadArray(std::int64_t row, const VariantNames& names) const {
    const auto& list = static_cast<const arrow::ListArray&>(*typed_);
    std::vector<std::string> values;
    for (std::int64_t at = list.value_offset(row); at < list.value_offset(row + 1); ++at) {
      SLUICE_ASSIGN_OR_RETURN(auto value, members_[0].second.Read(at, names));
      values.push_back(value ? *std::move(value) : std::string(1, PrimitiveByte(VariantPrimitive::kNull)));
    }
    return std::optional(Join(std::nullopt, values));
  }

  std::shared_ptr<arrow::BinaryArray> value_;
  ArrayPointer typed_;
  std::vector<std::pair<std::string, Part>> members_;  // of an object; or the element of an array
};

}  // namespace

core::Result<ArrayPointer> JoinVariants(const arrow::Array& shredded, const std::shared_ptr<arrow::DataType>& type,
                                        arrow::MemoryPool* pool) {
  SLUICE_ASSIGN_OR_RETURN(const Part part, Part::Make(shredded, 0));
  const auto& rows = static_cast<const arrow::StructArray&>(shredded);
  const ArrayPointer metadata = rows.GetFieldByName("metadata");
  if (!metadata || metadata->type_id() != arrow::Type::BINARY) {
    return core::Corruption("a shredded variant has no binary metadata");
  }
  arrow::BinaryBuilder values(pool);
  arrow::TypedBufferBuilder<bool> valid(pool);
  for (std::int64_t row = 0; row < rows.length(); ++row) {
    SLUICE_TRY(valid.Append(rows.IsValid(row)));
    if (rows.IsNull(row)) {
      SLUICE_TRY(values.AppendEmptyValue());
      continue;
    }
    SLUICE_ASSIGN_OR_RETURN(const VariantNames names, VariantNames::Parse(At<arrow::BinaryArray>(*metadata, row)));
    SLUICE_ASSIGN_OR_RETURN(const auto value, part.Read(row, names));
    SLUICE_TRY(values.Append(value ? *value : std::string(1, PrimitiveByte(VariantPrimitive::kNull))));
  }
  ArrayPointer made;
  SLUICE_TRY(values.Finish(&made));
  std::shared_ptr<arrow::Buffer> present;
  SLUICE_TRY(valid.Finish(&present));
  return std::make_shared<arrow::StructArray>(type, rows.length(), arrow::ArrayVector{metadata, made},
                                              std::move(present));
}

}  // namespace sluice::table

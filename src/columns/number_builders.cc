#include "columns/builder_families.h"
#include "columns/decimal_parser.h"
#include "columns/fixed_builder.h"
#include "columns/number_parser.h"
#include "schema/arrow_mapping.h"

namespace sluice::columns {
namespace {

template <typename Integer>
struct IntegerParser {
  using Value = Integer;
  Fault Parse(std::string_view text, Integer* value) const { return ParseInteger(text, value); }
};

struct Float64Parser {
  using Value = double;
  Fault Parse(std::string_view text, double* value) const { return ParseFloat64(text, value); }
};

struct Float32Parser {
  using Value = float;
  Fault Parse(std::string_view text, float* value) const { return ParseFloat32(text, value); }
};

}  // namespace

core::Result<std::unique_ptr<ScalarBuilder>> MakeNumberBuilder(const schema::ColumnSpec& column,
                                                               const Constraints& constraints,
                                                               arrow::MemoryPool* pool) {
  const schema::Type& type = column.field.type;
  const auto make = [&](auto parser) {
    return MakeFixedBuilder(schema::ToArrow(type), parser, constraints, column.field.name, pool);
  };
  switch (type.kind) {
    case schema::TypeKind::kInt8: return make(IntegerParser<std::int8_t>());
    case schema::TypeKind::kInt16: return make(IntegerParser<std::int16_t>());
    case schema::TypeKind::kInt32: return make(IntegerParser<std::int32_t>());
    case schema::TypeKind::kInt64: return make(IntegerParser<std::int64_t>());
    case schema::TypeKind::kUint8: return make(IntegerParser<std::uint8_t>());
    case schema::TypeKind::kUint16: return make(IntegerParser<std::uint16_t>());
    case schema::TypeKind::kUint32: return make(IntegerParser<std::uint32_t>());
    case schema::TypeKind::kUint64: return make(IntegerParser<std::uint64_t>());
    case schema::TypeKind::kFloat32: return make(Float32Parser());
    case schema::TypeKind::kFloat64: return make(Float64Parser());
    case schema::TypeKind::kDecimal: return make(DecimalParser(type.precision, type.scale));
    default: return core::Internal("not a number type");
  }
}

}  // namespace sluice::columns

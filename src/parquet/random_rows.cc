#include "parquet/random_rows.h"

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/extension_type.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <array>
#include <limits>
#include <string>

#include "core/random.h"
#include "schema/arrow_mapping.h"
#include "schema/type_text.h"

namespace sluice::parquet {
namespace {

class Generator {
 public:
  explicit Generator(const RandomRows& options) : options_(options), random_(options.seed) {}

  std::shared_ptr<arrow::Array> Column(const arrow::Field& field) {
    const auto& type = *field.type();
    if (type.id() == arrow::Type::EXTENSION) {
      const auto& extension = static_cast<const arrow::ExtensionType&>(type);
      json_ = extension.extension_name() == "arrow.json";
      const auto inner = Column(*arrow::field("", extension.storage_type(), field.nullable()));
      json_ = false;
      return arrow::ExtensionType::WrapArray(field.type(), inner);
    }
    auto builder = arrow::MakeBuilder(field.type()).ValueOrDie();
    for (std::int64_t i = 0; i < options_.rows; ++i) Append(*builder, field);
    return builder->Finish().ValueOrDie();
  }

 private:
  std::uint64_t Bits() {
    const std::uint64_t bits = random_.Next();
    if (options_.distinct_max == 0) return bits;
    return core::SeededRandom(bits % options_.distinct_max).Next();
  }

  template <typename Builder, typename Value>
  static void Add(arrow::ArrayBuilder& builder, Value value) {
    (void)static_cast<Builder&>(builder).Append(value);
  }

  void Append(arrow::ArrayBuilder& builder, const arrow::Field& field) {
    if (field.nullable() && static_cast<int>(random_.Next() % 100) < options_.null_percent) {
      (void)builder.AppendNull();
      return;
    }
    if (!AppendNested(builder, *field.type())) AppendScalar(builder, *field.type());
  }

  bool AppendNested(arrow::ArrayBuilder& builder, const arrow::DataType& type) {
    if (type.id() == arrow::Type::STRUCT) {
      (void)static_cast<arrow::StructBuilder&>(builder).Append();
      for (int i = 0; i < type.num_fields(); ++i) Append(*builder.child(i), *type.field(i));
      return true;
    }
    if (type.id() == arrow::Type::LIST) {
      auto& list = static_cast<arrow::ListBuilder&>(builder);
      (void)list.Append();
      for (std::uint64_t left = random_.Next() % 4; left > 0; --left) Append(*list.value_builder(), *type.field(0));
      return true;
    }
    if (type.id() != arrow::Type::MAP) return false;
    auto& map = static_cast<arrow::MapBuilder&>(builder);
    const auto& map_type = static_cast<const arrow::MapType&>(type);
    (void)map.Append();
    for (std::uint64_t left = random_.Next() % 3; left > 0; --left) {
      Add<arrow::StringBuilder>(*map.key_builder(), Text() + std::to_string(left));  // no key twice
      Append(*map.item_builder(), *map_type.item_field());
    }
    return true;
  }

  double Double() {
    switch (random_.Next() % 16) {
      case 0: return std::numeric_limits<double>::quiet_NaN();
      case 1: return -0.0;
      case 2: return std::numeric_limits<double>::infinity();
      default: return static_cast<double>(static_cast<std::int64_t>(Bits())) / 1e6;
    }
  }

  std::string Text() {
    std::uint64_t bits = Bits();
    std::string text;
    for (std::uint64_t left = bits % 20; left > 0; --left) {
      bits = bits * 6364136223846793005U + 1442695040888963407U;
      text += static_cast<char>('a' + (bits >> 40) % 26);
    }
    return text;
  }

  std::string Bytes(int count) {
    std::string bytes;
    while (static_cast<int>(bytes.size()) < count) bytes += static_cast<char>(Bits());
    return bytes;
  }

  arrow::Decimal128 Decimal(std::int32_t precision) {
    const arrow::Decimal128 limit = arrow::Decimal128::GetMaxValue(precision);
    const arrow::Decimal128 value(static_cast<std::int64_t>(Bits()), Bits());
    return value.Divide(limit).ValueOrDie().second;
  }

  // From 1970 to 2255 in every unit, so that every reader has room for it.
  static std::int64_t Timestamp(const arrow::DataType& type, std::uint64_t bits) {
    constexpr std::array<std::uint64_t, 4> kRanges = {1ULL << 33, 1ULL << 43, 1ULL << 53, 1ULL << 62};
    const auto unit = static_cast<std::size_t>(static_cast<const arrow::TimestampType&>(type).unit());
    return static_cast<std::int64_t>(bits % kRanges[unit]);
  }

  void AppendScalar(arrow::ArrayBuilder& b, const arrow::DataType& type) {
    using arrow::Type;
    const std::uint64_t bits = Bits();
    constexpr std::int64_t kDaySeconds = 86400;
    switch (type.id()) {
      case Type::BOOL: return Add<arrow::BooleanBuilder>(b, bits % 3 == 0);
      case Type::INT8: return Add<arrow::Int8Builder>(b, static_cast<std::int8_t>(bits));
      case Type::INT16: return Add<arrow::Int16Builder>(b, static_cast<std::int16_t>(bits));
      case Type::INT32: return Add<arrow::Int32Builder>(b, static_cast<std::int32_t>(bits));
      case Type::INT64: return Add<arrow::Int64Builder>(b, static_cast<std::int64_t>(bits));
      case Type::UINT8: return Add<arrow::UInt8Builder>(b, static_cast<std::uint8_t>(bits));
      case Type::UINT16: return Add<arrow::UInt16Builder>(b, static_cast<std::uint16_t>(bits));
      case Type::UINT32: return Add<arrow::UInt32Builder>(b, static_cast<std::uint32_t>(bits));
      case Type::UINT64: return Add<arrow::UInt64Builder>(b, bits);
      case Type::FLOAT: return Add<arrow::FloatBuilder>(b, static_cast<float>(Double()));
      case Type::DOUBLE: return Add<arrow::DoubleBuilder>(b, Double());
      case Type::STRING: return Add<arrow::StringBuilder>(b, json_ ? "[\"" + Text() + "\"]" : Text());
      case Type::BINARY: return Add<arrow::BinaryBuilder>(b, Bytes(static_cast<int>(bits % 12)));
      case Type::FIXED_SIZE_BINARY: return Add<arrow::FixedSizeBinaryBuilder>(b, Bytes(16).data());
      case Type::DATE32: return Add<arrow::Date32Builder>(b, static_cast<std::int32_t>(bits % 40000));
      case Type::TIME32: return Add<arrow::Time32Builder>(b, static_cast<std::int32_t>(bits % kDaySeconds));
      case Type::TIME64: return Add<arrow::Time64Builder>(b, static_cast<std::int64_t>(bits % kDaySeconds) * 1000);
      case Type::TIMESTAMP: return Add<arrow::TimestampBuilder>(b, Timestamp(type, bits));
      case Type::DECIMAL128:
        return Add<arrow::Decimal128Builder>(b, Decimal(static_cast<const arrow::DecimalType&>(type).precision()));
      default: (void)b.AppendNull();
    }
  }

  const RandomRows& options_;
  core::SeededRandom random_;
  bool json_ = false;
};

}  // namespace

std::shared_ptr<arrow::RecordBatch> MakeRandomRows(const schema::Schema& schema, const RandomRows& options) {
  const auto arrow_schema = schema::ToArrow(schema);
  Generator generator(options);
  arrow::ArrayVector columns;
  for (const auto& field : arrow_schema->fields()) columns.push_back(generator.Column(*field));
  return arrow::RecordBatch::Make(arrow_schema, options.rows, std::move(columns));
}

schema::Schema SchemaOfAllTypes() {
  return *schema::ParseColumns(
      "b bool, i8 int8, i16 int16, i32 int32, i64 int64 not null, u8 uint8, u16 uint16, u32 uint32, u64 uint64, "
      "f32 float32, f64 float64, d9 decimal(9,2), d12 decimal(12,2), d18 decimal(18,0), d38 decimal(38,10), "
      "s string, sn string not null, bin binary, day date, t_s time(s), t_ms time(ms), t_us time(us), t_ns time(ns), "
      "ts_s timestamp(s), ts_ms timestamp(ms), ts_us timestamp(us), ts_ns timestamp(ns), "
      "tz timestamp(us,UTC), tz_local timestamp(us,Asia/Bangkok), j json, id uuid, li list<int64>, "
      "st struct<a int64, b string, c struct<d decimal(12,2)>>, m map<string,int64>, "
      "deep list<struct<k string, v list<list<float64>>, m map<string,struct<x date>>>>");
}

}  // namespace sluice::parquet

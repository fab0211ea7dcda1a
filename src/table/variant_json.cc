#include "table/variant_json.h"

#include <arrow/array/array_binary.h>
#include <arrow/array/array_nested.h>
#include <arrow/array/builder_binary.h>
#include <arrow/util/base64.h>
#include <arrow/util/decimal.h>
#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <utility>

#include "delta/byte_order.h"
#include "delta/float_text.h"
#include "delta/json_writer.h"
#include "expression/time_text.h"
#include "schema/arrow_error.h"
#include "table/variant.h"

namespace sluice::table {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

template <typename Unsigned>
auto Signed(std::string_view data) {
  return static_cast<std::make_signed_t<Unsigned>>(delta::LoadLittle<Unsigned>(data));
}

core::Result<std::string> DecimalText(std::string_view data) {
  constexpr int kScaleMax = 38;
  const int scale = static_cast<unsigned char>(data[0]);
  if (scale > kScaleMax) return core::Corruption(fmt::format("a variant has a decimal of scale {}", scale));
  data.remove_prefix(1);
  const auto low =
      static_cast<std::uint64_t>(data.size() == 4 ? Signed<std::uint32_t>(data) : Signed<std::uint64_t>(data));
  const std::int64_t high = data.size() == 16 ? Signed<std::uint64_t>(data.substr(8)) : std::int64_t(low) >> 63;
  std::string text = arrow::Decimal128(high, low).ToIntegerString();
  const std::size_t digits_at = text[0] == '-' ? 1 : 0;
  const auto digits_min = static_cast<std::size_t>(scale) + 1;
  if (text.size() - digits_at < digits_min) text.insert(digits_at, digits_min - (text.size() - digits_at), '0');
  if (scale == 0) return text;
  text.insert(text.size() - static_cast<std::size_t>(scale), ".");
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string NanosText(std::int64_t nanos) {
  std::int64_t second = nanos / kNanosPerSecond;
  std::int64_t rest = nanos % kNanosPerSecond;
  if (rest < 0) {
    rest += kNanosPerSecond;
    --second;
  }
  std::string text = expression::FormatTimestamp(second * kMicrosPerSecond);
  if (rest == 0) return text;
  text += fmt::format(".{:09}", rest);
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

std::string TimeText(std::int64_t micros) {
  const std::string text = expression::FormatTimestamp(micros);  // of 1970-01-01
  return text.substr(text.find(' ') + 1);
}

std::string UuidText(std::string_view bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += fmt::format("{:02x}", static_cast<unsigned char>(bytes[i]));
  }
  return text;
}

template <typename Float>
void WriteFloat(Float number, delta::JsonWriter& json) {
  const std::string text = delta::JavaText(number);
  std::isfinite(number) ? json.WriteRaw(text) : json.Write(text);
}

/// Prints one variant.
class Printer {
 public:
  Printer(const VariantNames& names, std::string& out) : names_(names), json_(out) {}

  core::Status Print(std::string_view value, int depth) {
    if (depth > kVariantDepthMax) {
      return core::LimitExceeded(fmt::format("a variant is nested deeper than {}", kVariantDepthMax));
    }
    SLUICE_ASSIGN_OR_RETURN(const VariantNode node, ReadVariant(value));
    if (node.shape == VariantNode::Shape::kPrimitive) return PrintPrimitive(node.primitive, node.data);
    const bool object = node.shape == VariantNode::Shape::kObject;
    object ? json_.BeginObject() : json_.BeginArray();
    for (const VariantMember& member : node.members) {
      if (object) {
        SLUICE_ASSIGN_OR_RETURN(const std::string_view name, names_.name(member.id));
        json_.Key(name);
      }
      SLUICE_TRY(Print(member.value, depth + 1));
    }
    object ? json_.EndObject() : json_.EndArray();
    return core::Ok();
  }

 private:
  core::Status PrintPrimitive(VariantPrimitive type, std::string_view data) {
    switch (type) {
      case VariantPrimitive::kNull: json_.WriteRaw("null"); break;
      case VariantPrimitive::kTrue: json_.Write(true); break;
      case VariantPrimitive::kFalse: json_.Write(false); break;
      case VariantPrimitive::kInt8: json_.Write(std::int64_t{Signed<std::uint8_t>(data)}); break;
      case VariantPrimitive::kInt16: json_.Write(std::int64_t{Signed<std::uint16_t>(data)}); break;
      case VariantPrimitive::kInt32: json_.Write(Signed<std::uint32_t>(data)); break;
      case VariantPrimitive::kInt64: json_.Write(Signed<std::uint64_t>(data)); break;
      case VariantPrimitive::kFloat:
        WriteFloat(std::bit_cast<float>(delta::LoadLittle<std::uint32_t>(data)), json_);
        break;
      case VariantPrimitive::kDouble:
        WriteFloat(std::bit_cast<double>(delta::LoadLittle<std::uint64_t>(data)), json_);
        break;
      case VariantPrimitive::kDecimal4:
      case VariantPrimitive::kDecimal8:
      case VariantPrimitive::kDecimal16: {
        SLUICE_ASSIGN_OR_RETURN(const std::string text, DecimalText(data));
        json_.WriteRaw(text);
        break;
      }
      default: json_.Write(PrimitiveText(type, data)); break;
    }
    return core::Ok();
  }

  static std::string PrimitiveText(VariantPrimitive type, std::string_view data) {
    switch (type) {
      case VariantPrimitive::kDate: return expression::FormatDate(Signed<std::uint32_t>(data));
      case VariantPrimitive::kTimestamp: return expression::FormatTimestamp(Signed<std::uint64_t>(data)) + "+00:00";
      case VariantPrimitive::kTimestampNtz: return expression::FormatTimestamp(Signed<std::uint64_t>(data));
      case VariantPrimitive::kTimestampNanos: return NanosText(Signed<std::uint64_t>(data)) + "+00:00";
      case VariantPrimitive::kTimestampNtzNanos: return NanosText(Signed<std::uint64_t>(data));
      case VariantPrimitive::kTime: return TimeText(Signed<std::uint64_t>(data));
      case VariantPrimitive::kUuid: return UuidText(data);
      case VariantPrimitive::kBinary: return arrow::util::base64_encode(data);
      default: return std::string(data);
    }
  }

  const VariantNames& names_;
  delta::JsonWriter json_;
};

}  // namespace

core::Result<std::string> FormatVariant(std::string_view metadata, std::string_view value) {
  SLUICE_ASSIGN_OR_RETURN(const VariantNames names, VariantNames::Parse(metadata));
  std::string text;
  SLUICE_TRY(Printer(names, text).Print(value, 0));
  return text;
}

core::Result<std::shared_ptr<arrow::Array>> FormatVariants(const arrow::Array& variants, arrow::MemoryPool* pool) {
  const auto& rows = static_cast<const arrow::StructArray&>(variants);
  const auto metadata = std::static_pointer_cast<arrow::BinaryArray>(rows.GetFieldByName("metadata"));
  const auto values = std::static_pointer_cast<arrow::BinaryArray>(rows.GetFieldByName("value"));
  arrow::StringBuilder texts(pool);
  for (std::int64_t row = 0; row < rows.length(); ++row) {
    if (rows.IsNull(row)) {
      SLUICE_TRY(texts.AppendNull());
      continue;
    }
    SLUICE_ASSIGN_OR_RETURN(const std::string text, FormatVariant(metadata->GetView(row), values->GetView(row)));
    SLUICE_TRY(texts.Append(text));
  }
  std::shared_ptr<arrow::Array> made;
  SLUICE_TRY(texts.Finish(&made));
  return made;
}

}  // namespace sluice::table

#include "library/row_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "schema/type_text.h"

namespace sluice::library {
namespace {

using recording::Kind;

__extension__ typedef unsigned __int128 Uint128;

std::string_view TakenBy(Kind kind) {
  switch (kind) {
    case Kind::kBool: return "a bool";
    case Kind::kInt32:
    case Kind::kInt64: return "an integer";
    case Kind::kFloat: return "a double";
    case Kind::kDouble: return "a double or an integer";
    case Kind::kDecimal: return "a decimal, as its unscaled number";
    case Kind::kTime: return "an integer, the ticks since 1970";
    case Kind::kSymbol: return "a text or a symbol";
    case Kind::kStamp: return "anything";
    case Kind::kText: break;
  }
  return "a text";
}

std::string_view Given(const RecorderValue& value) {
  constexpr std::array<std::string_view, std::variant_size_v<RecorderValue>> kNames{
      "null", "a bool", "an integer", "a double", "a text", "a symbol", "a decimal"};
  return kNames[value.index()];
}

core::Error Misfit(const schema::Field& column, const recording::ColumnSpec& spec, const RecorderValue& value) {
  const std::string type = schema::FormatType(column.type);
  if (std::holds_alternative<std::monostate>(value)) {
    return core::InvalidInput(fmt::format("column '{}' is {} not null, and has no value", column.name, type));
  }
  const auto* integer = std::get_if<std::int64_t>(&value);
  if (integer != nullptr && spec.shape.kind == Kind::kInt32) {
    return core::InvalidInput(fmt::format("column '{}' is int32: {} does not fit", column.name, *integer));
  }
  if (std::holds_alternative<Decimal<38, 0>>(value) && spec.shape.kind == Kind::kDecimal) {
    return core::InvalidInput(fmt::format("column '{}' is {}: the number has more digits", column.name, type));
  }
  return core::InvalidInput(
      fmt::format("column '{}' is {} and takes {}, not {}", column.name, type, TakenBy(spec.shape.kind), Given(value)));
}

}  // namespace

bool HasDigits(const Decimal<38, 0>& number, int digits_max) {
  const Uint128 bits = Uint128{static_cast<std::uint64_t>(number.high)} << 64U | number.low;
  Uint128 limit = 1;
  for (int i = 0; i < digits_max; ++i) limit *= 10;  // 10^38 fits
  return (number.high < 0 ? Uint128{0} - bits : bits) < limit;
}

core::Status CheckRow(const schema::Schema& columns, std::span<const recording::ColumnSpec> specs,
                      std::span<const RecorderValue> row, std::uint64_t text_bytes_max) {
  if (row.size() != specs.size()) {
    return core::InvalidInput(
        fmt::format("the row has {} values, and the recorder {} columns", row.size(), specs.size()));
  }
  std::uint64_t text_bytes = 0;
  std::uint64_t longest = 0;
  std::string_view longest_name;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (!Fits(specs[i], row[i])) return Misfit(columns.fields[i], specs[i], row[i]);
    const auto* text = specs[i].shape.kind == Kind::kText ? std::get_if<std::string_view>(&row[i]) : nullptr;
    if (text == nullptr) continue;
    const auto bytes = std::min<std::uint64_t>(text->size(), recording::kTextBytesMax);
    text_bytes += bytes;
    if (bytes > longest) longest_name = specs[i].name;
    longest = std::max(longest, bytes);
  }
  if (text_bytes <= text_bytes_max) return core::Ok();
  return core::InvalidInput(fmt::format("the texts of the row take {} bytes together; there is room for {}", text_bytes,
                                        text_bytes_max))
      .WithHint(fmt::format("column '{}' has the longest one", longest_name));
}

}  // namespace sluice::library

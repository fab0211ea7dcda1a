#pragma once

#include <cstdint>
#include <limits>
#include <span>

#include "core/result.h"
#include "schema/type.h"
#include "sluice/recorder.h"

namespace sluice::library {

/// Whether an unscaled number has at most so many digits.
bool HasDigits(const Decimal<38, 0>& number, int digits_max);

/// Whether a value is one that its column can have. On the way of every row.
inline bool Fits(const recording::ColumnSpec& column, const RecorderValue& value) {
  using recording::Kind;
  const Kind kind = column.shape.kind;
  if (kind == Kind::kStamp) return true;
  if (std::holds_alternative<std::monostate>(value)) return column.shape.nullable;
  if (std::holds_alternative<bool>(value)) return kind == Kind::kBool;
  if (std::holds_alternative<double>(value)) return kind == Kind::kDouble || kind == Kind::kFloat;
  if (std::holds_alternative<Symbol>(value)) return kind == Kind::kSymbol;
  if (std::holds_alternative<std::string_view>(value)) return kind == Kind::kText || kind == Kind::kSymbol;
  if (const auto* number = std::get_if<Decimal<38, 0>>(&value)) {
    return kind == Kind::kDecimal && HasDigits(*number, column.precision);
  }
  const std::int64_t integer = *std::get_if<std::int64_t>(&value);
  using Limits = std::numeric_limits<std::int32_t>;
  if (kind == Kind::kInt32) return integer >= Limits::min() && integer <= Limits::max();
  return kind == Kind::kInt64 || kind == Kind::kTime || kind == Kind::kDouble;
}

/// InvalidInput for a row that does not fit: the first column that cannot have its value, what that column takes and
/// what was given; or that there are too many texts for `text_bytes_max`. `columns` and `specs` are the same columns.
core::Status CheckRow(const schema::Schema& columns, std::span<const recording::ColumnSpec> specs,
                      std::span<const RecorderValue> row, std::uint64_t text_bytes_max);

}  // namespace sluice::library

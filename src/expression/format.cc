#include "expression/format.h"

#include <arrow/buffer.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <string_view>
#include <utility>

#include "expression/decimal_value.h"
#include "expression/number_literal.h"
#include "expression/time_text.h"
#include "expression/type_name.h"
#include "expression/word.h"

namespace sluice::expression {
namespace {

/// How strongly what is written holds together, as the parser's levels.
enum Strength : int {
  kOrLevel = 1,
  kAndLevel,
  kNotLevel,
  kPredicateLevel,
  kSumLevel,
  kProductLevel,
  kUnaryLevel,
  kWhole
};

struct Text {
  std::string sql;
  Strength strength = kWhole;
};

bool IsBound(const Expression& expression) {
  if (expression.op == Operator::kColumn) return expression.type != nullptr;
  return std::any_of(expression.arguments.begin(), expression.arguments.end(), IsBound);
}

std::string Quoted(std::string_view text, char quote, bool escapes) {
  std::string quoted(1, quote);
  for (const char c : text) {
    if (c == quote || (escapes && c == '\\')) quoted.push_back(c == '\\' ? '\\' : quote);
    quoted.push_back(c);
  }
  quoted.push_back(quote);
  return quoted;
}

std::string Name(std::string_view name) {
  const bool plain = !name.empty() && !IsAsciiDigit(name.front()) && !IsReserved(name) &&
                     std::all_of(name.begin(), name.end(),
                                 [](char c) { return IsNameCharacter(c) && static_cast<unsigned char>(c) < 0x80; });
  return plain ? std::string(name) : Quoted(name, '`', false);
}

/// Writes one tree. Numbers of a bound tree go without the suffix that keeps their type: Bind finds it again.
class Writer {
 public:
  Writer(Dialect dialect, bool bound) : spark_(dialect == Dialect::kSpark), bound_(bound) {}

  Text Write(const Expression& e) const {
    switch (e.op) {
      case Operator::kColumn: return {Column(e)};
      case Operator::kLiteral: return Literal(*e.literal);
      case Operator::kAnd: return {Joined(e, " AND ", kNotLevel), kAndLevel};
      case Operator::kOr: return {Joined(e, " OR ", kAndLevel), kOrLevel};
      case Operator::kNot: return Not(e);
      case Operator::kIsNull: return {Within(e.arguments[0], kSumLevel) + " IS NULL", kPredicateLevel};
      case Operator::kIsNotNull: return {Within(e.arguments[0], kSumLevel) + " IS NOT NULL", kPredicateLevel};
      case Operator::kIsNan: return {"isnan(" + Joined(e, ", ", kOrLevel) + ")"};
      case Operator::kIn: return Member(e, "IN");
      case Operator::kLike: return Member(e, "LIKE");
      case Operator::kNegate: return Negated(e);
      case Operator::kCast:
        return {fmt::format("CAST({} AS {})", Within(e.arguments[0], kOrLevel), SqlTypeName(*e.type))};
      case Operator::kCall: return {e.function + "(" + Joined(e, ", ", kOrLevel) + ")"};
      default: return Binary(e);
    }
  }

 private:
  std::string Within(const Expression& e, Strength needed) const {
    Text text = Write(e);
    return text.strength >= needed ? std::move(text.sql) : "(" + text.sql + ")";
  }

  std::string Joined(const Expression& e, std::string_view separator, Strength needed, std::size_t from = 0) const {
    std::string sql;
    for (std::size_t i = from; i < e.arguments.size(); ++i) {
      if (i > from) sql += separator;
      sql += Within(e.arguments[i], needed);
    }
    return sql;
  }

  std::string Column(const Expression& e) const {
    std::string sql;
    for (const std::string& part : e.column) sql += (sql.empty() ? "" : ".") + Name(part);
    return sql;
  }

  Text Not(const Expression& e) const {
    const Expression& inner = e.arguments[0];
    if (inner.op == Operator::kIn) return Member(inner, "NOT IN");
    if (inner.op == Operator::kLike) return Member(inner, "NOT LIKE");
    return {"NOT " + Within(inner, kNotLevel), kNotLevel};
  }

  Text Member(const Expression& e, std::string_view word) const {
    const std::string value = Within(e.arguments[0], kSumLevel);
    const std::string others = Joined(e, ", ", kSumLevel, 1);
    return {value + " " + std::string(word) + (e.op == Operator::kIn ? " (" + others + ")" : " " + others),
            kPredicateLevel};
  }

  Text Negated(const Expression& e) const {
    std::string operand = Within(e.arguments[0], kUnaryLevel);
    // A sign before a number would become part of it, and two signs a comment.
    if (IsAsciiDigit(operand.front())) operand = "(" + operand + ")";
    return {(operand.front() == '-' ? "- " : "-") + operand, kUnaryLevel};
  }

  Text Binary(const Expression& e) const {
    struct Form {
      std::string_view symbol;
      Strength strength;
    };
    const Form form = [&]() -> Form {
      switch (e.op) {
        case Operator::kEqual: return {"=", kPredicateLevel};
        case Operator::kNotEqual: return {"<>", kPredicateLevel};
        case Operator::kLess: return {"<", kPredicateLevel};
        case Operator::kLessEqual: return {"<=", kPredicateLevel};
        case Operator::kGreater: return {">", kPredicateLevel};
        case Operator::kGreaterEqual: return {">=", kPredicateLevel};
        case Operator::kNullSafeEqual: return {"<=>", kPredicateLevel};
        case Operator::kAdd: return {"+", kSumLevel};
        case Operator::kSubtract: return {"-", kSumLevel};
        case Operator::kMultiply: return {"*", kProductLevel};
        case Operator::kDivide: return {"/", kProductLevel};
        default: return {"%", kProductLevel};
      }
    }();
    const auto stronger = static_cast<Strength>(form.strength + 1);
    const Strength left = form.strength == kPredicateLevel ? stronger : form.strength;
    return {fmt::format("{} {} {}", Within(e.arguments[0], left), form.symbol, Within(e.arguments[1], stronger)),
            form.strength};
  }

  Text Literal(const arrow::Scalar& scalar) const {
    if (!scalar.is_valid) return {"NULL"};
    if (const auto number = ToDecimal(scalar)) return Signed(Number(scalar, *number));
    switch (scalar.type->id()) {
      case arrow::Type::BOOL: return {static_cast<const arrow::BooleanScalar&>(scalar).value ? "TRUE" : "FALSE"};
      case arrow::Type::FLOAT: return Floating(static_cast<const arrow::FloatScalar&>(scalar).value, "F", "FLOAT");
      case arrow::Type::DOUBLE: return Floating(static_cast<const arrow::DoubleScalar&>(scalar).value, "", "DOUBLE");
      case arrow::Type::STRING: return {Quoted(static_cast<const arrow::StringScalar&>(scalar).view(), '\'', spark_)};
      case arrow::Type::BINARY: return {Bytes(static_cast<const arrow::BinaryScalar&>(scalar).view())};
      case arrow::Type::DATE32:
        return {fmt::format("DATE '{}'", FormatDate(static_cast<const arrow::Date32Scalar&>(scalar).value))};
      case arrow::Type::TIMESTAMP: return {Timestamp(static_cast<const arrow::TimestampScalar&>(scalar))};
      default: return {Quoted(scalar.ToString(), '\'', spark_)};
    }
  }

  static Text Signed(std::string sql) {
    const Strength strength = sql.starts_with('-') ? kUnaryLevel : kWhole;
    return {std::move(sql), strength};
  }

  std::string Number(const arrow::Scalar& scalar, const DecimalValue& value) const {
    std::string sql = FormatDecimal(value);
    if (bound_ || value.scale > 0) return sql;
    switch (scalar.type->id()) {
      case arrow::Type::INT8: return sql + "Y";
      case arrow::Type::INT16: return sql + "S";
      case arrow::Type::INT64: return FitsInt32(value) ? sql + "L" : sql;
      case arrow::Type::DECIMAL128: return sql + "BD";
      default: return sql;
    }
  }

  static bool FitsInt32(const DecimalValue& value) {
    return value.unscaled >= arrow::Decimal256(std::numeric_limits<std::int32_t>::min()) &&
           value.unscaled <= arrow::Decimal256(std::numeric_limits<std::int32_t>::max());
  }

  Text Floating(double value, std::string_view suffix, std::string_view type) const {
    if (std::isnan(value)) return {fmt::format("CAST('NaN' AS {})", type)};
    if (std::isinf(value)) return {fmt::format("CAST('{}Infinity' AS {})", value < 0 ? "-" : "", type)};
    if (bound_) {
      std::string plain = fmt::format("{}", value);
      if (plain.find_first_of(".e") == std::string::npos) plain += ".0";
      if (plain.find('e') == std::string::npos) return Signed(std::move(plain));
    }
    char buffer[32];
    return Signed(fmt::format("{}{}", FormatExponent(value, buffer), suffix));
  }

  static std::string Bytes(std::string_view bytes) {
    std::string sql = "X'";
    for (const char c : bytes) fmt::format_to(std::back_inserter(sql), "{:02X}", static_cast<unsigned char>(c));
    return sql + "'";
  }

  static std::string Timestamp(const arrow::TimestampScalar& scalar) {
    const auto& type = static_cast<const arrow::TimestampType&>(*scalar.type);
    std::int64_t micros = scalar.value;
    switch (type.unit()) {
      case arrow::TimeUnit::SECOND: micros *= 1'000'000; break;
      case arrow::TimeUnit::MILLI: micros *= 1'000; break;
      case arrow::TimeUnit::MICRO: break;
      case arrow::TimeUnit::NANO: micros /= 1'000; break;
    }
    return type.timezone().empty() ? fmt::format("TIMESTAMP_NTZ '{}'", FormatTimestamp(micros))
                                   : fmt::format("TIMESTAMP '{}Z'", FormatTimestamp(micros));
  }

  bool spark_;
  bool bound_;
};

}  // namespace

std::string ToSql(const Expression& expression, Dialect dialect) {
  return Writer(dialect, IsBound(expression)).Write(expression).sql;
}

std::string ShortSql(const Expression& expression) {
  constexpr std::size_t kShownMax = 80;
  std::string sql = ToSql(expression);
  if (sql.size() <= kShownMax) return sql;
  std::size_t end = kShownMax;
  while ((static_cast<unsigned char>(sql[end]) & 0xC0U) == 0x80U) --end;  // not inside a character
  return sql.substr(0, end) + "…";
}

}  // namespace sluice::expression

// Random conditions against a model that knows neither types nor vectors: a row is values, a condition walks its tree.
#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <arrow/util/decimal.h>
#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <variant>
#include <vector>

#include "expression/binder.h"
#include "expression/conjuncts.h"
#include "expression/decimal_value.h"
#include "expression/evaluator.h"
#include "expression/format.h"
#include "expression/parser.h"
#include "tests/support/result_matchers.h"

namespace sluice::expression {
namespace {

/// NULL, a truth value, a number or text.
using Value = std::variant<std::monostate, bool, double, std::string>;

bool IsNull(const Value& value) { return std::holds_alternative<std::monostate>(value); }

/// −1, 0, 1; NaN is equal to itself and above all.
int Order(const Value& left, const Value& right) {
  if (std::holds_alternative<double>(left)) {
    const double a = std::get<double>(left);
    const double b = std::get<double>(right);
    if (std::isnan(a) || std::isnan(b)) return static_cast<int>(std::isnan(a)) - static_cast<int>(std::isnan(b));
    return a < b ? -1 : a > b ? 1 : 0;
  }
  return left < right ? -1 : left > right ? 1 : 0;
}

bool Matches(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '%') {
    for (std::size_t from = 0; from <= text.size(); ++from) {
      if (Matches(text.substr(from), pattern.substr(1))) return true;
    }
    return false;
  }
  if (text.empty() || (pattern.front() != '_' && pattern.front() != text.front())) return false;
  // '_' stands for a character, and é has two bytes.
  const std::size_t bytes = pattern.front() == '_' && text.front() == '\xC3' ? 2 : 1;
  return Matches(text.substr(bytes), pattern.substr(1));
}

class Model {
 public:
  Model(const std::vector<std::string>& names, const std::vector<Value>& row) : names_(names), row_(row) {}

  Value Evaluate(const Expression& e) const {
    switch (e.op) {
      case Operator::kColumn: return Column(e.column.front());
      case Operator::kLiteral: return Literal(*e.literal);
      case Operator::kAnd:
      case Operator::kOr: return Junction(e, e.op == Operator::kOr);
      case Operator::kIn: return Member(e);
      case Operator::kCast: return Evaluate(e.arguments[0]);
      default: break;
    }
    const Value left = Evaluate(e.arguments[0]);
    if (e.op == Operator::kIsNull) return IsNull(left);
    if (e.op == Operator::kIsNotNull) return !IsNull(left);
    if (e.op == Operator::kIsNan) return !IsNull(left) && std::isnan(std::get<double>(left));
    if (e.arguments.size() == 1) {
      if (IsNull(left)) return {};
      return e.op == Operator::kNot ? Value(!std::get<bool>(left)) : Value(-std::get<double>(left));
    }
    return Pair(e.op, left, Evaluate(e.arguments[1]));
  }

 private:
  static Value Pair(Operator op, const Value& left, const Value& right) {
    if (op == Operator::kNullSafeEqual) {
      return IsNull(left) || IsNull(right) ? IsNull(left) && IsNull(right) : Order(left, right) == 0;
    }
    if (IsNull(left) || IsNull(right)) return {};
    switch (op) {
      case Operator::kEqual: return Order(left, right) == 0;
      case Operator::kNotEqual: return Order(left, right) != 0;
      case Operator::kLess: return Order(left, right) < 0;
      case Operator::kLessEqual: return Order(left, right) <= 0;
      case Operator::kGreater: return Order(left, right) > 0;
      case Operator::kGreaterEqual: return Order(left, right) >= 0;
      case Operator::kLike: return Matches(std::get<std::string>(left), std::get<std::string>(right));
      default: break;
    }
    const double a = std::get<double>(left);
    const double b = std::get<double>(right);
    switch (op) {
      case Operator::kAdd: return a + b;
      case Operator::kSubtract: return a - b;
      case Operator::kMultiply: return a * b;
      default: break;
    }
    if (b == 0) return {};
    return std::fmod(a, b);
  }

  Value Junction(const Expression& e, bool decisive) const {
    Value truth = !decisive;
    for (const Expression& argument : e.arguments) {
      const Value value = Evaluate(argument);
      if (IsNull(value)) {
        truth = value;
      } else if (std::get<bool>(value) == decisive) {
        return value;
      }
    }
    return truth;
  }

  Value Member(const Expression& e) const {
    Value truth = false;
    const Value value = Evaluate(e.arguments[0]);
    for (std::size_t i = 1; i < e.arguments.size(); ++i) {
      const Value equal = Pair(Operator::kEqual, value, Evaluate(e.arguments[i]));
      if (IsNull(equal)) {
        truth = equal;
      } else if (std::get<bool>(equal)) {
        return true;
      }
    }
    return truth;
  }

  Value Column(const std::string& name) const {
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (names_[i] == name) return row_[i];
    }
    return {};
  }

  static Value Literal(const arrow::Scalar& scalar) {
    if (!scalar.is_valid) return {};
    if (const auto number = ToDecimal(scalar)) return ToDouble(*number);
    switch (scalar.type->id()) {
      case arrow::Type::BOOL: return static_cast<const arrow::BooleanScalar&>(scalar).value;
      case arrow::Type::DOUBLE: return static_cast<const arrow::DoubleScalar&>(scalar).value;
      case arrow::Type::STRING: {
        // Texts of numbers stand only where numbers are compared.
        const std::string text(static_cast<const arrow::StringScalar&>(scalar).view());
        if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
        return text;
      }
      default: return {};
    }
  }

  const std::vector<std::string>& names_;
  const std::vector<Value>& row_;
};

/// Numbers are multiples of 1/4, which all types here hold exactly.
class Generator {
 public:
  explicit Generator(std::uint32_t seed) : random_(seed) {}

  int Below(int end) { return std::uniform_int_distribution<int>(0, end - 1)(random_); }

  template <std::size_t kSize>
  std::string One(const char* const (&choices)[kSize]) {
    return choices[Below(static_cast<int>(kSize))];
  }

  std::string Condition(int depth) {
    if (depth == 0) return Predicate(0);
    switch (Below(6)) {
      case 0: return fmt::format("({} AND {})", Condition(depth - 1), Condition(depth - 1));
      case 1: return fmt::format("({} OR {} OR {})", Condition(depth - 1), Condition(depth - 1), Condition(depth - 1));
      case 2: return fmt::format("NOT ({})", Condition(depth - 1));
      case 3: return fmt::format("(({}) IS {}TRUE)", Condition(depth - 1), Below(2) == 0 ? "" : "NOT ");
      default: return Predicate(depth);
    }
  }

 private:
  std::string Comparison() { return One({"=", "<>", "<", "<=", ">", ">=", "<=>"}); }

  std::string NumberColumn() { return One({"i", "l", "d", "f", "p"}); }

  std::string NumberLiteral() {
    switch (Below(8)) {
      case 0: return "NULL";
      case 1: return One({"3000000000", "-3000000000", "99999999999999999999", "1e300", "-1e300"});
      case 2: return fmt::format("{}e0", Below(9) - 4);
      default: return fmt::format("{}", (Below(33) - 16) / (Below(2) == 0 ? 4.0 : 1.0));
    }
  }

  std::string Number(int depth) {
    switch (depth == 0 ? Below(2) : Below(5)) {
      case 0: return NumberColumn();
      case 1: return fmt::format("{}", Below(17) - 8);
      case 2: return fmt::format("({} {} {})", Number(depth - 1), One({"+", "-", "*"}), Number(depth - 1));
      case 3: return fmt::format("({} % {})", One({"i", "l", "d"}), Number(0));
      default: return fmt::format("-({})", Number(depth - 1));
    }
  }

  std::string Predicate(int depth) {
    switch (Below(10)) {
      case 0: return fmt::format("{} {} {}", NumberLiteral(), Comparison(), NumberColumn());
      case 1: return fmt::format("{} {} {}", NumberColumn(), Comparison(), NumberColumn());
      case 2: return fmt::format("{} {} {}", Number(depth), Comparison(), Number(depth));
      case 3:
        return fmt::format("{}{}IN ({}, {}, {})", NumberColumn(), Below(2) == 0 ? " " : " NOT ", NumberLiteral(),
                           NumberLiteral(), NumberLiteral());
      case 4: return fmt::format("{} BETWEEN {} AND {}", NumberColumn(), NumberLiteral(), NumberLiteral());
      case 5: return fmt::format("{} IS {}NULL", One({"i", "l", "d", "f", "p", "s", "b"}), Below(2) == 0 ? "" : "NOT ");
      case 6: return One({"b", "NOT b", "isnan(d)", "isnan(f)", "b = TRUE", "b <=> FALSE", "d > 'NaN'", "f <= 'NaN'"});
      case 7: return fmt::format("s {} '{}'", Comparison(), One({"", "a", "ab", "b", "é", "z"}));
      case 8: return fmt::format("s LIKE '{}'", One({"", "%", "a%", "%b", "_", "a_", "%a%", "ab"}));
      default: return fmt::format("s IN ('a', {}, 'zz')", One({"NULL", "'ab'", "'é'"}));
    }
  }

  std::mt19937 random_;
};

struct Rows {
  std::vector<std::string> names = {"i", "l", "d", "f", "p", "s", "b"};
  std::vector<std::vector<Value>> values = {};
  std::shared_ptr<arrow::RecordBatch> batch = {};
};

Value RandomNumber(Generator& generator, bool whole, bool special) {
  if (generator.Below(6) == 0) return {};
  if (special && generator.Below(4) == 0) {
    constexpr double kSpecial[] = {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
                                   -std::numeric_limits<double>::infinity(), -0.0};
    return kSpecial[generator.Below(4)];
  }
  return (generator.Below(33) - 16) / (whole ? 1.0 : 4.0);
}

template <typename Builder, typename Convert>
std::shared_ptr<arrow::Array> Build(Builder&& builder, const std::vector<std::vector<Value>>& values,
                                    std::size_t column, Convert convert) {
  for (const auto& row : values) {
    EXPECT_TRUE((IsNull(row[column]) ? builder.AppendNull() : builder.Append(convert(row[column]))).ok());
  }
  return *builder.Finish();
}

Rows MakeRows(Generator& generator, int count) {
  Rows rows;
  for (int row = 0; row < count; ++row) {
    const char* const texts[] = {"", "a", "ab", "b", "é", "ba"};
    const int text = generator.Below(7);
    const int truth = generator.Below(3);
    rows.values.push_back({RandomNumber(generator, true, false), RandomNumber(generator, true, false),
                           RandomNumber(generator, false, true), RandomNumber(generator, false, true),
                           RandomNumber(generator, false, false), text == 6 ? Value() : Value(std::string(texts[text])),
                           truth == 2 ? Value() : Value(truth == 1)});
  }
  const auto number = [](auto zero) {
    using Number = decltype(zero);
    return [](const Value& value) { return static_cast<Number>(std::get<double>(value)); };
  };
  const auto decimal = arrow::decimal128(6, 2);
  arrow::ArrayVector arrays = {
      Build(arrow::Int32Builder(), rows.values, 0, number(std::int32_t{})),
      Build(arrow::Int64Builder(), rows.values, 1, number(std::int64_t{})),
      Build(arrow::DoubleBuilder(), rows.values, 2, number(double{})),
      Build(arrow::FloatBuilder(), rows.values, 3, number(float{})),
      Build(arrow::Decimal128Builder(decimal), rows.values, 4,
            [](const Value& value) {
              return arrow::Decimal128(static_cast<std::int64_t>(std::get<double>(value) * 100));
            }),
      Build(arrow::StringBuilder(), rows.values, 5, [](const Value& value) { return std::get<std::string>(value); }),
      Build(arrow::BooleanBuilder(), rows.values, 6, [](const Value& value) { return std::get<bool>(value); })};
  arrow::FieldVector fields;
  for (std::size_t i = 0; i < arrays.size(); ++i) fields.push_back(arrow::field(rows.names[i], arrays[i]->type()));
  rows.batch = arrow::RecordBatch::Make(arrow::schema(fields), count, arrays);
  return rows;
}

Value At(const arrow::BooleanArray& truth, std::int64_t row) {
  return truth.IsNull(row) ? Value() : Value(truth.Value(row));
}

TEST(RandomConditions, AgreeWithAModelOfRows) {
  Generator generator(20);
  arrow::MemoryPool* const pool = arrow::default_memory_pool();
  for (int round = 0; round < 800; ++round) {
    const Rows rows = MakeRows(generator, 1 + generator.Below(70));
    const std::string sql = generator.Condition(3);
    ASSERT_OK_AND_ASSIGN(const Expression parsed, Parse(sql));
    ASSERT_TRUE(*Parse(ToSql(parsed)) == parsed) << sql;
    const auto bound = BindCondition(parsed, *rows.batch->schema());
    ASSERT_THAT(bound, testing::IsOk()) << sql;
    ASSERT_OK_AND_ASSIGN(const auto truth, EvaluateCondition(*bound, *rows.batch, pool));
    ASSERT_OK_AND_ASSIGN(const auto negated, EvaluateCondition(Negate(*bound), *rows.batch, pool));
    ASSERT_OK_AND_ASSIGN(const auto pushed, EvaluateCondition(PushDownNot(*bound), *rows.batch, pool));
    ASSERT_OK_AND_ASSIGN(Expression written, Parse(ToSql(*bound)));
    ASSERT_OK_AND_ASSIGN(const Expression again, BindCondition(std::move(written), *rows.batch->schema()));
    ASSERT_OK_AND_ASSIGN(const auto same, EvaluateCondition(again, *rows.batch, pool));
    for (std::int64_t row = 0; row < rows.batch->num_rows(); ++row) {
      const auto& values = rows.values[static_cast<std::size_t>(row)];
      const Value expected = Model(rows.names, values).Evaluate(parsed);
      ASSERT_EQ(At(*truth, row), expected)
          << sql << "\nbound: " << ToSql(*bound) << "\nrow: " << rows.batch->Slice(row, 1)->ToString();
      ASSERT_EQ(At(*pushed, row), expected) << sql;
      ASSERT_EQ(At(*same, row), expected) << sql << "\nagain: " << ToSql(again);
      const Value opposite = IsNull(expected) ? Value() : Value(!std::get<bool>(expected));
      ASSERT_EQ(At(*negated, row), opposite) << sql << "\nnegated: " << ToSql(Negate(*bound));
    }
  }
}

}  // namespace
}  // namespace sluice::expression

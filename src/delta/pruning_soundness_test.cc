#include <arrow/builder.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <arrow/util/decimal.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <random>

#include "delta/pruning.h"
#include "delta/statistic_text.h"
#include "parquet/memory_file.h"
#include "schema/type_text.h"
#include "tests/support/result_matchers.h"

// Random files and conditions: a file with a live row that satisfies the condition is never skipped. The model looks at
// every row and shares nothing with the pruner but the values' type.
namespace sluice::delta {
namespace {

using expression::Expression;
using expression::MakeNode;
using expression::Operator;

using Cell = std::optional<StatisticValue>;  // nullopt: NULL
using Truth = std::optional<bool>;           // nullopt: NULL
using Random = std::mt19937_64;

std::uint64_t Below(Random& random, std::uint64_t end) { return random() % end; }

/// A column of the files, and how its values are made.
struct Column {
  const char* name;
  const char* engine_type;
  DataType type;
  std::shared_ptr<arrow::DataType> arrow_type;
  std::function<StatisticValue(Random&)> draw;
};

StatisticValue DrawDouble(Random& random) {
  constexpr double kSpecial[] = {std::numeric_limits<double>::quiet_NaN(), -0.0, 0.0,
                                 std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  if (Below(random, 4) == 0) return kSpecial[Below(random, std::size(kSpecial))];
  return static_cast<double>(static_cast<float>(static_cast<double>(Below(random, 400)) / 7 - 20));
}

// Texts that differ before, at and behind the place where they are cut.
StatisticValue DrawText(Random& random) {
  constexpr const char* kTails[] = {
      "", "a", "\x7F", "é", "\xF4\x8F\xBF\xBF", "zz", "\xF4\x8F\xBF\xBF\xF4\x8F\xBF\xBF!"};
  std::string text(30 + Below(random, 4), 'p');
  if (Below(random, 3) == 0) text.resize(Below(random, 4));
  return text + kTails[Below(random, std::size(kTails))] + kTails[Below(random, std::size(kTails))];
}

const std::vector<Column>& Columns() {
  const auto whole = [](std::int64_t base, std::int64_t range, std::int64_t step) {
    return [=](Random& random) {
      return StatisticValue(
          Int128{base + step * static_cast<std::int64_t>(Below(random, static_cast<std::uint64_t>(range)))});
    };
  };
  const auto big_decimal = [](Random& random) {
    const Int128 head = Int128{1'234'567'890'123'456'789} * 10'000;
    return StatisticValue((Below(random, 2) == 0 ? head : -head) + static_cast<Int128>(Below(random, 3'000)));
  };
  static const std::vector<Column> kColumns = {
      {"i", "int64", {.kind = TypeKind::kLong}, arrow::int64(), whole(9'007'199'254'740'990, 8, 1)},
      {"b", "int8", {.kind = TypeKind::kByte}, arrow::int8(), whole(-3, 6, 1)},
      {"x", "float64", {.kind = TypeKind::kDouble}, arrow::float64(), DrawDouble},
      {"f", "float32", {.kind = TypeKind::kFloat}, arrow::float32(), DrawDouble},
      {"s", "string", {.kind = TypeKind::kString}, arrow::utf8(), DrawText},
      {"t",
       "timestamp(us, UTC)",
       {.kind = TypeKind::kTimestamp},
       arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"),
       whole(-2'000, 40, 111)},
      {"d", "date", {.kind = TypeKind::kDate}, arrow::date32(), whole(-2, 5, 1)},
      {"m",
       "decimal(12, 3)",
       {.kind = TypeKind::kDecimal, .precision = 12, .scale = 3},
       arrow::decimal128(12, 3),
       whole(-30, 60, 7)},
      {"w",
       "decimal(30, 4)",
       {.kind = TypeKind::kDecimal, .precision = 30, .scale = 4},
       arrow::decimal128(30, 4),
       big_decimal},
      {"k", "bool", {.kind = TypeKind::kBoolean}, arrow::boolean(), whole(0, 2, 1)},
  };
  return kColumns;
}

using Row = std::vector<Cell>;

TableSchema SchemaOfColumns() {
  TableSchema schema;
  for (const Column& column : Columns()) schema.fields.push_back({.name = column.name, .type = column.type});
  return schema;
}

// Each column of a file draws from few values, so that bounds are narrow.
std::vector<Row> DrawRows(Random& random) {
  std::vector<Row> rows(1 + Below(random, 6), Row(Columns().size()));
  for (std::size_t c = 0; c < Columns().size(); ++c) {
    const std::uint64_t null_share = Below(random, 4);
    std::vector<StatisticValue> pool;
    for (std::uint64_t i = 0; i <= Below(random, 3); ++i) pool.push_back(Columns()[c].draw(random));
    for (Row& row : rows) {
      if (Below(random, 3) >= null_share) row[c] = pool[Below(random, pool.size())];
    }
  }
  return rows;
}

Expression Literal(const StatisticValue& value, const Column& column) {
  return expression::MakeLiteral(*ToScalar(value, column.type));
}

// Spark's order: NaN equals NaN and is greater than everything else.
int Order(const StatisticValue& left, const StatisticValue& right) {
  if (const auto* number = std::get_if<double>(&left)) {
    const double other = std::get<double>(right);
    if (std::isnan(*number) || std::isnan(other)) return int{std::isnan(*number)} - int{std::isnan(other)};
    return *number < other ? -1 : int{*number > other};
  }
  if (const auto* text = std::get_if<std::string>(&left)) {
    const std::string& other = std::get<std::string>(right);
    const int order = std::memcmp(text->data(), other.data(), std::min(text->size(), other.size()));
    return order != 0 ? order : static_cast<int>(text->size()) - static_cast<int>(other.size());
  }
  return std::get<Int128>(left) < std::get<Int128>(right) ? -1 : int{std::get<Int128>(left) > std::get<Int128>(right)};
}

/// A condition and what it is for a row.
struct Condition {
  Expression expression;
  std::function<Truth(const Row&)> truth;
};

Condition Compare(Random& random, std::size_t c, const StatisticValue& value) {
  constexpr Operator kOperators[] = {Operator::kEqual,     Operator::kNotEqual, Operator::kLess,
                                     Operator::kLessEqual, Operator::kGreater,  Operator::kGreaterEqual};
  const Operator op = kOperators[Below(random, 6)];
  Condition condition;
  condition.expression = MakeNode(op, {expression::MakeColumn({Columns()[c].name}), Literal(value, Columns()[c])});
  condition.truth = [=](const Row& row) -> Truth {
    if (!row[c]) return std::nullopt;
    const int order = Order(*row[c], value);
    switch (op) {
      case Operator::kEqual: return order == 0;
      case Operator::kNotEqual: return order != 0;
      case Operator::kLess: return order < 0;
      case Operator::kLessEqual: return order <= 0;
      case Operator::kGreater: return order > 0;
      default: return order >= 0;
    }
  };
  return condition;
}

Condition NullTest(Random& random, std::size_t c) {
  const bool is_null = Below(random, 2) == 0;
  const Operator op = is_null ? Operator::kIsNull : Operator::kIsNotNull;
  return {MakeNode(op, {expression::MakeColumn({Columns()[c].name})}),
          [=](const Row& row) -> Truth { return row[c].has_value() != is_null; }};
}

Condition In(Random& random, std::size_t c) {
  std::vector<StatisticValue> values;
  Expression expression = MakeNode(Operator::kIn, {expression::MakeColumn({Columns()[c].name})});
  for (std::uint64_t i = 0; i <= Below(random, 4); ++i) {
    values.push_back(Columns()[c].draw(random));
    expression.arguments.push_back(Literal(values.back(), Columns()[c]));
  }
  return {expression, [=](const Row& row) -> Truth {
            if (!row[c]) return std::nullopt;
            return std::ranges::any_of(values, [&](const auto& value) { return Order(*row[c], value) == 0; });
          }};
}

Condition Like(Random& random, std::size_t c) {
  std::string prefix = std::get<std::string>(DrawText(random));
  prefix.resize(std::min<std::size_t>(prefix.size(), Below(random, 34)));
  while (!prefix.empty() && (static_cast<unsigned char>(prefix.back()) & 0x80U) != 0) prefix.pop_back();
  return {MakeNode(Operator::kLike, {expression::MakeColumn({Columns()[c].name}), Literal(prefix + "%", Columns()[c])}),
          [=](const Row& row) -> Truth {
            if (!row[c]) return std::nullopt;
            return std::get<std::string>(*row[c]).starts_with(prefix);
          }};
}

Condition DrawCondition(Random& random, const std::vector<Row>& rows, int depth);

Condition Combine(Random& random, const std::vector<Row>& rows, int depth) {
  const bool all = Below(random, 2) == 0;
  std::vector<Condition> parts;
  Expression expression = MakeNode(all ? Operator::kAnd : Operator::kOr, {});
  for (int i = 0; i < 2; ++i) {
    parts.push_back(DrawCondition(random, rows, depth - 1));
    expression.arguments.push_back(parts.back().expression);
  }
  return {expression, [=](const Row& row) -> Truth {
            bool unknown = false;
            for (const Condition& part : parts) {
              const Truth truth = part.truth(row);
              if (truth && *truth != all) return !all;
              unknown = unknown || !truth;
            }
            return unknown ? std::nullopt : Truth(all);
          }};
}

Condition DrawCondition(Random& random, const std::vector<Row>& rows, int depth) {
  if (depth > 0 && Below(random, 2) == 0) return Combine(random, rows, depth);
  if (depth > 0 && Below(random, 3) == 0) {
    const Condition inner = DrawCondition(random, rows, depth - 1);
    return {MakeNode(Operator::kNot, {inner.expression}), [=](const Row& row) -> Truth {
              const Truth truth = inner.truth(row);
              return truth ? Truth(!*truth) : std::nullopt;
            }};
  }
  const std::size_t c = Below(random, Columns().size());
  const std::uint64_t kind = Below(random, 8);
  if (kind == 0) return NullTest(random, c);
  if (kind == 1) return In(random, c);
  if (kind == 2 && Columns()[c].type.kind == TypeKind::kString) return Like(random, c);
  const Cell& present = rows[Below(random, rows.size())][c];
  return Compare(random, c, present && Below(random, 2) == 0 ? *present : Columns()[c].draw(random));
}

// What our writer says of the rows.
std::string OurStatistics(const std::vector<Row>& rows) {
  std::string text;
  arrow::ArrayVector arrays;
  for (std::size_t c = 0; c < Columns().size(); ++c) {
    const Column& column = Columns()[c];
    text += fmt::format("{}{} {}", c == 0 ? "" : ", ", column.name, column.engine_type);
    std::unique_ptr<arrow::ArrayBuilder> builder;
    EXPECT_TRUE(arrow::MakeBuilder(arrow::default_memory_pool(), column.arrow_type, &builder).ok());
    for (const Row& row : rows) {
      EXPECT_TRUE((row[c] ? builder->AppendScalar(**ToScalar(*row[c], column.type)) : builder->AppendNull()).ok());
    }
    arrays.push_back(builder->Finish().ValueOrDie());
  }
  const schema::Schema schema = *schema::ParseColumns(text);
  const auto batch = arrow::RecordBatch::Make(schema::ToArrow(schema), static_cast<std::int64_t>(rows.size()), arrays);
  sluice::parquet::MemoryFile file;
  const auto summary = file.Write(schema, {batch}, {.row_group_rows_max = 2});
  EXPECT_THAT(summary, testing::IsOk());
  return FormatStatistics(*summary, StatisticsColumns(SchemaOfColumns(), {}, {}));
}

std::string Quoted(const std::string& text) { return '"' + text + '"'; }

// As other writers put a bound: decimals over a double, floats with more digits, timestamps cut.
std::optional<std::string> TheirBound(const StatisticValue& value, const DataType& type, Side side) {
  if (type.kind == TypeKind::kDecimal) {
    return fmt::format("{}", static_cast<double>(std::get<Int128>(value)) / std::pow(10.0, type.scale));
  }
  if (const auto* number = std::get_if<double>(&value)) {
    if (std::isinf(*number)) return Quoted(*number > 0 ? "Infinity" : "-Infinity");
    return fmt::format("{:.17g}", *number);
  }
  if (type.kind == TypeKind::kBoolean) return std::get<Int128>(value) != 0 ? "true" : "false";
  return FormatStatistic(value, type, side, 32);
}

// NaN is left out, and what a member of statistics is left out of by chance.
std::string TheirStatistics(Random& random, const std::vector<Row>& rows) {
  std::string texts[3];
  const auto add = [&](int member, const Column& column, const std::string& json) {
    if (Below(random, 10) == 0) return;
    texts[member] += fmt::format("{}\"{}\":{}", texts[member].empty() ? "" : ",", column.name, json);
  };
  for (std::size_t c = 0; c < Columns().size(); ++c) {
    const Column& column = Columns()[c];
    Cell bounds[2];
    int nulls = 0;
    for (const Row& row : rows) {
      const auto* number = row[c] ? std::get_if<double>(&*row[c]) : nullptr;
      nulls += row[c] ? 0 : 1;
      if (!row[c] || (number != nullptr && std::isnan(*number))) continue;
      if (!bounds[0] || Order(*row[c], *bounds[0]) < 0) bounds[0] = row[c];
      if (!bounds[1] || Order(*row[c], *bounds[1]) > 0) bounds[1] = row[c];
    }
    for (int side = 0; side < 2; ++side) {
      const auto json =
          bounds[side] ? TheirBound(*bounds[side], column.type, side == 0 ? Side::kMin : Side::kMax) : std::nullopt;
      if (json) add(side, column, *json);
    }
    add(2, column, std::to_string(nulls));
  }
  return fmt::format(R"({{"numRecords":{},"minValues":{{{}}},"maxValues":{{{}}},"nullCount":{{{}}}}})", rows.size(),
                     texts[0], texts[1], texts[2]);
}

struct Counts {
  int tests = 0;
  int skipped = 0;
  int without_match = 0;
};

// Conditions against a file, also with rows deleted.
void TestFile(Random& random, const std::vector<Row>& rows, const std::string& stats, Counts& counts) {
  const auto physical = static_cast<std::int64_t>(rows.size());
  std::vector<Row> live = rows;
  std::string live_stats = stats;
  if (Below(random, 2) == 0) {
    std::ranges::shuffle(live, random);
    live.resize(1 + Below(random, live.size()));
    live_stats = WidenForDeletionVector(stats, physical, 0);
  }
  const std::int64_t deleted = physical - static_cast<std::int64_t>(live.size());
  for (int i = 0; i < 40; ++i) {
    const Condition condition = DrawCondition(random, rows, 3);
    const auto pruner = FilePruner::Make(condition.expression, SchemaOfColumns(), {});
    ASSERT_THAT(pruner, testing::IsOk());
    StatisticsParser parser(pruner->leaves());
    const FileStatistics* statistics = parser.Parse(live_stats);
    ASSERT_NE(statistics, nullptr) << live_stats;
    std::string reason;
    const Verdict verdict = pruner->Test(PartitionValues{}, statistics, deleted, &reason);
    const auto matches = [&](const Row& row) { return condition.truth(row) == true; };
    const bool some = std::ranges::any_of(live, matches);
    ASSERT_FALSE(verdict == Verdict::kSkip && some) << reason << "\n" << live_stats;
    ASSERT_NE(verdict, Verdict::kAllMatch);
    ++counts.tests;
    counts.skipped += verdict == Verdict::kSkip ? 1 : 0;
    counts.without_match += some ? 0 : 1;
  }
}

TEST(FilePrunerSoundness, NoFileWithAMatchingRowIsSkipped) {
  Random random(20'240'501);
  Counts ours;
  Counts theirs;
  for (int i = 0; i < 250 && !::testing::Test::HasFatalFailure(); ++i) {
    const auto rows = DrawRows(random);
    TestFile(random, rows, OurStatistics(rows), ours);
    TestFile(random, rows, TheirStatistics(random, rows), theirs);
  }
  // And many that could be skipped are.
  EXPECT_GT(ours.skipped * 3, ours.without_match);
  EXPECT_GT(theirs.skipped * 3, theirs.without_match);
  RecordProperty("skipped", ours.skipped);
  RecordProperty("without_match", ours.without_match);
}

}  // namespace
}  // namespace sluice::delta

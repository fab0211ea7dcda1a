#include "delta/pruning.h"

#include <arrow/scalar.h>
#include <arrow/type.h>
#include <arrow/util/decimal.h>

#include <cmath>
#include <limits>

#include "delta/literal_range.h"
#include "tests/support/result_matchers.h"

namespace sluice::delta {
namespace {

using expression::Expression;
using expression::MakeColumn;
using expression::MakeLiteral;
using expression::MakeNode;
using expression::Operator;
using testing::FailsWith;
using ::testing::HasSubstr;

DataType Simple(TypeKind kind) { return {.kind = kind}; }
DataType Decimal(std::int32_t precision, std::int32_t scale) {
  return {.kind = TypeKind::kDecimal, .precision = precision, .scale = scale};
}
Field Named(std::string name, DataType type, std::string physical_name = {}) {
  return {.name = std::move(name), .type = std::move(type), .physical_name = std::move(physical_name)};
}

Expression C(std::string name = "c") { return MakeColumn({std::move(name)}); }
template <typename T>
Expression L(T value) {
  return MakeLiteral(arrow::MakeScalar(std::move(value)));
}
Expression Null(const std::shared_ptr<arrow::DataType>& type) { return MakeLiteral(arrow::MakeNullScalar(type)); }
Expression DecimalLiteral(const char* text, std::int32_t precision) {
  arrow::Decimal128 value;
  std::int32_t digits = 0;
  std::int32_t scale = 0;
  EXPECT_TRUE(arrow::Decimal128::FromString(text, &value, &digits, &scale).ok());
  return MakeLiteral(std::make_shared<arrow::Decimal128Scalar>(value, arrow::decimal128(precision, scale)));
}
Expression Micros(std::int64_t value) {
  return MakeLiteral(std::make_shared<arrow::TimestampScalar>(value, arrow::timestamp(arrow::TimeUnit::MICRO, "UTC")));
}
Expression Node(Operator op, std::vector<Expression> arguments) { return MakeNode(op, std::move(arguments)); }
Expression Not(Expression argument) { return Node(Operator::kNot, {std::move(argument)}); }

FilePruner Pruner(const Expression& condition, const TableSchema& schema, const std::string& partition = {}) {
  std::vector<const Field*> partitions;
  for (const Field& field : schema.fields) {
    if (field.name == partition) partitions.push_back(&field);
  }
  auto pruner = FilePruner::Make(condition, schema, partitions);
  EXPECT_THAT(pruner, testing::IsOk());
  return *std::move(pruner);
}

/// A file whose only column is `c`.
struct File {
  DataType type;
  std::string stats;
  std::int64_t deleted = 0;

  Verdict Test(const Expression& condition, std::string* reason = nullptr) const {
    const FilePruner pruner = Pruner(condition, {.fields = {Named("c", type)}});
    StatisticsParser parser(pruner.leaves());
    return pruner.Test(PartitionValues{}, parser.Parse(stats), deleted, reason);
  }
  bool Skips(const Expression& condition) const { return Test(condition) == Verdict::kSkip; }
  bool Skips(Operator op, Expression literal) const { return Skips(Node(op, {C(), std::move(literal)})); }
};

File Bounded(DataType type, const std::string& min, const std::string& max, int nulls = 0) {
  return {std::move(type), R"({"numRecords":10,"minValues":{"c":)" + min + R"(},"maxValues":{"c":)" + max +
                               R"(},"nullCount":{"c":)" + std::to_string(nulls) + "}}"};
}
const DataType kLong = Simple(TypeKind::kLong);

TEST(FilePruner, EqualityNeedsTheValueBetweenTheBounds) {
  const File file = Bounded(kLong, "10", "20");
  for (const std::int64_t inside : {10, 15, 20}) EXPECT_FALSE(file.Skips(Operator::kEqual, L(inside)));
  for (const std::int64_t outside : {9, 21}) EXPECT_TRUE(file.Skips(Operator::kEqual, L(outside)));
  EXPECT_TRUE(file.Skips(Operator::kNullSafeEqual, L(std::int64_t{21})));
  EXPECT_FALSE(file.Skips(Not(Node(Operator::kNullSafeEqual, {C(), L(std::int64_t{21})}))));
}

TEST(FilePruner, RangesNeedAValueOnTheirSide) {
  const File file = Bounded(kLong, "10", "20");
  const auto skips = [&](Operator op, std::int64_t value) { return file.Skips(op, L(value)); };
  EXPECT_TRUE(skips(Operator::kLess, 10) && !skips(Operator::kLess, 11));
  EXPECT_TRUE(skips(Operator::kLessEqual, 9) && !skips(Operator::kLessEqual, 10));
  EXPECT_TRUE(skips(Operator::kGreater, 20) && !skips(Operator::kGreater, 19));
  EXPECT_TRUE(skips(Operator::kGreaterEqual, 21) && !skips(Operator::kGreaterEqual, 20));
}

TEST(FilePruner, LiteralOnTheLeftTurnsTheComparisonAround) {
  const File file = Bounded(kLong, "10", "20");
  EXPECT_TRUE(file.Skips(Node(Operator::kLess, {L(std::int64_t{20}), C()})));
  EXPECT_FALSE(file.Skips(Node(Operator::kLess, {L(std::int64_t{19}), C()})));
  EXPECT_TRUE(file.Skips(Node(Operator::kGreater, {L(std::int64_t{10}), C()})));
}

TEST(FilePruner, InequalityNeedsMoreThanTheOneValue) {
  EXPECT_TRUE(Bounded(kLong, "7", "7", 3).Skips(Operator::kNotEqual, L(std::int64_t{7})));
  EXPECT_FALSE(Bounded(kLong, "7", "8").Skips(Operator::kNotEqual, L(std::int64_t{7})));
  EXPECT_FALSE(Bounded(kLong, "7", "7").Skips(Operator::kNotEqual, L(std::int64_t{8})));
  EXPECT_TRUE(Bounded(kLong, "7", "7").Skips(Not(Node(Operator::kEqual, {C(), L(std::int64_t{7})}))));
}

TEST(FilePruner, InNeedsOneOfItsElements) {
  const auto in = [](std::vector<std::int64_t> elements) {
    Expression expression = Node(Operator::kIn, {C()});
    for (const auto element : elements) expression.arguments.push_back(L(element));
    return expression;
  };
  const File file = Bounded(kLong, "10", "20");
  EXPECT_TRUE(file.Skips(in({5, 25, 9})) && file.Skips(in({1})) && file.Skips(in({21, 22})));
  EXPECT_FALSE(file.Skips(in({25, 12, 5})) || file.Skips(in({20, 100})));
  EXPECT_TRUE(Bounded(kLong, "7", "7").Skips(Not(in({6, 7}))));
  EXPECT_FALSE(Bounded(kLong, "7", "7").Skips(Not(in({6, 8}))));
  Expression with_null = in({5, 25});
  with_null.arguments.push_back(Null(arrow::int64()));
  EXPECT_TRUE(file.Skips(with_null));
  EXPECT_TRUE(file.Skips(Not(with_null)));  // never true
}

TEST(FilePruner, NullTestsLookAtTheNullCount) {
  const auto skips = [](Operator op, int nulls) { return Bounded(kLong, "1", "2", nulls).Skips(Node(op, {C()})); };
  EXPECT_TRUE(skips(Operator::kIsNull, 0) && !skips(Operator::kIsNull, 1) && !skips(Operator::kIsNull, 10));
  EXPECT_TRUE(skips(Operator::kIsNotNull, 10) && !skips(Operator::kIsNotNull, 9) && !skips(Operator::kIsNotNull, 0));
  EXPECT_TRUE(Bounded(kLong, "1", "2").Skips(Not(Node(Operator::kIsNotNull, {C()}))));
  EXPECT_TRUE(Bounded(kLong, "1", "2").Skips(Operator::kNullSafeEqual, Null(arrow::int64())));
  EXPECT_TRUE(Bounded(kLong, "1", "2").Skips(Operator::kEqual, Null(arrow::int64())));
}

TEST(FilePruner, NothingIsTrueOfAColumnOfNulls) {
  const File file{Simple(TypeKind::kString), R"({"numRecords":10,"nullCount":{"c":10},"tightBounds":false})"};
  const auto text = [] { return L(std::string("x")); };
  for (const Operator op : {Operator::kEqual, Operator::kNotEqual, Operator::kLess, Operator::kLessEqual,
                            Operator::kGreater, Operator::kGreaterEqual, Operator::kLike, Operator::kIn}) {
    EXPECT_TRUE(file.Skips(op, text())) << static_cast<int>(op);
  }
  EXPECT_TRUE(file.Skips(Not(Node(Operator::kLike, {C(), L(std::string("%x"))}))));
  EXPECT_TRUE(file.Skips(Node(Operator::kIsNan, {C()})));
  EXPECT_FALSE(file.Skips(Not(Node(Operator::kIsNan, {C()}))));
  EXPECT_FALSE(file.Skips(Node(Operator::kEqual, {expression::MakeCall("coalesce", {C(), text()}), text()})));
}

TEST(FilePruner, AndNeedsBothSidesOrOneOfThem) {
  const File file = Bounded(kLong, "10", "20");
  const Expression never = Node(Operator::kLess, {C(), L(std::int64_t{10})});
  const Expression perhaps = Node(Operator::kLess, {C(), L(std::int64_t{15})});
  const Expression unknown = Node(Operator::kEqual, {Node(Operator::kAdd, {C(), C()}), L(std::int64_t{1})});
  EXPECT_TRUE(file.Skips(Node(Operator::kAnd, {perhaps, unknown, never})));
  EXPECT_FALSE(file.Skips(Node(Operator::kAnd, {perhaps, unknown})));
  EXPECT_TRUE(file.Skips(Node(Operator::kOr, {never, never})));
  EXPECT_FALSE(file.Skips(Node(Operator::kOr, {never, unknown})));
  EXPECT_FALSE(file.Skips(Not(unknown)));
  // NOT (c >= 10 AND c > 5) is c < 10 OR c <= 5.
  EXPECT_TRUE(file.Skips(Not(Node(Operator::kAnd, {Node(Operator::kGreaterEqual, {C(), L(std::int64_t{10})}),
                                                   Node(Operator::kGreater, {C(), L(std::int64_t{5})})}))));
}

TEST(FilePruner, MissingStatisticsProveNothing) {
  for (const char* stats : {"", "{}", R"({"numRecords":10})", R"({"numRecords":10,"nullCount":{"c":0}})", "{torn"}) {
    EXPECT_FALSE((File{kLong, stats}.Skips(Operator::kEqual, L(std::int64_t{1})))) << stats;
  }
  // One bound still says what it says.
  const File only_max{kLong, R"({"maxValues":{"c":5}})"};
  EXPECT_TRUE(only_max.Skips(Operator::kGreater, L(std::int64_t{5})));
  EXPECT_FALSE(only_max.Skips(Operator::kLess, L(std::int64_t{-100})));
  // Bounds without a count of rows, and a count of NULLs without one.
  EXPECT_FALSE((File{kLong, R"({"nullCount":{"c":10}})"}.Skips(Operator::kEqual, L(std::int64_t{1}))));
  // All NaN, as one writer says it: no bounds and no NULL.
  EXPECT_FALSE(
      (File{Simple(TypeKind::kDouble), R"({"numRecords":3,"nullCount":{"c":0}})"}.Skips(Operator::kGreater, L(1.0))));
}

TEST(FilePruner, WideCountsMeanSomethingOnlyAtTheirEnds) {
  const auto skips = [](Operator op, int nulls) {
    File file = Bounded(kLong, "1", "2", nulls);
    file.stats.insert(file.stats.size() - 1, R"(,"tightBounds":false)");
    file.deleted = 5;
    return file.Skips(Node(op, {C()}));
  };
  EXPECT_TRUE(skips(Operator::kIsNull, 0) && skips(Operator::kIsNotNull, 10));
  EXPECT_FALSE(skips(Operator::kIsNull, 5) || skips(Operator::kIsNotNull, 5));
}

TEST(FilePruner, FilesWithoutLiveRowsAreSkipped) {
  const Expression any = Node(Operator::kIsNotNull, {C()});
  std::string reason;
  File file = Bounded(kLong, "1", "2");
  file.deleted = 9;
  EXPECT_EQ(file.Test(any), Verdict::kKeep);
  file.deleted = 10;
  EXPECT_EQ(file.Test(any, &reason), Verdict::kSkip);
  EXPECT_EQ(reason, "all rows are deleted");
  EXPECT_EQ((File{kLong, R"({"numRecords":0})"}.Test(any, &reason)), Verdict::kSkip);
  EXPECT_EQ(reason, "no rows");
}

TEST(FilePruner, TimestampsMayBeUpToAMillisecondLater) {
  const File file =
      Bounded(Simple(TypeKind::kTimestamp), R"("1970-01-01T00:00:01.000Z")", R"("1970-01-01T00:00:02.000Z")");
  EXPECT_FALSE(file.Skips(Operator::kEqual, Micros(2'000'999)));
  EXPECT_TRUE(file.Skips(Operator::kEqual, Micros(2'001'000)));
  EXPECT_FALSE(file.Skips(Operator::kGreater, Micros(2'000'998)));
  EXPECT_TRUE(file.Skips(Operator::kGreater, Micros(2'000'999)));
  EXPECT_TRUE(file.Skips(Operator::kEqual, Micros(999'999)));
  EXPECT_TRUE(file.Skips(Operator::kLess, Micros(1'000'000)));
  const File same =
      Bounded(Simple(TypeKind::kTimestamp), R"("1970-01-01T00:00:01.000Z")", R"("1970-01-01T00:00:01.000Z")");
  EXPECT_FALSE(same.Skips(Operator::kNotEqual, Micros(1'000'000)));
  // A clock reading is no instant.
  const auto clock = std::make_shared<arrow::TimestampScalar>(0, arrow::timestamp(arrow::TimeUnit::MICRO));
  EXPECT_FALSE(file.Skips(Operator::kEqual, MakeLiteral(clock)));
}

TEST(FilePruner, LongDecimalsMayComeFromADouble) {
  const std::string printed = "1.2345678901234568e+25";  // of 12345678901234567890123456.789
  const File file = Bounded(Decimal(38, 3), printed, printed);
  EXPECT_FALSE(file.Skips(Operator::kEqual, DecimalLiteral("12345678901234567890123456.789", 38)));
  EXPECT_FALSE(file.Skips(Operator::kLess, DecimalLiteral("12345678901234567890123456.790", 38)));
  EXPECT_TRUE(file.Skips(Operator::kEqual, DecimalLiteral("12345678901334567890123456.789", 38)));
  EXPECT_FALSE(Bounded(Decimal(16, 2), "0.1", "0.1").Skips(Operator::kEqual, DecimalLiteral("0.11", 16)));
  EXPECT_TRUE(Bounded(Decimal(15, 2), "0.1", "0.1").Skips(Operator::kEqual, DecimalLiteral("0.11", 15)));
  EXPECT_TRUE(Bounded(Decimal(15, 2), "0.1", "0.1").Skips(Operator::kNotEqual, DecimalLiteral("0.10", 15)));
}

TEST(FilePruner, NanIsGreaterThanAllAndMayHide) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const File file = Bounded(Simple(TypeKind::kDouble), "1.0", "2.0");
  for (const Operator op : {Operator::kGreater, Operator::kGreaterEqual, Operator::kNotEqual}) {
    EXPECT_FALSE(file.Skips(op, L(3.0))) << static_cast<int>(op);
  }
  EXPECT_FALSE(file.Skips(Not(Node(Operator::kLess, {C(), L(3.0)}))));
  EXPECT_TRUE(file.Skips(Operator::kEqual, L(3.0)) && file.Skips(Operator::kEqual, L(0.5)));
  EXPECT_TRUE(file.Skips(Operator::kLess, L(1.0)) && file.Skips(Operator::kLessEqual, L(0.5)));
  for (const Operator op : {Operator::kEqual, Operator::kLess, Operator::kGreaterEqual, Operator::kIn}) {
    EXPECT_FALSE(file.Skips(op, L(nan))) << static_cast<int>(op);
  }
  EXPECT_FALSE(Bounded(Simple(TypeKind::kDouble), "1.0", "1.0").Skips(Operator::kNotEqual, L(1.0)));
  const File all_nan = Bounded(Simple(TypeKind::kDouble), R"("NaN")", R"("NaN")");
  EXPECT_FALSE(all_nan.Skips(Operator::kGreater, L(1.0)));
}

TEST(FilePruner, BothZerosAreOneNumber) {
  EXPECT_FALSE(Bounded(Simple(TypeKind::kDouble), "0.0", "0.0").Skips(Operator::kEqual, L(-0.0)));
  EXPECT_FALSE(Bounded(Simple(TypeKind::kFloat), "-0.0", "-0.0").Skips(Operator::kEqual, L(0.0F)));
  EXPECT_FALSE(Bounded(Simple(TypeKind::kDouble), "-1.0", "-0.0").Skips(Operator::kLessEqual, L(-1.0)));
}

TEST(FilePruner, LiteralsOfFloatColumnsAreRoundedOutwards) {
  for (const char* printed : {"3.14", "3.140000104904175"}) {
    const File file = Bounded(Simple(TypeKind::kFloat), printed, printed);
    EXPECT_FALSE(file.Skips(Operator::kEqual, L(3.14F)));
    EXPECT_FALSE(file.Skips(Operator::kEqual, L(3.14)));
    EXPECT_FALSE(file.Skips(Operator::kLessEqual, L(3.14)));
    EXPECT_FALSE(file.Skips(Node(Operator::kEqual, {expression::MakeCast(C(), arrow::float64()), L(double{3.14F})})));
    EXPECT_TRUE(file.Skips(Operator::kEqual, L(3.15)));
  }
}

TEST(FilePruner, TextsOf32CodePointsAndMoreMayBeCut) {
  const DataType text = Simple(TypeKind::kString);
  const std::string exact(31, 'a');
  const std::string cut(32, 'a');
  const auto quoted = [](const std::string& value) { return '"' + value + '"'; };
  EXPECT_TRUE(Bounded(text, quoted(exact), quoted(exact)).Skips(Operator::kNotEqual, L(exact)));
  EXPECT_FALSE(Bounded(text, quoted(cut), quoted(cut)).Skips(Operator::kNotEqual, L(cut)));
  // Unsigned bytes: é is above z.
  EXPECT_FALSE(Bounded(text, R"("a")", R"("é")").Skips(Operator::kEqual, L(std::string("z"))));
  EXPECT_TRUE(Bounded(text, R"("a")", R"("z")").Skips(Operator::kEqual, L(std::string("é"))));
}

TEST(FilePruner, LikeNeedsItsPrefix) {
  const File file = Bounded(Simple(TypeKind::kString), R"("abd")", R"("abf")");
  const auto skips = [&](const char* pattern) { return file.Skips(Operator::kLike, L(std::string(pattern))); };
  EXPECT_TRUE(skips("abc%") && skips("abg%") && skips("ab") && skips("abc_") && skips("b%") && skips("abfa%x"));
  EXPECT_FALSE(skips("abd%") || skips("abe_x%") || skips("ab%") || skips("%c") || skips("abe") || skips("abdzz%"));
  EXPECT_TRUE(skips("ab\\%%") && skips("ab\\_c"));
  EXPECT_TRUE(
      Bounded(Simple(TypeKind::kString), R"("a%b")", R"("a%b")").Skips(Operator::kLike, L(std::string("a_%c"))) ==
      false);
  EXPECT_FALSE(
      Bounded(Simple(TypeKind::kString), R"("a%b")", R"("a%b")").Skips(Operator::kLike, L(std::string("a\\%b"))));
  EXPECT_FALSE(file.Skips(Not(Node(Operator::kLike, {C(), L(std::string("abc%"))}))));
}

TEST(FilePruner, BooleanBoundsOfOtherWritersAreUsed) {
  const File file = Bounded(Simple(TypeKind::kBoolean), "false", "false");
  EXPECT_TRUE(file.Skips(C()));
  EXPECT_FALSE(file.Skips(Not(C())));
  EXPECT_TRUE(file.Skips(Operator::kEqual, L(true)));
  EXPECT_TRUE(file.Skips(Operator::kNullSafeEqual, L(true)));
  EXPECT_FALSE(file.Skips(Operator::kNullSafeEqual, L(false)));
  EXPECT_FALSE((File{Simple(TypeKind::kBoolean), R"({"numRecords":1,"nullCount":{"c":0}})"}.Skips(C())));
}

TEST(FilePruner, LosslessCastsAreLookedThrough) {
  const File file = Bounded(Simple(TypeKind::kInteger), "10", "20");
  const auto cast = [](const std::shared_ptr<arrow::DataType>& type) { return expression::MakeCast(C(), type); };
  EXPECT_TRUE(file.Skips(Node(Operator::kGreater, {cast(arrow::int64()), L(std::int64_t{3'000'000'000})})));
  EXPECT_TRUE(file.Skips(Node(Operator::kGreater, {cast(arrow::float64()), L(20.5)})));
  EXPECT_FALSE(file.Skips(Node(Operator::kGreater, {cast(arrow::float64()), L(19.5)})));
  EXPECT_TRUE(file.Skips(Node(Operator::kLess, {cast(arrow::decimal128(12, 2)), DecimalLiteral("9.99", 12)})));
  EXPECT_FALSE(file.Skips(Node(Operator::kLessEqual, {cast(arrow::decimal128(12, 2)), DecimalLiteral("10.00", 12)})));
  EXPECT_FALSE(file.Skips(Node(Operator::kEqual, {cast(arrow::int8()), L(std::int8_t{5})})));
  EXPECT_FALSE(file.Skips(Node(Operator::kEqual, {cast(arrow::utf8()), L(std::string("5"))})));
  EXPECT_FALSE(Bounded(kLong, "10", "20").Skips(Node(Operator::kEqual, {cast(arrow::float64()), L(5.0)})));
  EXPECT_TRUE(Bounded(kLong, "10", "20", 10).Skips(Node(Operator::kEqual, {cast(arrow::utf8()), L(std::string("5"))})));
}

TEST(FilePruner, ColumnsAreFoundInStructsByTheirPhysicalNames) {
  const TableSchema schema{
      .fields = {Named("s", {.kind = TypeKind::kStruct, .fields = {Named("a", kLong, "col-a")}}, "col-s"),
                 Named("l", {.kind = TypeKind::kArray, .fields = {Named("element", kLong)}})}};
  const FilePruner pruner = Pruner(Node(Operator::kGreater, {MakeColumn({"s", "a"}), L(std::int64_t{5})}), schema);
  StatisticsParser parser(pruner.leaves());
  std::string reason;
  EXPECT_EQ(pruner.Test(PartitionValues{}, parser.Parse(R"({"maxValues":{"col-s":{"col-a":5}}})"), 0, &reason),
            Verdict::kSkip);
  EXPECT_EQ(reason, "s.a: max 5 <= 5");
  EXPECT_EQ(pruner.Test(PartitionValues{}, parser.Parse(R"({"maxValues":{"s":{"a":5}}})"), 0), Verdict::kKeep);
  EXPECT_TRUE(Pruner(Node(Operator::kIsNull, {MakeColumn({"l"})}), schema).leaves().empty());
  EXPECT_TRUE(Pruner(Node(Operator::kIsNull, {MakeColumn({"s"})}), schema).leaves().empty());
}

TEST(FilePruner, ReasonNamesColumnAndBound) {
  const auto reason = [](const File& file, const Expression& condition) {
    std::string text;
    EXPECT_EQ(file.Test(condition, &text), Verdict::kSkip);
    return text;
  };
  const File file = Bounded(kLong, "10", "20");
  EXPECT_EQ(reason(file, Node(Operator::kEqual, {C(), L(std::int64_t{5})})), "c: min 10 > 5");
  EXPECT_EQ(reason(file, Node(Operator::kGreaterEqual, {C(), L(std::int64_t{21})})), "c: max 20 < 21");
  EXPECT_EQ(reason(file, Node(Operator::kIn, {C(), L(std::int64_t{5}), L(std::int64_t{25})})),
            "c: none of 2 values in 10 … 20");
  EXPECT_EQ(reason(file, Node(Operator::kIsNull, {C()})), "c: NULL in no row");
  EXPECT_EQ(reason(file, Node(Operator::kOr, {Node(Operator::kLess, {C(), L(std::int64_t{1})}),
                                              Node(Operator::kGreater, {C(), L(std::int64_t{99})})})),
            "c: min 10 >= 1; c: max 20 <= 99");
  EXPECT_EQ(reason(Bounded(Simple(TypeKind::kDate), R"("2024-01-01")", R"("2024-02-01")"),
                   Node(Operator::kLess, {C(), MakeLiteral(std::make_shared<arrow::Date32Scalar>(0))})),
            "c: min 2024-01-01 >= 1970-01-01");
}

/// Partitioned by p, with a data column c.
struct PartitionedFile {
  DataType type = Simple(TypeKind::kString);
  std::optional<std::string> value = {};

  Verdict Test(const Expression& condition, std::string* reason = nullptr) const {
    const TableSchema schema{.fields = {Named("c", kLong), Named("p", type, "col-p")}};
    const FilePruner pruner = Pruner(condition, schema, "p");
    StatisticsParser parser(pruner.leaves());
    const char* stats = R"({"numRecords":10,"minValues":{"c":10},"maxValues":{"c":20},"nullCount":{"c":0}})";
    return pruner.Test(PartitionValues{{"col-p", value}}, parser.Parse(stats), 0, reason);
  }
};

Expression Typed(Expression expression, std::shared_ptr<arrow::DataType> type) {
  expression.type = std::move(type);
  return expression;
}
Expression P(std::shared_ptr<arrow::DataType> type = arrow::utf8()) { return Typed(C("p"), std::move(type)); }
Expression Typed(Operator op, std::vector<Expression> arguments) {
  for (Expression& argument : arguments) {
    if (argument.literal) argument.type = argument.literal->type;
  }
  return Typed(Node(op, std::move(arguments)), arrow::boolean());
}

TEST(FilePruner, PartitionValuesDecideForAllRows) {
  const PartitionedFile file{.value = "de"};
  std::string reason;
  EXPECT_EQ(file.Test(Typed(Operator::kEqual, {P(), L(std::string("de"))}), &reason), Verdict::kAllMatch);
  EXPECT_EQ(reason, "p=de");
  EXPECT_EQ(file.Test(Typed(Operator::kEqual, {P(), L(std::string("fr"))}), &reason), Verdict::kSkip);
  EXPECT_EQ(reason, "p=de");
  EXPECT_EQ(file.Test(Typed(Operator::kNot, {Typed(Operator::kEqual, {P(), L(std::string("fr"))})})),
            Verdict::kAllMatch);
  EXPECT_EQ(file.Test(Typed(Operator::kIsNull, {P()})), Verdict::kSkip);
  EXPECT_EQ(file.Test(Typed(Operator::kLike, {P(), L(std::string("_e"))})), Verdict::kAllMatch);
}

TEST(FilePruner, NullPartitionValueIsTrueOfNothingButNullTests) {
  for (const auto& value : {std::optional<std::string>(), std::optional<std::string>("")}) {
    const PartitionedFile file{.value = value};
    EXPECT_EQ(file.Test(Typed(Operator::kEqual, {P(), L(std::string("de"))})), Verdict::kSkip);
    EXPECT_EQ(file.Test(Typed(Operator::kNotEqual, {P(), L(std::string("de"))})), Verdict::kSkip);
    EXPECT_EQ(file.Test(Typed(Operator::kIsNull, {P()})), Verdict::kAllMatch);
  }
}

TEST(FilePruner, PartitionValuesAreComparedAsTheirType) {
  const PartitionedFile file{.type = Simple(TypeKind::kDouble), .value = "2021.0"};
  EXPECT_EQ(file.Test(Typed(Operator::kEqual, {P(arrow::float64()), L(2021.0)})), Verdict::kAllMatch);
  const PartitionedFile instant{.type = Simple(TypeKind::kTimestamp), .value = "2024-06-15T12:00:00.000000Z"};
  const auto type = arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");
  EXPECT_EQ(instant.Test(Typed(Operator::kEqual, {P(type), Micros(1'718'452'800'000'000)})), Verdict::kAllMatch);
  EXPECT_EQ(instant.Test(Typed(Operator::kEqual, {P(type), Micros(1'718'452'800'000'001)})), Verdict::kSkip);
}

TEST(FilePruner, PartitionsAndStatisticsWorkTogether) {
  const PartitionedFile file{.value = "de"};
  const Expression here = Typed(Operator::kEqual, {P(), L(std::string("de"))});
  const Expression elsewhere = Typed(Operator::kEqual, {P(), L(std::string("fr"))});
  const auto above = [](std::int64_t value) {
    return Typed(Operator::kGreater, {Typed(C(), arrow::int64()), L(value)});
  };
  EXPECT_EQ(file.Test(Typed(Operator::kAnd, {here, above(15)})), Verdict::kKeep);
  EXPECT_EQ(file.Test(Typed(Operator::kAnd, {here, above(20)})), Verdict::kSkip);
  EXPECT_EQ(file.Test(Typed(Operator::kOr, {here, above(20)})), Verdict::kAllMatch);
  EXPECT_EQ(file.Test(Typed(Operator::kOr, {elsewhere, above(20)})), Verdict::kSkip);
  EXPECT_EQ(file.Test(Typed(Operator::kOr, {elsewhere, above(15)})), Verdict::kKeep);
}

TEST(FilePruner, PartitionValueThatIsNoneOfItsTypeIsAnError) {
  const TableSchema schema{.fields = {Named("c", kLong), Named("p", kLong)}};
  const FilePruner pruner = Pruner(Typed(Operator::kEqual, {P(arrow::int64()), L(std::int64_t{1})}), schema, "p");
  EXPECT_THAT(pruner.TestPartition({{"p", "x"}}), FailsWith(core::ErrorKind::kCorruption, HasSubstr("'p'")));
  EXPECT_EQ(pruner.Test(PartitionValues{{"p", "x"}}, nullptr, 0), Verdict::kKeep);
  ASSERT_OK_AND_ASSIGN(const auto missing, pruner.TestPartition({}));
  EXPECT_EQ(pruner.Test(missing, nullptr, 0), Verdict::kSkip);
}

TEST(FilePruner, AConditionThatCannotBeAnsweredSkipsNothing) {
  const auto number = Typed(expression::MakeCast(P(), arrow::int64()), arrow::int64());
  const Expression condition = Typed(Operator::kEqual, {number, L(std::int64_t{1})});
  EXPECT_EQ(PartitionedFile{.value = "1"}.Test(condition), Verdict::kAllMatch);
  EXPECT_EQ(PartitionedFile{.value = "2"}.Test(condition), Verdict::kSkip);
  EXPECT_EQ(PartitionedFile{.value = "x"}.Test(condition), Verdict::kKeep) << "the rows will say why";
}

TEST(FilePruner, ConstantsDecideForAll) {
  const File file = Bounded(kLong, "10", "20");
  EXPECT_EQ(file.Test(L(true)), Verdict::kAllMatch);
  EXPECT_EQ(file.Test(L(false)), Verdict::kSkip);
  EXPECT_EQ(file.Test(Null(arrow::boolean())), Verdict::kSkip);
}

TEST(LiteralRange, LiesBetweenTheValuesThatTheColumnCanHold) {
  const auto decimal = [](std::int64_t unscaled) {
    return arrow::Decimal128Scalar(arrow::Decimal128(unscaled), arrow::decimal128(5, 1));
  };
  const DataType whole{.kind = TypeKind::kInteger};
  EXPECT_EQ(RangeOf(decimal(15), whole)->low, StatisticValue(Int128{1}));
  EXPECT_EQ(RangeOf(decimal(15), whole)->high, StatisticValue(Int128{2}));
  EXPECT_EQ(RangeOf(decimal(-15), whole)->low, StatisticValue(Int128{-2}));
  EXPECT_EQ(RangeOf(decimal(-15), whole)->high, StatisticValue(Int128{-1}));
  EXPECT_FALSE(RangeOf(arrow::DoubleScalar(1), {.kind = TypeKind::kDecimal, .precision = 5, .scale = 1}).has_value());
  const auto tenth = RangeOf(arrow::DoubleScalar(0.3), {.kind = TypeKind::kFloat});  // 0.3f is above
  EXPECT_LT(std::get<double>(tenth->low), 0.3);
  EXPECT_GT(std::get<double>(tenth->high), 0.3);
  const auto inexact = RangeOf(decimal(1), {.kind = TypeKind::kDouble});
  EXPECT_LT(std::get<double>(inexact->low), 0.1);
  EXPECT_GT(std::get<double>(inexact->high), 0.1);
}

}  // namespace
}  // namespace sluice::delta

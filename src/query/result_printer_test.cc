#include "query/result_printer.h"

#include "tests/support/duckdb_session.h"

namespace sluice::query {
namespace {

using core::ErrorKind;
using ::sluice::testing::FailsWith;
using ::testing::HasSubstr;

class Printer : public sluice::testing::DuckDbTest {
 protected:
  std::string Print(const std::string& sql, RowFormat format, std::uint64_t rows_max = 0) {
    core::Result<QueryResult> result = session_->Query(sql);
    if (!result.has_value()) return result.error().ToString();
    std::string text;
    const Sink sink = [&text](std::string_view piece) {
      text += piece;
      return core::Ok();
    };
    EXPECT_OK(PrintRows(*result, {.format = format, .rows_max = rows_max}, sink));
    return text;
  }
};

const char* const kRows =
    "SELECT * FROM (VALUES ('ü', 1.50, NULL), ('日本', -20.25, ''), ('a|b,\"c\"' || chr(10) || 'd', 0, ' x')) t(name, "
    "n, t)";

TEST_F(Printer, TextIsAligned) {
  EXPECT_EQ(Print(kRows, RowFormat::kText),
            "name             n  t\n"
            "----------  ------  ----\n"
            "ü             1.50  NULL\n"
            "日本        -20.25\n"
            "a|b,\"c\"\\nd    0.00   x\n"
            "(3 rows)\n");
}

TEST_F(Printer, TextSaysHowManyRowsAreLeftOut) {
  EXPECT_EQ(Print("SELECT i FROM range(5000) t(i)", RowFormat::kText, 2), "i\n-\n0\n1\n(2 of 5,000 rows)\n");
  EXPECT_EQ(Print("SELECT 1 AS i", RowFormat::kText, 2), "i\n-\n1\n(1 row)\n");
  EXPECT_EQ(Print("SELECT 1 AS i WHERE false", RowFormat::kText, 2), "i\n-\n(0 rows)\n");
}

TEST_F(Printer, JsonIsAnArrayOfObjects) {
  EXPECT_EQ(Print(kRows, RowFormat::kJson),
            "[\n{\"name\":\"ü\",\"n\":1.50,\"t\":null},\n{\"name\":\"日本\",\"n\":-20.25,\"t\":\"\"},\n"
            "{\"name\":\"a|b,\\\"c\\\"\\nd\",\"n\":0.00,\"t\":\" x\"}\n]\n");
  EXPECT_EQ(Print("SELECT 1 WHERE false", RowFormat::kJson), "[]\n");
}

TEST_F(Printer, JsonlIsOneObjectPerLine) {
  EXPECT_EQ(Print("SELECT i FROM range(3) t(i)", RowFormat::kJsonl, 2), "{\"i\":0}\n{\"i\":1}\n");
}

TEST_F(Printer, CsvTellsNullFromEmpty) {
  EXPECT_EQ(Print(kRows, RowFormat::kCsv), "name,n,t\nü,1.50,\n日本,-20.25,\"\"\n\"a|b,\"\"c\"\"\nd\",0.00,\" x\"\n");
}

TEST_F(Printer, MarkdownEscapesItsOwnCharacters) {
  EXPECT_EQ(Print(kRows, RowFormat::kMd),
            "| name | n | t |\n| --- | ---: | --- |\n| ü | 1.50 |  |\n| 日本 | -20.25 |  |\n"
            "| a\\|b,\"c\"<br>d | 0.00 |  x |\n");
}

TEST_F(Printer, LongResultsComeInPieces) {
  ASSERT_OK_AND_ASSIGN(QueryResult result, session_->Query("SELECT repeat('x', 100) AS x FROM range(10000)"));
  std::size_t pieces = 0;
  std::size_t largest = 0;
  const Sink sink = [&](std::string_view piece) {
    ++pieces;
    largest = std::max(largest, piece.size());
    return core::Ok();
  };
  ASSERT_OK_AND_ASSIGN(const PrintedRows rows, PrintRows(result, {.format = RowFormat::kCsv}, sink));
  EXPECT_EQ(rows.printed, 10'000U);
  EXPECT_EQ(rows.total, 10'000U);
  EXPECT_GT(pieces, 10U);
  EXPECT_LT(largest, 70'000U);
}

TEST_F(Printer, FailingSinkStops) {
  ASSERT_OK_AND_ASSIGN(QueryResult result, session_->Query("SELECT 1"));
  const Sink sink = [](std::string_view) -> core::Status { return core::IoError("pipe closed"); };
  EXPECT_THAT(PrintRows(result, {}, sink), FailsWith(ErrorKind::kIo, HasSubstr("pipe closed")));
}

TEST(RowFormat, UnknownNameGetsASuggestion) {
  EXPECT_EQ(*ParseRowFormat("jsonl"), RowFormat::kJsonl);
  EXPECT_THAT(ParseRowFormat("jsn"), FailsWith(ErrorKind::kUsage, HasSubstr("did you mean json?")));
}

}  // namespace
}  // namespace sluice::query

#include "query/session.h"

#include <atomic>
#include <filesystem>
#include <thread>

#include "query/scan_report.h"
#include "tests/support/duckdb_session.h"
#include "tests/support/scratch_folder.h"

namespace sluice::query {
namespace {

using core::ErrorKind;
using ::sluice::testing::FailsWith;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SessionTest : public sluice::testing::DuckDbTest {
 protected:
  std::string Json(const std::string& expression) {
    core::Result<QueryResult> result = session_->Query("SELECT " + expression);
    if (!result.has_value()) return result.error().ToString();
    EXPECT_TRUE(result->Next());
    std::string json;
    result->AppendJson(0, json);
    return json;
  }
};

TEST_F(SessionTest, ScalarsReadAsDuckDbCastsThem) {
  const char* const expressions[] = {"true",
                                     "(-128)::TINYINT",
                                     "(-32768)::SMALLINT",
                                     "-2147483648",
                                     "-9223372036854775808",
                                     "255::UTINYINT",
                                     "65535::USMALLINT",
                                     "4294967295::UINTEGER",
                                     "18446744073709551615::UBIGINT",
                                     "(-170141183460469231731687303715884105728)::HUGEINT",
                                     "170141183460469231731687303715884105727::HUGEINT",
                                     "340282366920938463463374607431768211455::UHUGEINT",
                                     "0.1::DOUBLE",
                                     "1::DOUBLE",
                                     "1e22::DOUBLE",
                                     "1e-7::DOUBLE",
                                     "123456789.125::DOUBLE",
                                     "'inf'::DOUBLE",
                                     "'-inf'::FLOAT",
                                     "'nan'::DOUBLE",
                                     "0.1::FLOAT",
                                     "1.5::DECIMAL(3,1)",
                                     "(-0.05)::DECIMAL(4,2)",
                                     "123456789.12::DECIMAL(12,2)",
                                     "(-0.00000000000000000001)::DECIMAL(38,20)",
                                     "99999999999999999999999999999999999999::DECIMAL(38,0)",
                                     "DATE '2025-10-28'",
                                     "DATE '0044-03-15 (BC)'",
                                     "DATE '12025-01-01'",
                                     "'infinity'::DATE",
                                     "'-infinity'::TIMESTAMP",
                                     "TIME '05:00:03.250'",
                                     "TIME '24:00:00'",
                                     "TIMESTAMP '2025-10-28 05:00:03.000001'",
                                     "TIMESTAMP '1969-12-31 23:59:59.9'",
                                     "TIMESTAMP_S '2025-10-28 05:00:03'",
                                     "TIMESTAMP_MS '1969-12-31 23:59:59.999'",
                                     "TIMESTAMP_NS '2025-10-28 05:00:03.123456789'",
                                     "TIMESTAMPTZ '2025-10-28 05:00:03+07'",
                                     "TIMETZ '05:00:03.5+07:30'",
                                     "TIMETZ '05:00:03-12'",
                                     "INTERVAL 0 DAY",
                                     "INTERVAL '1 year 2 months -3 days 04:05:06.7'",
                                     "INTERVAL (-90) MINUTE",
                                     "INTERVAL 13 MONTH",
                                     "UUID '00112233-4455-6677-8899-aabbccddeeff'",
                                     "UUID 'ff112233-4455-6677-8899-aabbccddeeff'",
                                     "''",
                                     "'twelve bytes'",
                                     "'thirteen bytes and more, ü 日本'",
                                     "'\\x00\\xFF\\x41 b'::BLOB",
                                     "'0101101'::BIT",
                                     "'b'::ENUM('a', 'b')",
                                     "NULL",
                                     "NULL::INTEGER",
                                     "'{\"a\": 1}'::JSON"};
  for (const char* expression : expressions) {
    const std::string sql = std::string("SELECT ") + expression + ", CAST(" + expression + " AS VARCHAR)";
    ASSERT_OK_AND_ASSIGN(QueryResult result, session_->Query(sql));
    ASSERT_TRUE(result.Next());
    EXPECT_EQ(result.Text(0), result.Text(1)) << expression << " of type " << result.columns()[0].type;
    EXPECT_EQ(result.is_null(0), result.is_null(1)) << expression;
    EXPECT_FALSE(result.Next());
  }
}

TEST_F(SessionTest, ValuesAreExactJson) {
  EXPECT_EQ(Json("170141183460469231731687303715884105727::HUGEINT"), "170141183460469231731687303715884105727");
  EXPECT_EQ(Json("0.10::DECIMAL(4,2)"), "0.10");
  EXPECT_EQ(Json("'nan'::DOUBLE"), "\"nan\"");
  EXPECT_EQ(Json("true"), "true");
  EXPECT_EQ(Json("NULL"), "null");
  EXPECT_EQ(Json("'a\"b'"), "\"a\\\"b\"");
  EXPECT_EQ(Json("DATE '2025-10-28'"), "\"2025-10-28\"");
  EXPECT_EQ(Json("'{\"a\": 1}'::JSON"), "{\"a\": 1}");
}

TEST_F(SessionTest, NestedValuesAreJson) {
  EXPECT_EQ(Json("[1, NULL, 3]"), "[1,null,3]");
  EXPECT_EQ(Json("[]::INTEGER[]"), "[]");
  EXPECT_EQ(Json("[1, 2]::TINYINT[2]"), "[1,2]");
  EXPECT_EQ(Json("{'a': 1, 'b c': [{'d': 'x'}]}"), "{\"a\":1,\"b c\":[{\"d\":\"x\"}]}");
  EXPECT_EQ(Json("MAP {'k': 1, 'l': NULL}"), "{\"k\":1,\"l\":null}");
  EXPECT_EQ(Json("MAP {1: 'a'}"), "[{\"key\":1,\"value\":\"a\"}]");
  EXPECT_EQ(Json("union_value(num := 2)::UNION(num INTEGER, str VARCHAR)"), "2");
  EXPECT_EQ(Rows("SELECT [1.5, 2.25], {'a': DATE '2025-01-01'}"), "[1.50,2.25]|{\"a\":\"2025-01-01\"}");
}

TEST_F(SessionTest, NestedValuesBeyondTheFirstRow) {
  EXPECT_EQ(Rows("SELECT [i, i + 1], [i]::BIGINT[1], {'s': 'v' || i} FROM range(3) t(i)"),
            "[0,1]|[0]|{\"s\":\"v0\"}\n[1,2]|[1]|{\"s\":\"v1\"}\n[2,3]|[2]|{\"s\":\"v2\"}");
}

TEST_F(SessionTest, ManyBlocksComeInOrder) {
  ASSERT_OK_AND_ASSIGN(QueryResult result,
                       session_->Query("SELECT i, CASE WHEN i % 3 = 0 THEN NULL ELSE i END FROM range(10000) t(i)"));
  std::int64_t expected = 0;
  while (result.Next()) {
    ASSERT_EQ(result.Text(0), std::to_string(expected));
    ASSERT_EQ(result.is_null(1), expected % 3 == 0);
    ++expected;
  }
  EXPECT_EQ(expected, 10'000);
  EXPECT_FALSE(result.Next());
  ASSERT_OK_AND_ASSIGN(QueryResult again, session_->Query("FROM range(10000)"));
  ASSERT_TRUE(again.Next());
  EXPECT_EQ(again.SkipRest(), 9'999U);
  EXPECT_FALSE(again.Next());
}

TEST_F(SessionTest, ValuesAreBoundNotPasted) {
  const std::vector<Value> values = {std::string("x'; DROP TABLE t; --"), std::int64_t{7}, true, 0.5, std::monostate{}};
  EXPECT_EQ(Rows("SELECT ?, ?, ?, ?, ?", values), "x'; DROP TABLE t; --|7|true|0.5|NULL");
  EXPECT_THAT(Rows("SELECT ?"), HasSubstr("has 1 parameters and 0 values"));
}

TEST_F(SessionTest, ReadingStatementsRun) {
  ASSERT_OK(session_->Execute("CREATE TABLE t(a INTEGER); INSERT INTO t VALUES (1)"));
  for (const char* sql : {"SELECT * FROM t", "FROM t;", "WITH x AS (SELECT 1) SELECT * FROM x", "VALUES (1)",
                          "SHOW TABLES", "DESCRIBE t", "SUMMARIZE t", "PRAGMA table_info('t')", "EXPLAIN SELECT 1",
                          "EXPLAIN ANALYZE SELECT * FROM t", "EXPLAIN (FORMAT JSON) FROM t"}) {
    EXPECT_THAT(session_->Query(sql), sluice::testing::IsOk()) << sql;
  }
}

TEST_F(SessionTest, WritingStatementsAreRefusedBeforeTheyRun) {
  const sluice::testing::ScratchFolder folder;
  ASSERT_OK(session_->Execute("CREATE TABLE t(a INTEGER)"));
  const std::string copy = "COPY (SELECT 1) TO '" + folder.path() + "/x.csv'";
  for (const std::string& sql : {std::string("INSERT INTO t VALUES (1)"),
                                 std::string("DELETE FROM t"),
                                 std::string("UPDATE t SET a = 1"),
                                 std::string("CREATE TABLE u(a INTEGER)"),
                                 std::string("CREATE VIEW v AS SELECT 1"),
                                 std::string("DROP TABLE t"),
                                 std::string("ALTER TABLE t ADD COLUMN b INTEGER"),
                                 std::string("ATTACH '") + folder.path() + "/x.db'",
                                 copy,
                                 "EXPLAIN ANALYZE " + copy,
                                 "EXPLAIN (ANALYZE) " + copy,
                                 "EXPLAIN /* SELECT */ ANALYZE " + copy,
                                 "EXPORT DATABASE '" + folder.path() + "/d'",
                                 std::string("SET threads = 1"),
                                 std::string("PRAGMA threads = 1"),
                                 "PREPARE p AS " + copy,
                                 std::string("INSTALL httpfs"),
                                 std::string("LOAD httpfs"),
                                 std::string("BEGIN"),
                                 std::string("CALL duckdb_functions()"),
                                 std::string("WITH x AS (SELECT 1) INSERT INTO t FROM x"),
                                 std::string("EXPLAIN ANALYZE INSERT INTO t VALUES (1)"),
                                 std::string("INSERT INTO t VALUES (1) RETURNING a"),
                                 std::string("VACUUM"),
                                 std::string("CHECKPOINT")}) {
    EXPECT_THAT(session_->Query(sql), FailsWith(ErrorKind::kInvalidInput, HasSubstr("refused"))) << sql;
  }
  EXPECT_THAT(session_->Query("SELECT 1; SELECT 2"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("one statement")));
  EXPECT_THAT(session_->Query(""), FailsWith(ErrorKind::kInvalidInput, HasSubstr("0 were given")));
  EXPECT_EQ(Rows("SELECT count(*) FROM t"), "0");
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST_F(SessionTest, ErrorsHaveTheirKinds) {
  EXPECT_THAT(session_->Query("SELEC 1"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("Parser Error")));
  EXPECT_THAT(session_->Query("SELECT nope FROM range(1)"),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("Binder Error")));
  EXPECT_THAT(session_->Query("FROM nope"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("--table name=PATH")));
  EXPECT_THAT(session_->Query("SELECT 'x'::INTEGER"),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("Conversion Error")));
  EXPECT_THAT(session_->Query("FROM '/no/such.parquet'"),
              FailsWith(ErrorKind::kNotFound, HasSubstr("/no/such.parquet")));
}

TEST_F(SessionTest, DamagedParquetIsCorruption) {
  const sluice::testing::ScratchFolder folder;
  ASSERT_OK(session_->Execute("COPY (SELECT 1) TO '" + (folder / "a.parquet") + "' (FORMAT parquet)"));
  std::filesystem::resize_file(folder / "a.parquet", std::filesystem::file_size(folder / "a.parquet") - 3);
  EXPECT_THAT(session_->Query("FROM '" + (folder / "a.parquet") + "'"),
              FailsWith(ErrorKind::kCorruption, HasSubstr("a.parquet")));
}

TEST_F(SessionTest, MemoryLimitIsKept) {
  ASSERT_OK_AND_ASSIGN(const auto small, Session::Open(library_, {.threads = 1, .memory_bytes_max = 32 << 20}));
  ASSERT_OK(small->Execute("SET max_temp_directory_size = '0B'"));
  EXPECT_THAT(small->Query("SELECT list(i::VARCHAR) FROM range(10000000) t(i)"),
              FailsWith(ErrorKind::kLimitExceeded, HasSubstr("--memory")));
}

TEST_F(SessionTest, ReadOnlyDatabaseRefusesToChange) {
  const sluice::testing::ScratchFolder folder;
  {
    ASSERT_OK(Session::Open(library_, {.database = folder / "a.db"}));
  }
  ASSERT_OK_AND_ASSIGN(const auto session, Session::Open(library_, {.database = folder / "a.db", .read_only = true}));
  EXPECT_THAT(session->Execute("CREATE TABLE t(a INTEGER)"),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("read-only")));
  EXPECT_THAT(Session::Open(library_, {.database = folder / "no/a.db", .read_only = true}),
              FailsWith(ErrorKind::kNotFound, HasSubstr("no/a.db")));
}

TEST_F(SessionTest, InterruptStopsAStatement) {
  std::atomic<bool> done = false;
  std::jthread interrupter([&] {
    while (!done) {
      session_->Interrupt();
      std::this_thread::yield();
    }
  });
  EXPECT_THAT(session_->Query("SELECT count(*) FROM range(100000000000) a"),
              FailsWith(ErrorKind::kCancelled, ::testing::_));
  done = true;
}

TEST_F(SessionTest, ReportSaysWhichFilesWereSkipped) {
  const sluice::testing::ScratchFolder folder;
  ASSERT_OK(session_->Execute("COPY (SELECT i AS a, i % 3 AS p FROM range(9) t(i)) TO '" + (folder / "h") +
                              "' (FORMAT parquet, PARTITION_BY (p))"));
  const std::string from = " FROM read_parquet('" + (folder / "h") + "/**/*.parquet')";
  ASSERT_OK_AND_ASSIGN(const ScanReport report, ReportScans(*session_, "SELECT *" + from + " WHERE p = 1 AND a > 3"));
  ASSERT_EQ(report.scans.size(), 1U);
  EXPECT_EQ(report.scans[0].files_total, 3U);
  EXPECT_EQ(report.scans[0].files_read, 1U);
  EXPECT_THAT(report.scans[0].file_filters, HasSubstr("p = 1"));
  EXPECT_THAT(report.scans[0].row_filters, HasSubstr("3"));
  EXPECT_GT(report.scans[0].rows_scanned, 0U);
  EXPECT_THAT(report.scans[0].paths_read, AnyOf(IsEmpty(), ElementsAre(HasSubstr("/p=1/"))));
  EXPECT_THAT(FormatScanReport(report), HasSubstr("1 of 3 files read"));
  ASSERT_OK_AND_ASSIGN(const ScanReport all, ReportScans(*session_, "EXPLAIN SELECT sum(a)" + from));
  EXPECT_EQ(all.scans[0].files_total, 3U);
  EXPECT_EQ(all.scans[0].files_read, 3U);
  EXPECT_THAT(ReportScans(*session_, "DROP TABLE t"), FailsWith(ErrorKind::kInvalidInput, ::testing::_));
}

}  // namespace
}  // namespace sluice::query

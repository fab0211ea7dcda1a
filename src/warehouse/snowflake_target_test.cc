#include <map>
#include <nlohmann/json.hpp>

#include "storage/memory_file_system.h"
#include "tests/support/result_matchers.h"
#include "warehouse/snowflake_outcome.h"
#include "warehouse/snowflake_text.h"
#include "warehouse/snowflake_url.h"

namespace sluice::warehouse {
namespace {

using core::ErrorKind;
using snowflake::QueryResult;
using testing::FailsWith;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<LoadFile> TwoFiles() {
  return {{.unique_name = "a-1a2b3c4d.parquet", .rows = 3}, {.unique_name = "b-5e6f7a8b.parquet", .rows = 4}};
}

QueryResult Rows(const std::vector<std::string>& names, const nlohmann::json& rows) {
  nlohmann::json data{{"queryId", "q1"}, {"queryResultFormat", "json"}, {"total", rows.size()}, {"rowset", rows}};
  data["rowtype"] = nlohmann::json::array();
  for (const std::string& name : names) data["rowtype"].push_back({{"name", name}, {"type", "text"}});
  return *QueryResult::Parse(data);
}

const std::vector<std::string> kCopyColumns{"file",        "status",      "rows_parsed",
                                            "rows_loaded", "first_error", "first_error_line"};

TEST(SnowflakeOutcome, EachFileIsJudgedByItsOwnRow) {
  const auto outcomes = OutcomesOfCopy(
      Rows(kCopyColumns, nlohmann::json::parse(R"([["s/t/B-5e6f7a8b.parquet","LOADED","4","4",null,null],)"
                                               R"(["s/t/a-1a2b3c4d.parquet","LOAD_FAILED","0","0","bad value","7"]])")),
      TwoFiles());
  EXPECT_EQ(outcomes[0].fate, FileFate::kFailed);
  EXPECT_THAT(outcomes[0].reason, HasSubstr("bad value, line 7"));
  EXPECT_EQ(outcomes[1].fate, FileFate::kLoaded);
  EXPECT_EQ(outcomes[1].rows, 4U);
  EXPECT_EQ(outcomes[1].query_id, "q1");
}

TEST(SnowflakeOutcome, WhatIsNotUnderstoodIsUnknown) {
  for (const char* rows : {R"([["s/a-1a2b3c4d.parquet","LOAD_SKIPPED","0","0",null,null]])", R"([])",
                           R"([["s/a-1a2b3c4d.parquet","LOADED","3","many",null,null]])"}) {
    const auto outcomes = OutcomesOfCopy(Rows(kCopyColumns, nlohmann::json::parse(rows)), TwoFiles());
    EXPECT_EQ(outcomes[0].fate, FileFate::kUnknown) << rows;
    EXPECT_EQ(outcomes[1].fate, FileFate::kUnknown) << rows;
  }
  const auto nothing = OutcomesOfCopy(Rows({"status"}, {{"Copy executed with 0 files processed."}}), TwoFiles());
  EXPECT_EQ(nothing[0].fate, FileFate::kUnknown);
  EXPECT_THAT(nothing[0].reason, HasSubstr("0 files processed"));
}

TEST(SnowflakeOutcome, APartialLoadCountsWhatWasRejected) {
  const auto outcomes = OutcomesOfHistory(Rows({"FILE_NAME", "STATUS", "ROW_COUNT", "ROW_PARSED"},
                                               {{"t/a-1a2b3c4d.parquet", "Partially loaded", "2", "3"}}),
                                          TwoFiles());
  EXPECT_EQ(outcomes[0].fate, FileFate::kLoaded);
  EXPECT_EQ(outcomes[0].rows, 2U);
  EXPECT_EQ(outcomes[0].rows_rejected, 1U);
  EXPECT_EQ(outcomes[1].fate, FileFate::kUnknown);
  EXPECT_EQ(outcomes[1].reason, "");
}

TEST(SnowflakeOutcome, ARefusalThatNamesAFileIsThatFilesAlone) {
  ASSERT_OK_AND_ASSIGN(const auto failed,
                       OutcomesOfRefusal(core::InvalidInput("bad value File 's/b-5e6f7a8b.parquet'"), TwoFiles()));
  EXPECT_EQ(failed[0].fate, FileFate::kNotLoaded);
  EXPECT_EQ(failed[1].fate, FileFate::kFailed);
  ASSERT_OK_AND_ASSIGN(
      const auto gone,
      OutcomesOfRefusal(core::InvalidInput("Remote file 's/a-1a2b3c4d.parquet' was not found."), TwoFiles()));
  EXPECT_EQ(gone[0].fate, FileFate::kNotStaged);
  EXPECT_THAT(OutcomesOfRefusal(core::OutcomeUnknown("a-1a2b3c4d.parquet"), TwoFiles()),
              FailsWith(ErrorKind::kOutcomeUnknown, HasSubstr("a-1a")));
  EXPECT_THAT(OutcomesOfRefusal(core::InvalidInput("syntax"), TwoFiles()),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("syntax")));
}

schema::Schema FileSchema() {
  return {.fields = {{.name = "id", .type = schema::Simple(schema::TypeKind::kInt64)},
                     {.name = "meta", .type = schema::Simple(schema::TypeKind::kJson)}}};
}
TargetColumn ColumnOf(const char* name, const char* type) {
  return {.name = name, .type = type, .holds = SnowflakeTypeNamed(type)};
}

TEST(SnowflakeText, CopyByNamePinsItsOptions) {
  const std::vector<TargetColumn> columns{ColumnOf("ID", "NUMBER(38,0)"), ColumnOf("META", "VARCHAR(100)")};
  const std::vector<std::string> paths{"t/it's.parquet"};
  const std::string sql =
      SnowflakeCopyStatement({.request = "01J", .table = "T", .stage = "@S"}, paths, FileSchema(), columns);
  EXPECT_EQ(sql,
            "/* sluice load 01J */ COPY INTO T FROM '@S/' FILES=('t/it''s.parquet') FILE_FORMAT=(TYPE=PARQUET "
            "USE_LOGICAL_TYPE=TRUE BINARY_AS_TEXT=FALSE NULL_IF=()) MATCH_BY_COLUMN_NAME=CASE_INSENSITIVE "
            "ON_ERROR=ABORT_STATEMENT PURGE=FALSE FORCE=FALSE");
}

TEST(SnowflakeText, BadRowsAreSkippedOnlyOnRequest) {
  const schema::Schema schema{.fields = {{.name = "id", .type = schema::Simple(schema::TypeKind::kInt64)}}};
  const std::vector<TargetColumn> columns{{.name = "ID", .type = "NUMBER(38,0)"}};
  const std::vector<std::string> paths{"f"};
  const auto statement = [&](bool skip) {
    return SnowflakeCopyStatement({.request = "r", .table = "T", .stage = "@S", .skip_bad_rows = skip}, paths, schema,
                                  columns);
  };
  EXPECT_THAT(statement(false), HasSubstr("ON_ERROR=ABORT_STATEMENT"));
  EXPECT_THAT(statement(true), HasSubstr("ON_ERROR=CONTINUE"));
}

TEST(SnowflakeText, JsonIntoAVariantIsParsed) {
  const std::vector<TargetColumn> columns{ColumnOf("ID", "NUMBER(38,0)"), ColumnOf("META", "VARIANT")};
  const std::string sql =
      SnowflakeCopyStatement({.request = "01J", .table = "T", .stage = "@S"}, {}, FileSchema(), columns);
  EXPECT_THAT(
      sql,
      HasSubstr(R"(("ID", "META") FROM (SELECT $1:"id"::NUMBER(38,0), PARSE_JSON($1:"meta"::VARCHAR) FROM '@S/'))"));
  EXPECT_THAT(sql, Not(HasSubstr("MATCH_BY_COLUMN_NAME")));
}

TEST(SnowflakeText, TypesAreKnownByTheirNames) {
  EXPECT_EQ(SnowflakeTypeNamed("NUMBER(10,2)"), schema::Decimal(10, 2));
  EXPECT_EQ(SnowflakeTypeNamed("TIMESTAMP_NTZ(6)"), schema::TimestampType(schema::TimeUnit::kMicro, ""));
  EXPECT_EQ(SnowflakeTypeNamed("TIMESTAMP_TZ(9)"), schema::TimestampType(schema::TimeUnit::kNano, "UTC"));
  EXPECT_EQ(SnowflakeTypeNamed("GEOGRAPHY"), std::nullopt);
}

TEST(SnowflakeText, AUlidsBitsAreKept) {
  EXPECT_EQ(UuidOfUlid("00000000000000000000000001"), "00000000-0000-0000-0000-000000000001");
  EXPECT_EQ(UuidOfUlid("7ZZZZZZZZZZZZZZZZZZZZZZZZZ"), "ffffffff-ffff-ffff-ffff-ffffffffffff");
}

core::Result<SnowflakeTargetOptions> OptionsFor(const std::string& url, std::map<std::string, std::string> variables) {
  storage::MemoryFileSystem files;
  auto parsed = ParseTargetUrl(url);
  return SnowflakeOptionsOf(
      *std::move(parsed),
      [&](const std::string& name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
      },
      files);
}

TEST(SnowflakeUrl, NamesAreFoldedUnlessQuoted) {
  ASSERT_OK_AND_ASSIGN(const auto options,
                       OptionsFor("snowflake://loader@org-acme/db1/public?table=qe&stage=%22Mixed%22&settle_for=2s",
                                  {{"SNOWFLAKE_PASSWORD", "hush"}}));
  EXPECT_EQ(options.session.account, "org-acme");
  EXPECT_EQ(options.session.user, "loader");
  EXPECT_EQ(options.session.database + "." + options.session.schema + "." + options.table, "DB1.PUBLIC.QE");
  EXPECT_EQ(options.stage, "Mixed");
  EXPECT_EQ(options.settle_for, std::chrono::seconds(2));
}

TEST(SnowflakeUrl, APasswordInTheUrlIsRefusedAndNotShown) {
  EXPECT_THAT(OptionsFor("snowflake://u:hush@a/d/s?table=t", {}), FailsWith(ErrorKind::kUsage, Not(HasSubstr("hush"))));
  EXPECT_THAT(OptionsFor("snowflake://u@a/d/s?table=t", {}),
              FailsWith(ErrorKind::kUsage, HasSubstr("SNOWFLAKE_TOKEN")));
  EXPECT_THAT(OptionsFor("snowflake://u@a/d?table=t", {}), FailsWith(ErrorKind::kUsage, HasSubstr("schema")));
  EXPECT_THAT(OptionsFor("snowflake://u@a/d/s?table=t&tabel=x", {{"SNOWFLAKE_TOKEN", "t"}}),
              FailsWith(ErrorKind::kUsage, HasSubstr("tabel")));
}

}  // namespace
}  // namespace sluice::warehouse

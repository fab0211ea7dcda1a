#include "query/views.h"

#include <filesystem>

#include "storage/local_file_system.h"
#include "storage/memory_file_system.h"
#include "storage/publish.h"
#include "tests/support/duckdb_session.h"
#include "tests/support/scratch_folder.h"

namespace sluice::query {
namespace {

using core::ErrorKind;
using ::sluice::testing::FailsWith;
using ::testing::_;
using ::testing::HasSubstr;

TEST(ScanSql, FolderFileAndPatternAreRead) {
  storage::MemoryFileSystem files;
  files.Put("out/it's [1]/a.parquet", "");
  files.Put("in.csv.gz", "");
  EXPECT_EQ(*ScanSql(files, {.path = "out/it's [1]"}),
            "read_parquet('out/it''s [[]1]/**/*.parquet', union_by_name = true)");
  EXPECT_EQ(*ScanSql(files, {.path = "out/", .hive_partitioning = true, .union_by_name = false}),
            "read_parquet('out/**/*.parquet', hive_partitioning = true)");
  EXPECT_EQ(*ScanSql(files, {.path = "in.csv.gz", .union_by_name = false}), "read_csv('in.csv.gz')");
  EXPECT_EQ(*ScanSql(files, {.path = "out/*.ndjson", .union_by_name = false}), "read_json('out/*.ndjson')");
}

TEST(ScanSql, MissingAndUnknownFilesAreRefused) {
  storage::MemoryFileSystem files;
  files.Put("a.xlsx", "");
  EXPECT_THAT(ScanSql(files, {.path = "none"}), FailsWith(ErrorKind::kNotFound, HasSubstr("'none'")));
  EXPECT_THAT(ScanSql(files, {.path = "a.xlsx"}), FailsWith(ErrorKind::kUnsupported, HasSubstr(".parquet")));
}

TEST(ViewsSql, HoldsViewsAndMacrosInOrder) {
  ViewSet set{{{"perf", "SELECT * FROM read_parquet('p')"}, {"a \"b\"", "SELECT 1 -- one"}},
              {"CREATE OR REPLACE MACRO twice(x) AS x * 2;"}};
  EXPECT_EQ(*ViewsSql(set),
            "CREATE OR REPLACE VIEW \"perf\" AS\nSELECT * FROM read_parquet('p');\n"
            "CREATE OR REPLACE VIEW \"a \"\"b\"\"\" AS\nSELECT 1 -- one\n;\n"
            "CREATE OR REPLACE MACRO twice(x) AS x * 2;\n");
}

TEST(ViewsSql, WhatIsNoViewOrMacroIsRefused) {
  EXPECT_THAT(ViewsSql({{{"", "SELECT 1"}}, {}}), FailsWith(ErrorKind::kInvalidInput, HasSubstr("cannot name a view")));
  EXPECT_THAT(ViewsSql({{{"v", "DROP TABLE t"}}, {}}), FailsWith(ErrorKind::kInvalidInput, HasSubstr("'v'")));
  EXPECT_THAT(ViewsSql({{{"v", "SELECT 1; DROP TABLE t"}}, {}}), FailsWith(ErrorKind::kInvalidInput, _));
  EXPECT_THAT(ViewsSql({{}, {"DROP TABLE t"}}), FailsWith(ErrorKind::kInvalidInput, HasSubstr("CREATE MACRO")));
}

class Views : public sluice::testing::DuckDbTest {
 protected:
  void Write(const std::string& select, const std::string& path) {
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    ASSERT_OK(session_->Run("COPY (" + select + ") TO ? (FORMAT parquet)", std::vector<Value>{path}));
  }

  sluice::testing::ScratchFolder folder_;
  storage::LocalFileSystem files_;
};

TEST_F(Views, PartitionedFolderIsOneTable) {
  Write("SELECT 1 AS a", folder_ / "t x [1]/year=2025/month=09/a.parquet");
  Write("SELECT 2 AS a, 'new' AS b", folder_ / "t x [1]/year=2025/month=10/b.parquet");
  ViewSet set;
  ASSERT_OK(set.AddTable(files_, "daily report", {.path = folder_ / "t x [1]"}));
  set.views.push_back({"latest", "SELECT * FROM \"daily report\" WHERE month = '10'"});
  set.macros.emplace_back("CREATE OR REPLACE MACRO above(n) AS TABLE SELECT a FROM \"daily report\" WHERE a > n");
  ASSERT_OK(CreateViews(*session_, set));
  EXPECT_EQ(Rows("SELECT a, b, year FROM \"daily report\" ORDER BY a"), "1|NULL|2025\n2|new|2025");
  EXPECT_EQ(Rows("SELECT a FROM latest"), "2");
  EXPECT_EQ(Rows("FROM above(1)"), "2");
}

TEST_F(Views, TableWithoutFilesIsNotFoundAndNamed) {
  std::filesystem::create_directory(folder_ / "empty");
  ViewSet set;
  ASSERT_OK(set.AddTable(files_, "t", {.path = folder_ / "empty"}));
  EXPECT_THAT(CreateViews(*session_, set), FailsWith(ErrorKind::kNotFound, HasSubstr("the view 't'")));
}

TEST_F(Views, BrokenViewIsNamedWithDuckDbsWords) {
  ViewSet set{{{"v", "SELECT nope FROM range(1)"}}, {}};
  EXPECT_THAT(CreateViews(*session_, set), FailsWith(ErrorKind::kInvalidInput, HasSubstr("making the view 'v'")));
}

TEST_F(Views, DatabaseFileAnswersWithoutSluice) {
  Write("SELECT 7 AS a", folder_ / "t/a.parquet");
  ViewSet set;
  ASSERT_OK(set.AddTable(files_, "t", {.path = folder_ / "t"}));
  set.macros.emplace_back("CREATE MACRO twice(x) AS x * 2");
  const std::string path = folder_ / "views.duckdb";
  for (int round = 0; round < 2; ++round) {
    ASSERT_OK_AND_ASSIGN(const auto finished, BuildViewsDatabase(library_, files_, path, "u1", "owner-1-1", set));
    ASSERT_OK(storage::Publish(files_, finished, storage::PublishMode::kReplace));
  }
  ASSERT_OK_AND_ASSIGN(const auto infos, files_.List(folder_.path()));
  EXPECT_EQ(infos.size(), 2U);
  ASSERT_OK_AND_ASSIGN(session_, Session::Open(library_, {.database = path, .read_only = true}));
  EXPECT_EQ(Rows("SELECT twice(a) FROM t"), "14");
}

TEST_F(Views, FailedDatabaseLeavesNothing) {
  ViewSet set{{{"v", "SELECT nope"}}, {}};
  EXPECT_THAT(BuildViewsDatabase(library_, files_, folder_ / "v.duckdb", "u1", "owner-1-1", set),
              FailsWith(ErrorKind::kInvalidInput, _));
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

}  // namespace
}  // namespace sluice::query

#include "sluice/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "library/table_fixture.h"
#include "query/library.h"
#include "sluice/recorder.h"
#include "sluice/table.h"
#include "tests/support/scratch_folder.h"

namespace sluice {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::SizeIs;

struct Call {
  std::int64_t id = 0;
  std::optional<double> ms = {};
  static constexpr std::tuple kFields{sluice::Field("id", &Call::id), sluice::Field("ms", &Call::ms)};
};

constexpr std::uint64_t kFiles = 3;
constexpr std::uint64_t kRowsPerFile = 10;
constexpr std::uint64_t kRows = kFiles * kRowsPerFile;

/// "" when all is in.
std::string VerdictOf(const LoadReport& report) { return report.verdict ? report.verdict->ToString() : ""; }

class LoadTest : public ::testing::Test {
 protected:
  void SetUp() override {
    RecorderOptions options{.directory = recorded_, .survive_kill = false, .file_rows_max = kRowsPerFile};
    auto recorder = Recorder<Call>::Open(options, "t", "w");
    ASSERT_THAT(recorder, Succeeds());
    for (std::uint64_t id = 0; id < kRows; ++id) {
      const auto ms = id % 3 == 0 ? std::nullopt : std::optional(0.5);
      ASSERT_TRUE((*recorder)->Append({.id = static_cast<std::int64_t>(id), .ms = ms}));
    }
    ASSERT_THAT((*recorder)->Close(), Succeeds());
    ASSERT_THAT(Files(), SizeIs(kFiles));
  }

  std::set<std::string> Files() const {
    std::set<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(recorded_ + "/qe_t_w")) {
      if (entry.path().extension() == ".parquet") files.insert(entry.path());
    }
    return files;
  }
  std::size_t RowsInTable() const {
    const auto snapshot = Snapshot::Open(engine_, table_);
    return snapshot ? RowsIn(*snapshot).size() : 0;
  }

  Engine engine_ = *Engine::Start({.memory_bytes = std::uint64_t{256} << 20, .threads = 2});
  testing::ScratchFolder folder_;
  std::string recorded_ = folder_ / "recorded";
  std::string table_ = folder_ / "table";
  std::string delta_ = "delta:" + table_;
};

TEST_F(LoadTest, EveryRecordedRowIsInTheTableAndTheFilesAreGone) {
  const auto report = Load(engine_, recorded_, delta_, {.create = true});
  ASSERT_THAT(report, Succeeds());
  EXPECT_EQ(VerdictOf(*report), "");
  EXPECT_EQ(report->rows_recorded, kRows);
  EXPECT_EQ(report->rows_loaded, kRows);
  EXPECT_EQ(report->rows_rejected, 0);
  EXPECT_GT(report->acts, 0);
  EXPECT_THAT(report->files, SizeIs(kFiles));
  EXPECT_THAT(report->files,
              Each(AllOf(Field(&LoadedFile::rows, kRowsPerFile), Field(&LoadedFile::rows_loaded, kRowsPerFile),
                         Field(&LoadedFile::state, LoadState::kCleaned), Field(&LoadedFile::reason, ""),
                         Field(&LoadedFile::attempts, 1))));
  EXPECT_EQ(RowsInTable(), kRows);
  EXPECT_THAT(Files(), SizeIs(0));
}

TEST_F(LoadTest, SecondLoadFindsItDoneAndDoublesNothing) {
  ASSERT_THAT(Load(engine_, recorded_, delta_, {.keep = true, .create = true}), Succeeds());
  EXPECT_THAT(Files(), SizeIs(kFiles));
  const auto again = Load(engine_, recorded_, delta_, {.keep = true});
  ASSERT_THAT(again, Succeeds());
  EXPECT_EQ(again->acts, 0);
  EXPECT_THAT(again->files, Each(Field(&LoadedFile::earlier, true)));
  EXPECT_EQ(again->rows_loaded, kRows);
  EXPECT_EQ(VerdictOf(*again), "");
  EXPECT_EQ(RowsInTable(), kRows);
}

TEST_F(LoadTest, DryRunTellsAndWritesNothing) {
  const auto report = Load(engine_, recorded_, delta_, {.create = true, .dry_run = true});
  ASSERT_THAT(report, Succeeds());
  EXPECT_TRUE(report->dry_run);
  EXPECT_EQ(VerdictOf(*report), "");
  EXPECT_THAT(report->files, AllOf(SizeIs(kFiles), Each(Field(&LoadedFile::state, LoadState::kSealed))));
  EXPECT_FALSE(std::filesystem::exists(table_));
  EXPECT_FALSE(std::filesystem::exists(recorded_ + "/qe_t_w/load.db"));
}

TEST_F(LoadTest, ChangedFileIsTheVerdictAndStays) {
  const std::string last = *Files().rbegin();
  std::ofstream(last, std::ios::app) << "x";
  const auto report = Load(engine_, recorded_, delta_, {.create = true});
  ASSERT_THAT(report, Succeeds());
  ASSERT_TRUE(report->verdict.has_value());
  EXPECT_EQ(report->verdict->kind, ErrorKind::kInvalidInput);
  EXPECT_THAT(report->verdict->message, HasSubstr(last));
  EXPECT_EQ(report->files.back().state, LoadState::kFailed);
  EXPECT_NE(report->files.back().reason, "");
  EXPECT_EQ(report->rows_loaded, kRows - kRowsPerFile);
  EXPECT_THAT(Files(), ElementsAre(last));
}

TEST_F(LoadTest, ColumnsThatDoNotFitAreRefusedBeforeAnythingIsLoaded) {
  ASSERT_THAT(Table::Create(engine_, table_, "id int64, ms string"), Succeeds());
  EXPECT_THAT(Load(engine_, recorded_, delta_), FailsWith(ErrorKind::kInvalidInput, HasSubstr("ms")));
  EXPECT_EQ(RowsInTable(), 0);
  EXPECT_THAT(Files(), SizeIs(kFiles));
}

TEST_F(LoadTest, AbsentTableIsNotFoundAndTheHintSaysHowToMakeIt) {
  EXPECT_THAT(Load(engine_, recorded_, delta_), FailsWith(ErrorKind::kNotFound, HasSubstr("--create")));
}

TEST_F(LoadTest, FolderThatNoRecorderMadeIsRefused) {
  std::filesystem::create_directories(folder_ / "mine");
  EXPECT_THAT(Load(engine_, folder_ / "mine", delta_), FailsWith(ErrorKind::kInvalidInput, HasSubstr("mine")));
  EXPECT_THAT(Load(engine_, folder_ / "absent", delta_), FailsWith(ErrorKind::kNotFound, HasSubstr("absent")));
}

TEST_F(LoadTest, RowsOfARecorderThatDiedAreRecoveredFirstOnRequest) {
  {
    RecorderOptions options{.directory = recorded_, .mapping_directory = folder_ / "memory"};
    auto recorder = Recorder<Call>::Open(options, "t", "dead");
    ASSERT_THAT(recorder, Succeeds());
    for (std::int64_t id = 0; id < 5; ++id) ASSERT_TRUE((*recorder)->Append({.id = 1000 + id}));
  }  // destroyed without Close: as after a crash
  const auto planned = Load(engine_, recorded_, delta_, {.create = true, .dry_run = true, .recover = true});
  ASSERT_THAT(planned, Succeeds());
  EXPECT_THAT(planned->notes, ::testing::Contains(HasSubstr("would be recovered")));
  const auto report = Load(engine_, recorded_, delta_, {.create = true, .recover = true});
  ASSERT_THAT(report, Succeeds());
  EXPECT_EQ(VerdictOf(*report), "");
  EXPECT_EQ(report->rows_loaded, kRows + 5);
  EXPECT_THAT(report->notes, ::testing::Contains(HasSubstr("5 rows of a recorder that died were recovered into")));
  EXPECT_EQ(RowsInTable(), kRows + 5);
}

TEST_F(LoadTest, TargetsAndOptionsThatCannotBeAreInvalid) {
  EXPECT_THAT(Load(engine_, recorded_, "oracle://h/db?table=t"),
              FailsWith(ErrorKind::kInvalidInput, AllOf(HasSubstr("'oracle:'"), HasSubstr("postgresql:"))));
  EXPECT_THAT(Load(engine_, recorded_, "just text"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("no URL")));
  EXPECT_THAT(Load(engine_, recorded_, "duckdb:x.duckdb"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("table")));
  EXPECT_THAT(Load(engine_, recorded_, delta_, {.create = true, .parallel = 0}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("parallel")));
  EXPECT_THAT(Load(engine_, recorded_, delta_, {.create = true, .skip_bad_rows = true}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("whole or not at all")));
  EXPECT_FALSE(std::filesystem::exists(table_));
}

TEST_F(LoadTest, SecretsComeFromTheCallerAndStandInNoError) {
  std::set<std::string> asked;
  const LoadOptions options{.variable = [&](const std::string& name) {
    asked.insert(name);
    return std::optional<std::string>("s3cret");
  }};
  const auto report = Load(engine_, recorded_, "clickhouse+http://u@127.0.0.1:1/db?table=t", options);
  ASSERT_THAT(report, FailsWith(ErrorKind::kUnavailable, HasSubstr("127.0.0.1")));
  EXPECT_THAT(report.error().ToString(), ::testing::Not(HasSubstr("s3cret")));
  EXPECT_TRUE(asked.contains("CLICKHOUSE_PASSWORD"));
}

TEST_F(LoadTest, CancelledEngineLoadsNothing) {
  engine_.Cancel();
  const auto report = Load(engine_, recorded_, delta_, {.create = true});
  const bool cancelled = report ? report->verdict && report->verdict->kind == ErrorKind::kCancelled
                                : report.error().kind == ErrorKind::kCancelled;
  EXPECT_TRUE(cancelled);
  EXPECT_THAT(Files(), SizeIs(kFiles));
}

TEST_F(LoadTest, StatesHaveTheNamesOfTheLedger) {
  EXPECT_EQ(LoadStateName(LoadState::kSealed), "sealed");
  EXPECT_EQ(LoadStateName(LoadState::kStaged), "staged");
  EXPECT_EQ(LoadStateName(LoadState::kSubmitted), "submitted");
  EXPECT_EQ(LoadStateName(LoadState::kLoaded), "loaded");
  EXPECT_EQ(LoadStateName(LoadState::kCleaned), "cleaned");
  EXPECT_EQ(LoadStateName(LoadState::kFailed), "failed");
  EXPECT_EQ(LoadStateName(LoadState::kUnknown), "unknown");
}

class DuckDbLoadTest : public LoadTest {
 protected:
  void SetUp() override {
    if (!query::Library::Load()) GTEST_SKIP() << "DuckDB is absent";
    LoadTest::SetUp();
  }
};

TEST_F(DuckDbLoadTest, RowsGoIntoADatabaseFile) {
  const std::string target = "duckdb:" + (folder_ / "d.duckdb") + "?table=calls";
  ASSERT_THAT(Load(engine_, recorded_, target), FailsWith(ErrorKind::kNotFound, HasSubstr("d.duckdb")));
  const auto report = Load(engine_, recorded_, target, {.create = true});
  ASSERT_THAT(report, Succeeds());
  EXPECT_EQ(VerdictOf(*report), "");
  EXPECT_EQ(report->rows_loaded, kRows);
  EXPECT_THAT(report->target, HasSubstr("calls"));
  EXPECT_THAT(Files(), SizeIs(0));
}

}  // namespace
}  // namespace sluice

#include "pipeline/ledger.h"

#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "pipeline/ledger_lock.h"
#include "pipeline/ledger_report.h"
#include "pipeline/ledger_sqlite.h"
#include "tests/support/result_matchers.h"

namespace sluice::pipeline {
namespace {

using core::ErrorKind;
using ::sluice::testing::FailsWith;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class LedgerTest : public ::testing::Test {
 protected:
  LedgerTest() {
    std::string name = ::testing::TempDir() + "ledgerXXXXXX";
    state_ = std::string(::mkdtemp(name.data())) + "/state";
  }
  ~LedgerTest() override { std::filesystem::remove_all(std::filesystem::path(state_).parent_path()); }

  std::unique_ptr<Ledger> Open() {
    auto ledger = Ledger::Open(state_, clock_);
    EXPECT_OK(ledger);
    return *std::move(ledger);
  }

  // What `work` does in a process that is then killed.
  template <typename Work>
  void InKilledProcess(Work work) {
    const pid_t child = ::fork();
    if (child == 0) {
      work();
      ::kill(::getpid(), SIGKILL);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));
  }

  static OutputRecord Output(std::string path, std::string schema = "fields: []") {
    return {.path = std::move(path),
            .job = "query_perf",
            .date = "2025-10-28",
            .bytes = 22,
            .rows = 7,
            .checksum = "abc",
            .fingerprint = "f1",
            .schema = std::move(schema),
            .inputs = {{"in.csv", 127, 1'761'609'600'000'000'001, "x1"}, {"in2.csv", 1, -5, "x2"}}};
  }

  core::ManualClock clock_{core::Timestamp{std::chrono::seconds(1'761'627'603)}};
  std::string state_;
};

TEST_F(LedgerTest, ARunIsRememberedByTheNextProcess) {
  {
    const auto ledger = Open();
    ASSERT_OK(ledger->BeginRun("01A", "run --date 2025-10-28"));
    ASSERT_OK(ledger->RecordTask("01A", {"query_perf", "o.parquet", "done", 8, 7, 1, 12, ""}));
    clock_.Advance(std::chrono::milliseconds(1500));
    ASSERT_OK(ledger->FinishRun("01A", RunStatus::kRejected, {1, 2, 8, 7, 1, 127, 22}, ""));
  }
  const auto ledger = Open();
  ASSERT_OK_AND_ASSIGN(const RunRecord run, ledger->FindRun("01A"));
  EXPECT_EQ(run.command, "run --date 2025-10-28");
  EXPECT_EQ(run.status, RunStatus::kRejected);
  EXPECT_EQ(*run.finished - run.started, std::chrono::milliseconds(1500));
  EXPECT_EQ(run.counts, (RunCounts{1, 2, 8, 7, 1, 127, 22}));
  ASSERT_OK_AND_ASSIGN(const auto tasks, ledger->ListTasks("01A"));
  EXPECT_THAT(tasks, ::testing::ElementsAre(TaskRecord{"query_perf", "o.parquet", "done", 8, 7, 1, 12, ""}));
  EXPECT_THAT(ledger->BeginRun("01A", "again"), FailsWith(ErrorKind::kAlreadyExists, HasSubstr("runs.id")));
}

TEST_F(LedgerTest, AnOutputIsFoundWithTheInputsThatMadeIt) {
  const auto ledger = Open();
  ASSERT_OK(ledger->BeginRun("01A", "run"));
  OutputRecord expected = Output("a 'b\".parquet");
  ASSERT_OK(ledger->RecordOutputs("01A", std::array{expected, Output("other")}));
  expected.run = "01A";
  expected.committed = clock_.Now();
  ASSERT_OK_AND_ASSIGN(const auto found, ledger->FindOutput("a 'b\".parquet"));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(*found, expected);
  ASSERT_OK_AND_ASSIGN(const auto missing, ledger->FindOutput("a"));
  EXPECT_FALSE(missing.has_value());
}

TEST_F(LedgerTest, ANewVersionOfAnOutputReplacesTheOld) {
  const auto ledger = Open();
  ASSERT_OK(ledger->BeginRun("01A", "run"));
  ASSERT_OK(ledger->BeginRun("01B", "run"));
  ASSERT_OK(ledger->RecordOutputs("01A", std::array{Output("o", "schema 1")}));
  OutputRecord changed = Output("o", "schema 2");
  changed.inputs.pop_back();
  ASSERT_OK(ledger->RecordOutputs("01B", std::array{changed}));
  ASSERT_OK_AND_ASSIGN(const auto found, ledger->FindOutput("o"));
  EXPECT_EQ(found->run, "01B");
  EXPECT_EQ(found->schema, "schema 2");
  EXPECT_THAT(found->inputs, SizeIs(1));
  EXPECT_THAT(*ledger->ListOutputs("01A"), SizeIs(0));
  EXPECT_THAT(*ledger->ListOutputs("01B"), SizeIs(1));
}

TEST_F(LedgerTest, InputsCanBeRefreshed) {
  const auto ledger = Open();
  ASSERT_OK(ledger->BeginRun("01A", "run"));
  ASSERT_OK(ledger->RecordOutputs("01A", std::array{Output("o")}));
  const std::vector<InputFile> touched{{"in.csv", 127, 99, "x1"}};
  ASSERT_OK(ledger->UpdateInputs("o", touched));
  EXPECT_EQ((*ledger->FindOutput("o"))->inputs, touched);
  EXPECT_THAT(ledger->UpdateInputs("p", touched), FailsWith(ErrorKind::kNotFound, HasSubstr("not in the ledger")));
}

TEST_F(LedgerTest, ACommitIsRecordedWholeOrNotAtAll) {
  const auto ledger = Open();
  EXPECT_THAT(ledger->RecordOutputs("no such run", std::array{Output("o")}),
              FailsWith(ErrorKind::kAlreadyExists, HasSubstr("FOREIGN KEY")));
  ASSERT_OK(ledger->BeginRun("01A", "run"));
  EXPECT_FALSE((*ledger->FindOutput("o")).has_value());
}

TEST_F(LedgerTest, ARunWhoseProcessWasKilledIsInterrupted) {
  InKilledProcess([&] {
    const auto ledger = Open();
    static_cast<void>(ledger->BeginRun("01A", "run --historical"));
    static_cast<void>(ledger->RecordOutputs("01A", std::array{Output("o")}));
  });
  const auto ledger = Open();
  ASSERT_OK_AND_ASSIGN(const RunRecord run, ledger->FindRun("01A"));
  EXPECT_EQ(run.status, RunStatus::kInterrupted);
  EXPECT_EQ(NextStep(run), "run the same command again: run --historical");
  EXPECT_TRUE((*ledger->FindOutput("o")).has_value());
}

TEST_F(LedgerTest, ARunThatIsAtWorkIsNotInterrupted) {
  const auto worker = Open();
  ASSERT_OK(worker->BeginRun("01A", "run"));
  const auto reader = Open();
  EXPECT_EQ((*reader->FindRun("01A")).status, RunStatus::kRunning);
  EXPECT_EQ((*worker->FindRun("01A")).status, RunStatus::kRunning);
  ASSERT_OK(worker->FinishRun("01A", RunStatus::kDone, {}, ""));
  EXPECT_EQ((*reader->FindRun("01A")).status, RunStatus::kDone);
  EXPECT_TRUE(std::filesystem::is_empty(state_ + "/locks"));
}

TEST_F(LedgerTest, RunsAreListedNewestFirstAndFoundByAUniquePrefix) {
  const auto ledger = Open();
  for (const char* id : {"01A", "01B", "01BC"}) {
    ASSERT_OK(ledger->BeginRun(id, "run"));
    clock_.Advance(std::chrono::seconds(1));
  }
  ASSERT_OK_AND_ASSIGN(const auto runs, ledger->ListRuns(2));
  ASSERT_THAT(runs, SizeIs(2));
  EXPECT_EQ(runs[0].id, "01BC");
  EXPECT_EQ((*ledger->FindRun("01A")).id, "01A");
  EXPECT_EQ((*ledger->FindRun("01B")).id, "01B");
  EXPECT_THAT(ledger->FindRun("01"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("several runs")));
  EXPECT_THAT(ledger->FindRun("02"), FailsWith(ErrorKind::kNotFound, HasSubstr("sluice status")));
  EXPECT_THAT(ledger->FindRun("%"), FailsWith(ErrorKind::kNotFound, HasSubstr("'%'")));
}

TEST_F(LedgerTest, ADamagedFileIsCorruptionWithAHint) {
  std::filesystem::create_directories(state_);
  std::ofstream(state_ + "/ledger.sqlite") << std::string(5000, 'x');
  EXPECT_THAT(Ledger::Open(state_, clock_),
              FailsWith(ErrorKind::kCorruption, AllOf(HasSubstr("ledger.sqlite"), HasSubstr("move the file away"))));
}

TEST_F(LedgerTest, TheLedgerOfANewerVersionIsLeftAlone) {
  Open();
  {
    auto connection = SqliteConnection::Open(state_ + "/ledger.sqlite", false, 0);
    ASSERT_OK(connection->Execute("PRAGMA user_version = 99"));
  }
  EXPECT_THAT(Ledger::Open(state_, clock_), FailsWith(ErrorKind::kUnsupported, HasSubstr("version 99")));
}

TEST_F(LedgerTest, AFolderThatCannotBeMadeIsAnErrorWithTheFlag) {
  std::filesystem::create_directories(std::filesystem::path(state_).parent_path());
  std::ofstream(state_) << "a file";
  EXPECT_THAT(Ledger::Open(state_ + "/x", clock_), FailsWith(ErrorKind::kNotFound, HasSubstr("--state")));
  EXPECT_THAT(Ledger::OpenExisting(state_ + "/x", clock_), FailsWith(ErrorKind::kNotFound, HasSubstr("no ledger")));
}

TEST_F(LedgerTest, AReadOnlyLedgerIsAPermissionError) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  Open();
  std::filesystem::permissions(state_, std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  std::filesystem::permissions(state_ + "/ledger.sqlite", std::filesystem::perms::owner_read);
  EXPECT_THAT(Ledger::Open(state_, clock_), FailsWith(ErrorKind::kPermission, HasSubstr("--state")));
  std::filesystem::permissions(state_, std::filesystem::perms::owner_all);
}

TEST_F(LedgerTest, ManyProcessesMayOpenANewLedgerAtOnce) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([this, i] {
      const auto ledger = Ledger::Open(state_, clock_);
      ASSERT_OK(ledger);
      EXPECT_OK((*ledger)->BeginRun("run" + std::to_string(i), "run"));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(*Open()->ListRuns(100), SizeIs(8));
}

TEST_F(LedgerTest, StatusIsPrintedAsTextAndJson) {
  const auto ledger = Open();
  EXPECT_EQ(ToText(*ledger->ListRuns(5)), "no runs yet\n");
  ASSERT_OK(ledger->BeginRun("01A", "run --force"));
  ASSERT_OK(ledger->RecordTask("01A", {"query_perf", "o.parquet", "failed", 8, 0, 8, 12, "too many rejects"}));
  ASSERT_OK(ledger->RecordOutputs("01A", std::array{Output("p")}));
  ASSERT_OK(ledger->FinishRun("01A", RunStatus::kFailed, {0, 0, 8, 0, 8, 127, 0}, "too many rejects"));
  ASSERT_OK_AND_ASSIGN(const RunDetails details, ReadRunDetails(*ledger, "01A"));
  EXPECT_THAT(ToText(details),
              AllOf(HasSubstr("01A  2025-10-28T05:00:03Z  failed"), HasSubstr("error: too many rejects"),
                    HasSubstr("next: repair what the error names")));
  EXPECT_THAT(ToJson(details, -1), AllOf(HasSubstr(R"("status":"failed")"), HasSubstr(R"("output":"o.parquet")"),
                                         HasSubstr(R"("files":[{"path":"p")")));
  EXPECT_THAT(ToJson(*ledger->ListRuns(5), -1), HasSubstr(R"({"runs":[{"run":"01A","command":"run --force")"));
}

TEST_F(LedgerTest, ALockIsHeldByOneAndNamesItsOwner) {
  const std::string path = state_ + "/run.lock";
  ASSERT_OK_AND_ASSIGN(auto first, LedgerLock::TryAcquire(path, "run 01A"));
  ASSERT_TRUE(first.has_value());
  EXPECT_FALSE((*LedgerLock::TryAcquire(path, "run 01B")).has_value());
  EXPECT_EQ(LedgerLock::OwnerOf(path), "run 01A");
  first->Remove();
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_TRUE((*LedgerLock::TryAcquire(path, "run 01B")).has_value());
}

TEST_F(LedgerTest, ALockIsFreedWhenItsProcessIsKilled) {
  const std::string path = state_ + "/run.lock";
  InKilledProcess([&] { static_cast<void>(new auto(LedgerLock::TryAcquire(path, "run 01A"))); });
  EXPECT_EQ(LedgerLock::OwnerOf(path), "run 01A");
  EXPECT_TRUE((*LedgerLock::TryAcquire(path, "run 01B")).has_value());
  EXPECT_EQ(LedgerLock::OwnerOf(path), "run 01B");
}

}  // namespace
}  // namespace sluice::pipeline

#include "warehouse/loader.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <map>
#include <random>

#include "storage/lock_file.h"
#include "warehouse/load_ledger.h"
#include "warehouse/recorded_fixture.h"

namespace sluice::warehouse {
namespace {

using core::ErrorKind;
using ::sluice::testing::FailsWith;
using ::sluice::testing::ScratchFolder;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

/// A warehouse with a stage, kept in a folder so that it outlives the process: staged copies are files, and `loaded`
/// has a line for each time that a file's rows went in. Nothing keeps it from taking a file twice but the loader.
class FolderTarget final : public LoadTarget {
 public:
  explicit FolderTarget(std::string folder) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_ + "/stage");
  }

  const std::string& identity() const override { return identity_; }
  TargetLimits limits() const override { return {.files_per_submit = 3, .in_sequence = in_sequence}; }
  core::Result<std::optional<std::vector<TargetColumn>>> Describe() override {
    if (!has_table) return std::optional<std::vector<TargetColumn>>();
    return std::optional(std::vector<TargetColumn>{
        {.name = "ID", .type = "bigint", .holds = schema::Simple(schema::TypeKind::kInt64), .nullable = false},
        {.name = "note", .type = "text", .holds = note_type}});
  }
  core::Status Create(const schema::Schema& /*schema*/) override {
    has_table = true;
    return core::Ok();
  }

  core::Result<std::string> Stage(const LoadFile& file) override {
    if (next_error) return *std::exchange(next_error, std::nullopt);
    ++stages;
    std::filesystem::copy_file(file.path, StagePath(file.unique_name),
                               std::filesystem::copy_options::overwrite_existing);
    return "@stage/" + file.unique_name;
  }

  core::Result<std::vector<FileOutcome>> Submit(std::span<const LoadFile> files,
                                                const std::string& request_id) override {
    ++submits;
    if (submit_error) return *submit_error;
    std::vector<FileOutcome> outcomes;
    for (const LoadFile& file : files) {
      EXPECT_EQ(*file.schema, *files.front().schema) << "one statement lists the columns once";
      const auto scripted = script.find(file.file);
      if (scripted != script.end()) {
        outcomes.push_back(scripted->second);
        script.erase(scripted);
        continue;
      }
      if (!std::filesystem::exists(StagePath(NameIn(file.stage_path)))) {
        outcomes.push_back({.fate = FileFate::kNotStaged});
        continue;
      }
      if (between_files) between_files();
      std::ofstream(folder_ + "/loaded", std::ios::app) << file.sha256 << '\n';
      outcomes.push_back({.fate = FileFate::kLoaded, .rows = kRowsPerFile, .query_id = request_id});
    }
    if (reply_is_lost) return core::OutcomeUnknown("the reply was lost");
    return outcomes;
  }

  core::Result<std::vector<FileOutcome>> Settle(std::span<const LoadFile> files) override {
    std::vector<FileOutcome> outcomes;
    const std::map<std::string, int> loaded = Loaded();
    for (const LoadFile& file : files) {
      if (knows_nothing) {
        outcomes.push_back({.fate = FileFate::kUnknown, .reason = "no history"});
      } else if (loaded.contains(file.sha256)) {
        outcomes.push_back({.fate = FileFate::kLoaded, .rows = kRowsPerFile});
      } else {
        const bool staged = std::filesystem::exists(StagePath(NameIn(file.stage_path)));
        outcomes.push_back({.fate = staged ? FileFate::kNotLoaded : FileFate::kNotStaged});
      }
    }
    return outcomes;
  }

  core::Status RemoveStaged(const std::string& stage_path) override {
    if (keeps_staged) return core::Unavailable("cannot remove now");
    std::filesystem::remove(StagePath(NameIn(stage_path)));
    return core::Ok();
  }

  /// How often each file is in.
  std::map<std::string, int> Loaded() const {
    std::map<std::string, int> times;
    std::ifstream lines(folder_ + "/loaded");
    for (std::string line; std::getline(lines, line);) ++times[line];
    return times;
  }
  std::vector<std::string> Staged() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ + "/stage")) {
      names.push_back(entry.path().filename());
    }
    std::ranges::sort(names);
    return names;
  }

  schema::Type note_type = schema::Simple(schema::TypeKind::kString);
  std::map<std::string, FileOutcome> script = {};  ///< by file: said once, nothing is done
  std::optional<core::Error> submit_error = {};
  std::optional<core::Error> next_error = {};  ///< of the next Stage
  std::function<void()> between_files = {};
  bool has_table = true;
  bool in_sequence = false;
  bool reply_is_lost = false;
  bool knows_nothing = false;
  bool keeps_staged = false;
  int submits = 0;
  int stages = 0;

 private:
  static std::string NameIn(const std::string& stage_path) { return stage_path.substr(stage_path.rfind('/') + 1); }
  std::string StagePath(const std::string& name) const { return folder_ + "/stage/" + name; }

  std::string folder_;
  std::string identity_ = "folder:x?table=t";
};

class LoaderTest : public ::testing::Test {
 protected:
  core::Result<LoadReport> Run(FolderTarget& target, const LoadOptions& options = {}) {
    LoadWorld world(++seed_);
    auto report = Load(world.environment, world, folder_, target, options);
    waits_ = world.waits;
    return report;
  }

  std::uint64_t LocalFiles() const {
    std::uint64_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      count += entry.path().extension() == ".parquet" ? 1U : 0U;
    }
    return count;
  }

  std::vector<LedgerRow> Ledger() const {
    LoadWorld world;
    auto ledger = LoadLedger::Open(folder_, false, world.clock);
    if (!ledger.has_value() || *ledger == nullptr) return {};
    return *(*ledger)->Rows("folder:x?table=t");
  }

  /// Run a load in a process of its own that kills itself at the act number `act`; true when it came to its end.
  bool RunAndDieAt(int act, bool between_files = false) {
    const pid_t child = ::fork();
    if (child == 0) {
      FolderTarget target(warehouse_);
      int acts = 0;
      const auto count = [&] {
        if (++acts == act) ::kill(::getpid(), SIGKILL);
      };
      if (between_files) target.between_files = count;
      LoadOptions options;
      options.at_step = [&](std::string_view) { count(); };
      const auto report = Run(target, options);
      ::_exit(report.has_value() && !report->stop.has_value() ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) || (WIFEXITED(status) && WEXITSTATUS(status) == 0));
    return WIFEXITED(status);
  }

  void ExpectExact(std::uint64_t files) {
    FolderTarget target(warehouse_);
    EXPECT_THAT(target.Loaded(), SizeIs(files));
    EXPECT_THAT(target.Loaded(), Each(Pair(::testing::_, 1)));
    EXPECT_EQ(LocalFiles(), 0U);
    const std::vector<LedgerRow> rows = Ledger();
    EXPECT_EQ(rows.size(), files);
    for (const LedgerRow& row : rows) {
      EXPECT_EQ(row.state, LoadState::kCleaned) << row.file;
      EXPECT_EQ(row.rows_loaded, kRowsPerFile);
    }
  }

  void EditManifest(const std::function<void(recorder::Manifest&)>& edit) {
    LoadWorld world;
    ASSERT_OK_AND_ASSIGN(recorder::Manifest manifest, recorder::ReadManifest(world.files, folder_));
    edit(manifest);
    ASSERT_OK(recorder::WriteManifest(world.environment, folder_, manifest));
  }

  void StartAnew(std::uint64_t files) {
    std::filesystem::remove_all(folder_);
    std::filesystem::remove_all(warehouse_);
    ASSERT_OK(RecordFiles(folder_, files));
  }

  ScratchFolder scratch_;
  std::string folder_ = scratch_ / "qe_t_w";
  std::string warehouse_ = scratch_ / "warehouse";
  std::uint64_t seed_ = 0;
  int waits_ = 0;
};

TEST_F(LoaderTest, LoadsEveryFileOnceAndRemovesItLast) {
  ASSERT_OK(RecordFiles(folder_, 7));
  FolderTarget target(warehouse_);
  ASSERT_OK_AND_ASSIGN(const LoadReport report, Run(target));
  EXPECT_TRUE(report.exact());
  EXPECT_EQ(report.rows_loaded, 70U);
  EXPECT_FALSE(report.Verdict().has_value());
  EXPECT_EQ(target.submits, 3);
  EXPECT_THAT(target.Staged(), IsEmpty());
  ExpectExact(7);
  ASSERT_OK_AND_ASSIGN(const LoadReport again, Run(target));
  EXPECT_EQ(again.acts, 0U);
  EXPECT_EQ(again.rows_loaded, 70U);
}

TEST_F(LoaderTest, EndsExactWhereverItDies) {
  bool ended = false;
  int act = 1;
  for (; !ended; ++act) {
    ASSERT_LT(act, 200);
    StartAnew(4);
    ended = RunAndDieAt(act);
    ASSERT_TRUE(ended || RunAndDieAt(0)) << "after death at act " << act;
    ExpectExact(4);
    if (HasFailure()) FAIL() << "after death at act " << act;
  }
  EXPECT_GT(act, 20);
}

TEST_F(LoaderTest, EndsExactWhenItDiesAgainAndAgain) {
  std::mt19937 random(20261121);
  for (int round = 0; round < 4; ++round) {
    StartAnew(5);
    for (int death = 0; death < 20; ++death) {
      if (RunAndDieAt(static_cast<int>(1 + random() % 12))) break;
    }
    ASSERT_TRUE(RunAndDieAt(0));
    ExpectExact(5);
  }
}

TEST_F(LoaderTest, SettlesFilesWhoseStatementWasCutInTheMiddle) {
  for (int act = 1; act < 60; act += 1) {
    StartAnew(5);
    if (RunAndDieAt(act, true)) break;
    ASSERT_TRUE(RunAndDieAt(0));
    ExpectExact(5);
  }
}

TEST_F(LoaderTest, RemovesLocalFilesOnlyWhenTheLedgerSaysCleaned) {
  ASSERT_OK(RecordFiles(folder_, 4));
  FolderTarget target(warehouse_);
  LoadOptions options;
  options.at_step = [&](std::string_view) {
    for (const LedgerRow& row : Ledger()) {
      if (row.state == LoadState::kCleaned) continue;
      EXPECT_TRUE(std::filesystem::exists(folder_ + "/" + row.file)) << LoadStateName(row.state);
    }
  };
  ASSERT_OK(Run(target, options));
  ExpectExact(4);
}

TEST_F(LoaderTest, AsksTheTargetAfterALostReply) {
  ASSERT_OK(RecordFiles(folder_, 4));
  FolderTarget target(warehouse_);
  target.reply_is_lost = true;
  ASSERT_OK_AND_ASSIGN(const LoadReport report, Run(target));
  EXPECT_FALSE(report.Verdict().has_value());
  ExpectExact(4);
}

TEST_F(LoaderTest, KeepsFilesWhoseOutcomeNobodyKnows) {
  ASSERT_OK(RecordFiles(folder_, 2));
  FolderTarget target(warehouse_);
  target.reply_is_lost = true;
  target.knows_nothing = true;
  ASSERT_OK_AND_ASSIGN(const LoadReport report, Run(target));
  EXPECT_EQ(report.Verdict()->kind(), ErrorKind::kOutcomeUnknown);
  EXPECT_EQ(target.submits, 1);
  EXPECT_EQ(LocalFiles(), 2U);
  // Once the target can tell, nothing is sent again.
  FolderTarget later(warehouse_);
  ASSERT_OK(Run(later));
  EXPECT_EQ(later.submits, 0);
  ExpectExact(2);
}

TEST_F(LoaderTest, StagesUnderANewNameWhatWasSubmittedAndIsGone) {
  ASSERT_OK(RecordFiles(folder_, 1));
  FolderTarget target(warehouse_);
  target.script["qe_t_w_0000.parquet"] = {.fate = FileFate::kNotStaged};
  target.keeps_staged = true;
  ASSERT_OK_AND_ASSIGN(const LoadReport report, Run(target));
  EXPECT_TRUE(report.exact());
  ASSERT_THAT(target.Staged(), SizeIs(2));
  EXPECT_THAT(target.Staged()[0], HasSubstr("-a2.parquet"));
  EXPECT_THAT(report.notes, SizeIs(1));
  ExpectExact(1);
  // Both are leftovers now.
  target.keeps_staged = false;
  ASSERT_OK(Run(target, {.collect_garbage = true}));
  EXPECT_THAT(target.Staged(), IsEmpty());
}

TEST_F(LoaderTest, SubmitsAgainWhatOnlySharedAStatementWithABadFile) {
  ASSERT_OK(RecordFiles(folder_, 3));
  FolderTarget target(warehouse_);
  target.script = {{"qe_t_w_0000.parquet", {.fate = FileFate::kNotLoaded, .reason = "rolled back"}},
                   {"qe_t_w_0001.parquet", {.fate = FileFate::kFailed, .reason = "row 3, column note: too long"}},
                   {"qe_t_w_0002.parquet", {.fate = FileFate::kNotLoaded, .reason = "rolled back"}}};
  ASSERT_OK_AND_ASSIGN(const LoadReport report, Run(target));
  EXPECT_EQ(report.Verdict()->kind(), ErrorKind::kInvalidInput);
  EXPECT_THAT(report.Verdict()->message(), HasSubstr("row 3, column note: too long"));
  EXPECT_EQ(report.rows_loaded, 20U);
  EXPECT_EQ(LocalFiles(), 1U);
  EXPECT_EQ(target.submits, 2);
  // Not by itself; on request.
  ASSERT_OK(Run(target));
  EXPECT_EQ(target.submits, 2);
  ASSERT_OK_AND_ASSIGN(const LoadReport repaired, Run(target, {.retry_failed = true}));
  EXPECT_FALSE(repaired.Verdict().has_value());
  ExpectExact(3);
}

TEST_F(LoaderTest, HoldsBackWhatFollowsAMissingFileWhereTheOrderCounts) {
  ASSERT_OK(RecordFiles(folder_, 9));
  FolderTarget target(warehouse_);
  target.in_sequence = true;
  const std::string fourth = folder_ + "/qe_t_w_0004.parquet";
  std::filesystem::rename(fourth, fourth + ".away");
  ASSERT_OK_AND_ASSIGN(const LoadReport report, Run(target));
  EXPECT_EQ(report.Verdict()->kind(), ErrorKind::kInvalidInput);
  EXPECT_THAT(target.Loaded(), SizeIs(4));
  EXPECT_EQ(waits_, 0);
  std::filesystem::rename(fourth + ".away", fourth);
  ASSERT_OK(Run(target, {.retry_failed = true}));
  ExpectExact(9);
}

TEST_F(LoaderTest, SubmitsNothingBehindAStatementThatFailedWhereTheOrderCounts) {
  ASSERT_OK(RecordFiles(folder_, 5));
  FolderTarget target(warehouse_);
  target.in_sequence = true;
  target.script["qe_t_w_0000.parquet"] = {.fate = FileFate::kFailed, .reason = "bad"};
  target.script["qe_t_w_0001.parquet"] = {.fate = FileFate::kNotLoaded};
  target.script["qe_t_w_0002.parquet"] = {.fate = FileFate::kNotLoaded};
  ASSERT_OK(Run(target));
  EXPECT_EQ(target.submits, 1);
  EXPECT_THAT(target.Loaded(), IsEmpty());
}

TEST_F(LoaderTest, SubmitsFilesOfOtherColumnsApart) {
  ASSERT_OK(RecordFiles(folder_ + "/a", 2));
  ASSERT_OK(RecordFiles(folder_ + "/b", 1, "id int64 not null, NOTE string"));
  FolderTarget target(warehouse_);
  ASSERT_OK_AND_ASSIGN(const LoadReport report, Run(target));
  EXPECT_TRUE(report.exact());
  EXPECT_EQ(target.submits, 2);
}

TEST_F(LoaderTest, DoesNotSendAgainWhatWasDamagedWhileItsOutcomeWasUnknown) {
  ASSERT_OK(RecordFiles(folder_, 1));
  FolderTarget target(warehouse_);
  target.script["qe_t_w_0000.parquet"] = {.fate = FileFate::kUnknown};
  target.knows_nothing = true;
  ASSERT_OK(Run(target));
  std::ofstream(folder_ + "/qe_t_w_0000.parquet", std::ios::app) << "more";
  FolderTarget later(warehouse_);
  ASSERT_OK_AND_ASSIGN(const LoadReport report, Run(later));
  EXPECT_EQ(report.files.front().status, LoadState::kFailed);
  EXPECT_THAT(report.files.front().reason, HasSubstr("bytes"));
  EXPECT_THAT(later.Loaded(), IsEmpty());
  EXPECT_EQ(LocalFiles(), 1U);
}

TEST_F(LoaderTest, TakesTheTargetsWordForAFileThatWasChangedWhileItsOutcomeWasUnknown) {
  ASSERT_OK(RecordFiles(folder_, 1));
  FolderTarget target(warehouse_);
  target.reply_is_lost = true;
  target.knows_nothing = true;
  ASSERT_OK(Run(target));
  std::ofstream(folder_ + "/qe_t_w_0000.parquet", std::ios::app) << "more";
  FolderTarget later(warehouse_);
  ASSERT_OK_AND_ASSIGN(const LoadReport report, Run(later));
  EXPECT_TRUE(report.exact());
  EXPECT_THAT(later.Loaded(), ::testing::ElementsAre(Pair(::testing::_, 1)));
  EXPECT_EQ(LocalFiles(), 1U);
}

TEST_F(LoaderTest, AsksBeforeItTriesAgainWhatWasSentAndFailed) {
  ASSERT_OK(RecordFiles(folder_, 1));
  FolderTarget target(warehouse_);
  target.script["qe_t_w_0000.parquet"] = {.fate = FileFate::kFailed, .reason = "said to be bad"};
  ASSERT_OK_AND_ASSIGN(const LoadReport failed, Run(target));
  EXPECT_EQ(failed.files.front().status, LoadState::kFailed);
  std::ofstream(warehouse_ + "/loaded", std::ios::app) << Ledger().front().sha256 << '\n';  // and yet it is in
  ASSERT_OK(Run(target, {.retry_failed = true}));
  EXPECT_EQ(target.submits, 1);
  ExpectExact(1);
}

TEST_F(LoaderTest, MakesTheTableOnRequestButNotInADryRun) {
  ASSERT_OK(RecordFiles(folder_, 1));
  FolderTarget target(warehouse_);
  target.has_table = false;
  EXPECT_THAT(Run(target), FailsWith(ErrorKind::kNotFound, HasSubstr("--create")));
  ASSERT_OK(Run(target, {.create = true, .dry_run = true}));
  EXPECT_FALSE(target.has_table);
  ASSERT_OK(Run(target, {.create = true}));
  EXPECT_TRUE(target.has_table);
  ExpectExact(1);
}

TEST_F(LoaderTest, FailsAFileThatHasOtherRowsThanTheManifestSays) {
  ASSERT_OK(RecordFiles(folder_, 2));
  EditManifest([](recorder::Manifest& manifest) { manifest.files.front().rows = 11; });
  FolderTarget target(warehouse_);
  ASSERT_OK_AND_ASSIGN(const LoadReport report, Run(target));
  EXPECT_THAT(report.files.front().reason, HasSubstr("10 rows, 11 were recorded"));
  EXPECT_THAT(target.Loaded(), SizeIs(1));
}

TEST_F(LoaderTest, RefusesAManifestThatNamesTheSameBytesTwice) {
  ASSERT_OK(RecordFiles(folder_, 2));
  EditManifest([](recorder::Manifest& manifest) { manifest.files.back().sha256 = manifest.files.front().sha256; });
  FolderTarget target(warehouse_);
  EXPECT_THAT(Run(target), FailsWith(ErrorKind::kCorruption, HasSubstr("qe_t_w_0001.parquet has the bytes of")));
}

TEST_F(LoaderTest, FailsAFileOfWhichTheTargetCountsOtherRows) {
  ASSERT_OK(RecordFiles(folder_, 1));
  FolderTarget target(warehouse_);
  target.script["qe_t_w_0000.parquet"] = {.fate = FileFate::kLoaded, .rows = 9};
  ASSERT_OK_AND_ASSIGN(const LoadReport report, Run(target));
  EXPECT_THAT(report.Verdict()->message(), HasSubstr("the target has 9 rows of it, 10 were recorded"));
  EXPECT_EQ(LocalFiles(), 1U);
}

TEST_F(LoaderTest, CountsRejectedRowsWhereTheyWereAskedFor) {
  ASSERT_OK(RecordFiles(folder_, 1));
  FolderTarget target(warehouse_);
  target.script["qe_t_w_0000.parquet"] = {.fate = FileFate::kLoaded, .rows = 9, .rows_rejected = 1};
  ASSERT_OK_AND_ASSIGN(const LoadReport report, Run(target, {.skip_bad_rows = true}));
  EXPECT_FALSE(report.Verdict().has_value());
  EXPECT_EQ(report.rows_loaded, 9U);
  EXPECT_EQ(report.rows_rejected, 1U);
  EXPECT_EQ(LocalFiles(), 0U);
}

TEST_F(LoaderTest, RejectedRowsOfEarlierLoadsAreCountedAndNotHeldAgainstThisOne) {
  ASSERT_OK(RecordFiles(folder_, 1));
  FolderTarget target(warehouse_);
  target.script["qe_t_w_0000.parquet"] = {.fate = FileFate::kLoaded, .rows = 9, .rows_rejected = 1};
  ASSERT_OK_AND_ASSIGN(const LoadReport first, Run(target, {.keep = true, .skip_bad_rows = true}));
  EXPECT_TRUE(first.rejected());
  ASSERT_OK(RecordFiles(folder_, 2));
  ASSERT_OK_AND_ASSIGN(const LoadReport second, Run(target, {.skip_bad_rows = true}));
  EXPECT_FALSE(second.rejected());
  EXPECT_EQ(second.rows_rejected, 1U);
  EXPECT_EQ(second.rows_loaded, 19U);
}

TEST_F(LoaderTest, FailsAFileOfWhichTheTargetLeftRowsOutUnasked) {
  ASSERT_OK(RecordFiles(folder_, 2));
  FolderTarget target(warehouse_);
  target.script["qe_t_w_0000.parquet"] = {
      .fate = FileFate::kLoaded, .rows = 9, .rows_rejected = 1, .reason = "row 4 is bad"};
  ASSERT_OK_AND_ASSIGN(const LoadReport report, Run(target));
  ASSERT_TRUE(report.Verdict().has_value());
  EXPECT_EQ(report.Verdict()->kind(), ErrorKind::kInvalidInput);
  EXPECT_THAT(report.Verdict()->message(), HasSubstr("the target took 9 of its 10 rows: row 4 is bad"));
  EXPECT_EQ(report.rows_loaded, 19U);
  EXPECT_EQ(report.rows_rejected, 1U);
  EXPECT_THAT(report.ToJson(-1), HasSubstr(R"("rows_rejected":1,"reason")"));
  EXPECT_EQ(LocalFiles(), 1U);
}

TEST_F(LoaderTest, TextsCanBeDeclaredJson) {
  ASSERT_OK(RecordFiles(folder_, 1));
  FolderTarget target(warehouse_);
  EXPECT_THAT(Run(target, {.json_columns = {"id"}}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("column id is int64, and JSON is a text")));
  EXPECT_THAT(Run(target, {.json_columns = {"note", "nte"}}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("no file has the json column nte")));
  EXPECT_EQ(target.submits, 0);
  target.note_type = schema::Simple(schema::TypeKind::kJson);
  EXPECT_THAT(Run(target), FailsWith(ErrorKind::kInvalidInput, HasSubstr("note")));
  ASSERT_OK(Run(target, {.json_columns = {"note"}}));
  ExpectExact(1);
}

TEST_F(LoaderTest, TriesAgainWhileTheTargetIsAwayAndKeepsTheFiles) {
  ASSERT_OK(RecordFiles(folder_, 2));
  FolderTarget target(warehouse_);
  target.submit_error = core::Unavailable("503");
  ASSERT_OK_AND_ASSIGN(const LoadReport report, Run(target));
  EXPECT_EQ(report.Verdict()->kind(), ErrorKind::kUnavailable);
  EXPECT_EQ(target.submits, 5);
  EXPECT_EQ(waits_, 4);
  EXPECT_EQ(LocalFiles(), 2U);
  EXPECT_EQ(Ledger()[0].state, LoadState::kStaged);
  FolderTarget back(warehouse_);
  back.next_error = core::Unavailable("429");
  ASSERT_OK(Run(back));
  EXPECT_EQ(back.stages, 0);  // they are staged already
  ExpectExact(2);
}

TEST_F(LoaderTest, DoesNotTryAgainWithoutRights) {
  ASSERT_OK(RecordFiles(folder_, 2));
  FolderTarget target(warehouse_);
  target.submit_error = core::PermissionError("no rights");
  ASSERT_OK_AND_ASSIGN(const LoadReport report, Run(target));
  EXPECT_EQ(report.Verdict()->kind(), ErrorKind::kPermission);
  EXPECT_EQ(target.submits, 1);
  EXPECT_EQ(waits_, 0);
  EXPECT_EQ(LocalFiles(), 2U);
}

TEST_F(LoaderTest, RefusesOtherColumnsBeforeAnythingIsSent) {
  ASSERT_OK(RecordFiles(folder_, 1, "id int64, remark string"));
  FolderTarget target(warehouse_);
  EXPECT_THAT(Run(target), FailsWith(ErrorKind::kInvalidInput, HasSubstr("extra         remark")));
  EXPECT_THAT(Run(target), FailsWith(ErrorKind::kInvalidInput, HasSubstr("id: it can hold NULL")));
  EXPECT_EQ(target.stages, 0);
  EXPECT_EQ(LocalFiles(), 1U);
}

TEST_F(LoaderTest, RefusesAFolderThatIsBeingLoaded) {
  ASSERT_OK(RecordFiles(folder_, 1));
  FolderTarget target(warehouse_);
  LoadOptions options;
  bool asked = false;
  options.at_step = [&](std::string_view) {
    if (std::exchange(asked, true)) return;
    FolderTarget other(warehouse_);
    EXPECT_THAT(Run(other), FailsWith(ErrorKind::kConflict, HasSubstr("is being loaded by")));
  };
  ASSERT_OK(Run(target, options));
  EXPECT_TRUE(asked);
}

TEST_F(LoaderTest, KeepsAFileThatWasChangedAfterItWasLoaded) {
  ASSERT_OK(RecordFiles(folder_, 1));
  FolderTarget target(warehouse_);
  ASSERT_OK(Run(target, {.keep = true}));
  std::ofstream(folder_ + "/qe_t_w_0000.parquet", std::ios::app) << "more";
  ASSERT_OK_AND_ASSIGN(const LoadReport report, Run(target));
  EXPECT_THAT(report.notes, SizeIs(1));
  EXPECT_EQ(LocalFiles(), 1U);
}

TEST_F(LoaderTest, StopsOnRequestAndGoesOnLater) {
  ASSERT_OK(RecordFiles(folder_, 4));
  FolderTarget target(warehouse_);
  LoadWorld world;
  LoadOptions options;
  options.at_step = [&](std::string_view act) {
    if (act == "submitted") world.cancellation.Cancel();
  };
  ASSERT_OK_AND_ASSIGN(const LoadReport report, Load(world.environment, world, folder_, target, options));
  EXPECT_EQ(report.Verdict()->kind(), ErrorKind::kCancelled);
  EXPECT_EQ(LocalFiles(), 4U);
  ASSERT_OK(Run(target));
  ExpectExact(4);
}

}  // namespace
}  // namespace sluice::warehouse

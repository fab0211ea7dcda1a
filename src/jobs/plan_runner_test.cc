#include "jobs/plan_runner.h"

#include <arrow/memory_pool.h>

#include "jobs/copy_plan.h"
#include "schema/type_text.h"
#include "storage/memory_file_system.h"
#include "storage/owner.h"
#include "storage/temporary_name.h"
#include "tests/support/result_matchers.h"

namespace sluice::jobs {
namespace {

using core::ErrorKind;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Not;

class PlanRunnerTest : public ::testing::Test {
 protected:
  static CopyRequest Request(std::vector<std::string> sources, const std::string& target) {
    CopyRequest request{.sources = std::move(sources), .target = target};
    request.declared = schema::SpecOf(*schema::ParseColumns("id int64"));
    return request;
  }

  core::Result<PlannedJob> Plan(const CopyRequest& request) {
    InputOpener opener(environment_, request.read);
    return PlanCopy(request, environment_, opener);
  }

  pipeline::JobReport Run(const PlannedJob& job) {
    InputOpener opener(environment_, job.settings.read);
    TargetRecovery recovery(environment_);
    return RunPlan(job, environment_, opener, progress_, recovery);
  }

  pipeline::TaskReport DoDetachedTask(const PlannedJob& job) {
    InputOpener opener(environment_, job.settings.read);
    pipeline::TaskReport report;
    EXPECT_OK(DoTask(job, 0, Publisher::kOtherProcess, environment_, opener, progress_, report));
    return report;
  }

  /// With no temporary file among them.
  auto FilesAre(const std::vector<std::string>& paths) {
    std::vector<::testing::Matcher<std::pair<const std::string, std::string>>> keys;
    for (const std::string& path : paths) keys.push_back(Key(path));
    return ::testing::ElementsAreArray(keys);
  }

  storage::MemoryFileSystem files_;
  core::ManualClock clock_{core::Timestamp{std::chrono::seconds(1'761'613'200)}};
  core::SystemRandom random_;
  core::Executor executor_{1};
  core::Cancellation cancellation_;
  const Environment environment_{
      files_, clock_, random_, executor_, cancellation_, arrow::default_memory_pool(), 64 * core::kMiB};
  pipeline::Progress progress_{pipeline::ProgressStyle::kNone, clock_, [](std::string_view) {}};
};

TEST_F(PlanRunnerTest, SeveralInputsMakeOneFile) {
  files_.Put("in/a.csv", "id\n1\n2\n");
  files_.Put("in/b.csv", "id\n3\n");
  ASSERT_OK_AND_ASSIGN(const PlannedJob job, Plan(Request({"in/a.csv", "in/b.csv"}, "a.parquet")));
  const pipeline::JobReport report = Run(job);
  ASSERT_FALSE(report.error) << report.error->ToString();
  EXPECT_EQ(report.rows_written, 3U);
  EXPECT_EQ(report.bytes_read, 12U);
  EXPECT_THAT(files_.Contents(), FilesAre({"a.parquet", "in/a.csv", "in/b.csv"}));
}

TEST_F(PlanRunnerTest, AnInputThatChangedSinceThePlanIsAConflict) {
  files_.Put("a.csv", "id\n1\n");
  ASSERT_OK_AND_ASSIGN(const PlannedJob job, Plan(Request({"a.csv"}, "a.parquet")));
  files_.Put("a.csv", "id\n2\n");
  const pipeline::JobReport report = Run(job);
  ASSERT_TRUE(report.error);
  EXPECT_EQ(report.error->kind(), ErrorKind::kConflict);
  EXPECT_THAT(files_.Contents(), FilesAre({"a.csv"}));
}

TEST_F(PlanRunnerTest, RejectsOfAllTasksAreOneFileInTheirOrder) {
  files_.Put("in/a.csv", "id\nx\n");
  files_.Put("in/b.csv", "id\ny\n");
  CopyRequest request = Request({"in/a.csv", "in/b.csv"}, "out/");
  request.rejects_path = "r.ndjson";
  request.rejects_max = "2";
  ASSERT_OK_AND_ASSIGN(const PlannedJob job, Plan(request));
  EXPECT_EQ(Run(job).status, pipeline::JobStatus::kRejected);
  EXPECT_THAT(files_.Contents(), FilesAre({"in/a.csv", "in/b.csv", "out/a.parquet", "out/b.parquet", "r.ndjson"}));
  const std::string text = files_.Contents()["r.ndjson"];
  EXPECT_THAT(text, AllOf(HasSubstr("\"text\":\"x\"}\n"), HasSubstr("\"text\":\"y\"}\n")));
  EXPECT_LT(text.find("in/a.csv"), text.find("in/b.csv"));
}

TEST_F(PlanRunnerTest, AJobThatFailsLeavesNothing) {
  files_.Put("in/a.csv", "id\n1\n");
  files_.Put("in/b.csv", "id\nx\n");
  ASSERT_OK_AND_ASSIGN(const PlannedJob late, Plan(Request({"in/a.csv", "in/b.csv"}, "out/")));
  EXPECT_EQ(Run(late).error->kind(), ErrorKind::kInvalidInput);
  EXPECT_THAT(files_.Contents(), FilesAre({"in/a.csv", "in/b.csv"}));
  // So many rejects that the second task gives up, when the first one is done.
  files_.Put("in/b.csv", "id\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\n");
  ASSERT_OK_AND_ASSIGN(const PlannedJob early, Plan(Request({"in/a.csv", "in/b.csv"}, "out/")));
  EXPECT_EQ(Run(early).error->kind(), ErrorKind::kInvalidInput);
  EXPECT_THAT(files_.Contents(), FilesAre({"in/a.csv", "in/b.csv"}));
}

TEST_F(PlanRunnerTest, AnOutputMadeAgainLosesItsOldRejects) {
  CopyRequest request = Request({"a.csv"}, "a.parquet");
  request.mode = CopyMode::kOverwrite;
  request.rejects_max = "1";
  files_.Put("a.csv", "id\nx\n");
  EXPECT_FALSE(Run(*Plan(request)).error);
  EXPECT_THAT(files_.Contents(), FilesAre({"a.csv", "a.parquet", "a.parquet.rejects.ndjson"}));
  files_.Put("a.csv", "id\n1\n");
  EXPECT_FALSE(Run(*Plan(request)).error);
  EXPECT_THAT(files_.Contents(), FilesAre({"a.csv", "a.parquet"}));
}

TEST_F(PlanRunnerTest, AnOverwrittenFolderKeepsNoOldFile) {
  files_.Put("a.csv", "id\n1\n");
  files_.Put("out/old.parquet", "old");
  CopyRequest request = Request({"a.csv"}, "out/");
  request.mode = CopyMode::kOverwrite;
  EXPECT_FALSE(Run(*Plan(request)).error);
  EXPECT_THAT(files_.Contents(), FilesAre({"a.csv", "out/a.parquet"}));
}

TEST_F(PlanRunnerTest, ACommitRemovesOtherAttemptsOfItsTasks) {
  files_.Put("a.csv", "id\n1\n");
  ASSERT_OK_AND_ASSIGN(const PlannedJob job, Plan(Request({"a.csv"}, "a.parquet")));
  DoDetachedTask(job);
  const pipeline::TaskReport report = DoDetachedTask(job);
  EXPECT_EQ(files_.Contents().size(), 3U);
  for (int commits = 0; commits < 2; ++commits) {
    EXPECT_FALSE(DoCommit(job, {&report, 1}, Publisher::kOtherProcess, environment_).error);
    EXPECT_THAT(files_.Contents(), FilesAre({"a.csv", "a.parquet"}));
  }
}

TEST_F(PlanRunnerTest, EachFolderIsClearedUpOnce) {
  std::string dead = storage::ThisProcessOwner();
  dead.replace(dead.rfind('-') + 1, std::string::npos, "1");  // the same number, started at another time
  const std::string left = storage::TemporaryPath("out/a.parquet", "R-0-1", dead);
  const std::string left_rejects = storage::TemporaryPath("bad/a.ndjson", "R-0-1", dead);
  files_.Put("a.csv", "id\n1\n");
  files_.Put(left, "x");
  files_.Put(left_rejects, "x");
  CopyRequest request = Request({"a.csv"}, "out/");
  request.rejects_path = "bad/b.ndjson";
  ASSERT_OK_AND_ASSIGN(const PlannedJob job, Plan(request));
  TargetRecovery recovery(environment_);
  recovery.CleanUp(job.plan);
  EXPECT_THAT(files_.Contents(), FilesAre({"a.csv"}));
  files_.Put(left, "x");
  recovery.CleanUp(job.plan);
  EXPECT_THAT(files_.Contents(), Not(FilesAre({"a.csv"})));
}

TEST_F(PlanRunnerTest, ADryRunTellsWhatTheRunTellsAndWritesNothing) {
  files_.Put("a.csv", "id,x\n1,2\n");
  CopyRequest request = Request({"a.csv"}, "a.parquet");
  request.declared->extra = schema::ExtraColumns::kIgnore;
  ASSERT_OK_AND_ASSIGN(const PlannedJob job, Plan(request));
  InputOpener opener(environment_, request.read);
  const pipeline::JobReport dry = DryRun(job, environment_, opener);
  EXPECT_EQ(dry.status, pipeline::JobStatus::kDryRun);
  EXPECT_THAT(files_.Contents(), FilesAre({"a.csv"}));
  EXPECT_EQ(dry.warnings, Run(job).warnings);
  EXPECT_THAT(dry.warnings, ::testing::Contains(HasSubstr("column 'x' ignored")));
}

}  // namespace
}  // namespace sluice::jobs

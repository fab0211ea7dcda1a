#include "jobs/load_job.h"

#include <filesystem>

#include "warehouse/recorded_fixture.h"

namespace sluice::jobs {
namespace {

using pipeline::JobStatus;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using warehouse::kRowsPerFile;

class LoadJobTest : public ::testing::Test {
 protected:
  LoadedJob Run(bool dry_run = false) {
    return RunLoad(job_, {.environment = world_.environment,
                          .waiter = world_,
                          .ledger = nullptr,
                          .variable = [](const std::string&) { return std::nullopt; },
                          .run = "r",
                          .dry_run = dry_run});
  }

  warehouse::LoadWorld world_;
  testing::ScratchFolder folder_;
  std::string recorded_ = folder_ / "qe";
  JobConfig job_{
      .name = "log",
      .kind = JobKind::kLoad,
      .load_job = LoadJob{
          .folder = recorded_, .target = "delta:" + (folder_ / "t"), .options = {.keep = true, .create = true}}};
};

TEST_F(LoadJobTest, ReportTellsWhatThisRunDidAlone) {
  ASSERT_TRUE(warehouse::RecordFiles(recorded_, 2).has_value());
  const LoadedJob first = Run();
  EXPECT_EQ(first.report.error, std::nullopt);
  EXPECT_EQ(first.report.status, JobStatus::kDone);
  EXPECT_EQ(first.report.rows_written, 2 * kRowsPerFile);
  EXPECT_THAT(first.report.files, SizeIs(2));
  // The folder then has a third file; the first two are the same bytes.
  ASSERT_TRUE(warehouse::RecordFiles(recorded_, 3).has_value());
  EXPECT_EQ(Run(true).report.rows_read, kRowsPerFile);
  const LoadedJob second = Run();
  EXPECT_EQ(second.report.rows_read, kRowsPerFile);
  EXPECT_EQ(second.report.rows_written, kRowsPerFile);
  EXPECT_THAT(second.report.files, SizeIs(1));
  EXPECT_EQ(second.load->rows_loaded, 3 * kRowsPerFile);
  const LoadedJob third = Run();
  EXPECT_EQ(third.report.status, JobStatus::kSkipped);
  EXPECT_EQ(third.report.rows_read, 0U);
}

TEST_F(LoadJobTest, DryRunReadsAndWritesNothing) {
  ASSERT_TRUE(warehouse::RecordFiles(recorded_, 2).has_value());
  const LoadedJob planned = Run(true);
  EXPECT_EQ(planned.report.status, JobStatus::kDryRun);
  EXPECT_THAT(planned.report.files, SizeIs(2));
  EXPECT_EQ(planned.report.rows_written, 0U);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "t"));
}

TEST_F(LoadJobTest, FileThatFailsFailsTheJobAndIsNamed) {
  ASSERT_TRUE(warehouse::RecordFiles(recorded_, 2).has_value());
  std::filesystem::resize_file(recorded_ + "/qe_t_w_0001.parquet", 10);
  const LoadedJob loaded = Run();
  EXPECT_EQ(loaded.report.status, JobStatus::kFailed);
  ASSERT_TRUE(loaded.report.error.has_value());
  EXPECT_EQ(loaded.report.error->kind(), core::ErrorKind::kInvalidInput);
  EXPECT_EQ(loaded.report.rows_written, kRowsPerFile);
  EXPECT_THAT(loaded.report.warnings, ::testing::Contains(HasSubstr("qe_t_w_0001.parquet: the file has 10 bytes")));
}

TEST_F(LoadJobTest, LoadThatCannotBeginHasNoReportOfFiles) {
  const LoadedJob loaded = Run();
  EXPECT_EQ(loaded.report.status, JobStatus::kFailed);
  EXPECT_FALSE(loaded.load.has_value());
}

TEST_F(LoadJobTest, PasswordIsReadWhenItIsNeeded) {
  job_.load_job->password = SecretReference{SecretReference::Kind::kEnvironment, "NOT_SET"};
  const LoadedJob loaded = Run();
  ASSERT_TRUE(loaded.report.error.has_value());
  EXPECT_THAT(loaded.report.error->message(), HasSubstr("NOT_SET"));
}

}  // namespace
}  // namespace sluice::jobs

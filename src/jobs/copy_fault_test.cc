#include <arrow/memory_pool.h>

#include "jobs/copy_plan.h"
#include "jobs/plan_runner.h"
#include "schema/type_text.h"
#include "storage/fault_file_system.h"
#include "storage/memory_file_system.h"
#include "storage/path.h"
#include "tests/support/result_matchers.h"

namespace sluice::jobs {
namespace {

using storage::FaultFileSystem;
using storage::FaultPlan;
using storage::MemoryFileSystem;
using Files = std::map<std::string, std::string>;

constexpr const char* kInput = "in/a.csv";
constexpr const char* kOutput = "out/a.parquet";
constexpr const char* kRejects = "out/a.rejects.ndjson";

/// One copy with a rejected row, so that two files are published together.
pipeline::JobReport Copy(storage::FileSystem& files, CopyMode mode) {
  core::ManualClock clock(core::Timestamp{std::chrono::seconds(1'761'613'200)});
  core::SystemRandom random;
  core::Executor executor(1);
  core::Cancellation cancellation;
  const Environment environment{files,           clock, random, executor, cancellation, arrow::default_memory_pool(),
                                256 * core::kMiB};
  pipeline::Progress progress(pipeline::ProgressStyle::kNone, clock, [](std::string_view) {});
  CopyRequest request{.sources = {kInput}, .target = kOutput};
  request.declared = schema::SpecOf(*schema::ParseColumns("id int64, t string"));
  request.rejects_path = kRejects;
  request.rejects_max = "1";
  request.mode = mode;
  InputOpener opener(environment, request.read);
  core::Result<PlannedJob> job = PlanCopy(request, environment, opener);
  if (!job) {
    pipeline::JobReport report{.status = pipeline::JobStatus::kFailed};
    report.error = std::move(job).error();
    return report;
  }
  TargetRecovery recovery(environment);
  return RunPlan(*job, environment, opener, progress, recovery);
}

void SetScene(MemoryFileSystem& files) { files.Put(kInput, "id,t\n1,one\nx,bad\n2,two\n"); }

Files Visible(const MemoryFileSystem& files) {
  Files visible;
  for (const auto& [path, bytes] : files.Contents()) {
    const bool hidden = storage::FileName(path).starts_with('.');
    if (!hidden && path != kInput) visible[path] = bytes;
  }
  return visible;
}

class CopyUnderFaults : public ::testing::TestWithParam<FaultPlan::Mode> {
 protected:
  void SetUp() override {
    MemoryFileSystem files;
    SetScene(files);
    FaultFileSystem counted(files);
    const pipeline::JobReport report = Copy(counted, CopyMode::kCreate);
    ASSERT_FALSE(report.error) << report.error->ToString();
    ASSERT_EQ(report.rows_rejected, 1u);
    changes_ = counted.changes();
    wanted_ = Visible(files);
    ASSERT_EQ(wanted_.size(), 2u);
    ASSERT_THAT(wanted_[kRejects], ::testing::EndsWith("\"text\":\"x,bad\"}\n"));
  }

  std::uint64_t changes_ = 0;
  Files wanted_;
};

TEST_P(CopyUnderFaults, PublishesWholeFilesOrNothingAndARerunSucceeds) {
  for (std::uint64_t at = 1; at <= changes_; ++at) {
    MemoryFileSystem files;
    SetScene(files);
    FaultFileSystem faulty(files, {.at = at, .mode = GetParam()});
    const pipeline::JobReport report = Copy(faulty, CopyMode::kCreate);
    for (const auto& [path, bytes] : Visible(files)) EXPECT_EQ(bytes, wanted_[path]) << path << ", fault at " << at;
    if (!report.error) {
      EXPECT_EQ(Visible(files), wanted_) << "fault at " << at;
    } else if (report.error->kind() != core::ErrorKind::kOutcomeUnknown && GetParam() != FaultPlan::Mode::kDie) {
      EXPECT_TRUE(Visible(files).empty()) << "fault at " << at << ": " << report.error->ToString();
    }
    const pipeline::JobReport again = Copy(files, CopyMode::kOverwrite);
    ASSERT_FALSE(again.error) << "after a fault at " << at << ": " << again.error->ToString();
    EXPECT_EQ(Visible(files), wanted_) << "after a fault at " << at;
  }
}

TEST_P(CopyUnderFaults, KeepsWhatItAcknowledgedThroughAPowerCut) {
  for (std::uint64_t at = 1; at <= changes_ + 1; ++at) {
    MemoryFileSystem files;
    SetScene(files);
    FaultFileSystem faulty(files, {.at = at, .mode = GetParam()});
    const bool acknowledged = !Copy(faulty, CopyMode::kCreate).error;
    files.Crash();
    for (const auto& [path, bytes] : Visible(files)) EXPECT_EQ(bytes, wanted_[path]) << path << ", fault at " << at;
    if (acknowledged) {
      EXPECT_EQ(Visible(files), wanted_) << "fault at " << at;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Modes, CopyUnderFaults,
                         ::testing::Values(FaultPlan::Mode::kOnce, FaultPlan::Mode::kSticky, FaultPlan::Mode::kDie,
                                           FaultPlan::Mode::kLostReply));

}  // namespace
}  // namespace sluice::jobs

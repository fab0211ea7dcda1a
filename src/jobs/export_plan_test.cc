#include "jobs/export_plan.h"

#include <arrow/memory_pool.h>
#include <stdlib.h>

#include <filesystem>
#include <string>

#include "jobs/export_job.h"
#include "storage/memory_file_system.h"
#include "tests/support/result_matchers.h"

namespace sluice::jobs {
namespace {

using core::ErrorKind;
using ::sluice::testing::FailsWith;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Date Day(const char* text) { return *ParseDate(text); }

class ExportPlanTest : public ::testing::Test {
 protected:
  ExportPlanTest() {
    std::string name = ::testing::TempDir() + "planXXXXXX";
    state_ = ::mkdtemp(name.data());
    ledger_ = *pipeline::Ledger::Open(state_, clock_);
    EXPECT_OK(ledger_->BeginRun("01A", "run"));
    for (const char* day : {"20251026", "20251027", "20251028"}) Put(day, "id\n1\n");
  }
  ~ExportPlanTest() override { std::filesystem::remove_all(state_); }

  void Put(const std::string& day, const std::string& bytes) { files_.Put("in/q_" + day + ".csv", bytes); }

  static JobConfig Job(const std::string& source = "files: \"in/q_{date:%Y%m%d}.csv\"", const std::string& extra = "") {
    const std::string text = "timezone: Asia/Bangkok\njobs:\n  q:\n    kind: export\n    source: {" + source +
                             "}\n    target: {parquet: out, file: \"year={date:%Y}/q_{date:%Y%m%d}.parquet\"}\n" +
                             extra;
    return (*ParseConfig(text, "c.yaml")).jobs[0];
  }

  core::Result<ExportPlan> Plan(const JobConfig& job, const ExportSelection& selection = {}) {
    return PlanExport(job, selection, {.environment = environment_, .ledger = ledger_.get()});
  }

  // Pretend that everything in the plan was exported.
  void Export(const ExportPlan& plan, const JobConfig& job = Job()) {
    for (const PlannedOutput& output : plan.outputs) {
      if (output.skipped()) continue;
      files_.Put(output.path, "parquet");
      ASSERT_OK_AND_ASSIGN(const PlannedJob planned, MakeExportJob(job, {&output, 1}, environment_, "01A"));
      pipeline::TaskReport report;
      report.output = {.final_path = output.path, .rows = 1, .bytes = 7, .checksum = "c"};
      EXPECT_OK(RecordCommit(planned.plan, {&report, 1}, *ledger_));
    }
  }

  // The verdict on the newest output.
  OutputVerdict Verdict(const JobConfig& job, const ExportSelection& selection = {}) {
    const auto plan = Plan(job, selection);
    EXPECT_OK(plan);
    return plan->outputs.at(0).verdict;
  }

  core::ManualClock clock_{core::Timestamp{std::chrono::seconds(1'761'674'400)}};  // 2025-10-28T18:00:00Z
  storage::MemoryFileSystem files_;
  core::SystemRandom random_;
  core::Executor executor_{1};
  core::Cancellation cancellation_;
  const Environment environment_{
      files_, clock_, random_, executor_, cancellation_, arrow::default_memory_pool(), 64 * core::kMiB};
  std::string state_;
  std::unique_ptr<pipeline::Ledger> ledger_;
};

TEST_F(ExportPlanTest, TheNewestInputIsTheDefault) {
  ASSERT_OK_AND_ASSIGN(const ExportPlan plan, Plan(Job()));
  ASSERT_THAT(plan.outputs, SizeIs(1));
  EXPECT_EQ(plan.outputs[0].path, "out/year=2025/q_20251028.parquet");
  EXPECT_EQ(plan.outputs[0].inputs[0].path, "in/q_20251028.csv");
  EXPECT_EQ(plan.outputs[0].inputs[0].bytes, 5u);
  EXPECT_EQ(plan.outputs[0].inputs[0].checksum.size(), 32u);
  EXPECT_EQ(plan.outputs[0].verdict, OutputVerdict::kNew);
}

TEST_F(ExportPlanTest, DatesAreChosenByTheSelection) {
  const auto dates = [&](const ExportSelection& selection) {
    std::vector<std::string> found;
    const auto plan = Plan(Job(), selection);
    for (const PlannedOutput& output : plan->outputs) found.push_back(FormatDate(output.date));
    return found;
  };
  using Kind = ExportSelection::Kind;
  EXPECT_THAT(dates({.kind = Kind::kHistorical}), ElementsAre("2025-10-26", "2025-10-27", "2025-10-28"));
  EXPECT_THAT(dates({.kind = Kind::kRange, .from = Day("2025-10-27"), .to = Day("2025-10-27")}),
              ElementsAre("2025-10-27"));
  EXPECT_THAT(dates({.kind = Kind::kRange, .from = Day("2025-10-27"), .to = Day("2025-12-31")}),
              ElementsAre("2025-10-27", "2025-10-28"));
}

TEST_F(ExportPlanTest, WhatIsDoneIsSkipped) {
  Export(*Plan(Job()));
  ASSERT_OK_AND_ASSIGN(const ExportPlan again, Plan(Job()));
  EXPECT_TRUE(again.outputs[0].skipped());
  EXPECT_FALSE(again.outputs[0].inputs_touched);
  EXPECT_EQ(Verdict(Job(), {.force = true}), OutputVerdict::kForced);
}

TEST_F(ExportPlanTest, AChangedInputIsExportedAgain) {
  Export(*Plan(Job()));
  Put("20251028", "id\n2\n");  // the same size
  ASSERT_OK_AND_ASSIGN(const ExportPlan changed, Plan(Job()));
  EXPECT_EQ(changed.outputs[0].verdict, OutputVerdict::kInputsChanged);
  EXPECT_EQ(changed.outputs[0].reason, "in/q_20251028.csv changed");
  Export(changed);
  EXPECT_EQ(Verdict(Job()), OutputVerdict::kUnchanged);
  Put("20251028", "id\n2\n3\n");
  EXPECT_EQ(Verdict(Job()), OutputVerdict::kInputsChanged);
}

TEST_F(ExportPlanTest, AnInputWrittenAgainWithTheSameContentsIsNot) {
  Export(*Plan(Job()));
  Put("20251028", "id\n1\n");
  ASSERT_OK_AND_ASSIGN(const ExportPlan plan, Plan(Job()));
  EXPECT_TRUE(plan.outputs[0].skipped());
  EXPECT_TRUE(plan.outputs[0].inputs_touched);
  ASSERT_OK(ledger_->UpdateInputs(LedgerPath(plan.outputs[0].path), ToLedgerInputs(plan.outputs[0])));
  EXPECT_FALSE((*Plan(Job())).outputs[0].inputs_touched);
}

TEST_F(ExportPlanTest, AnOutputThatIsGoneOrChangedIsMadeAgain) {
  Export(*Plan(Job()));
  files_.Put("out/year=2025/q_20251028.parquet", "damaged, and longer");
  EXPECT_EQ(Verdict(Job()), OutputVerdict::kOutputChanged);
  ASSERT_OK(files_.Remove("out/year=2025/q_20251028.parquet"));
  EXPECT_EQ(Verdict(Job()), OutputVerdict::kOutputMissing);
}

TEST_F(ExportPlanTest, ChangedOptionsOrSchemaMakeTheOutputAgain) {
  Export(*Plan(Job()));
  EXPECT_EQ(Verdict(Job("files: \"in/q_{date:%Y%m%d}.csv\", delimiter: \";\"")), OutputVerdict::kSettingsChanged);
  const std::string files = "files: \"in/q_{date:%Y%m%d}.csv\"";
  EXPECT_EQ(Verdict(Job(files, "    schema: {fields: [{name: id, type: int8}]}\n")), OutputVerdict::kSettingsChanged);
  EXPECT_EQ(Verdict(Job(files, "    rejects: {max: 5}\n")), OutputVerdict::kUnchanged);
}

TEST_F(ExportPlanTest, AllInputsOfADateMakeOneOutput) {
  const JobConfig job = Job("files: [\"in/q_{date:%Y%m%d}.csv\", \"in/*_{date:%Y%m%d}_*.csv\"]");
  files_.Put("in/q_20251028_b.csv", "id\n1\n");
  ASSERT_OK_AND_ASSIGN(const ExportPlan plan, Plan(job));
  ASSERT_THAT(plan.outputs, SizeIs(1));
  EXPECT_THAT(plan.outputs[0].inputs, SizeIs(2));
  Export(plan, job);
  EXPECT_EQ(Verdict(job), OutputVerdict::kUnchanged);
  files_.Put("in/q_20251028_c.csv", "id\n1\n");
  EXPECT_EQ((*Plan(job)).outputs[0].reason, "it was made from 2 files, now there are 3");
}

TEST_F(ExportPlanTest, AWrongDateInANameIsAWarning) {
  Put("20251345", "x");
  files_.Put("in/q_latest.csv", "x");
  ASSERT_OK_AND_ASSIGN(const ExportPlan plan, Plan(Job(), {.kind = ExportSelection::Kind::kHistorical}));
  EXPECT_THAT(plan.outputs, SizeIs(3));
  EXPECT_THAT(plan.warnings, ElementsAre(AllOf(HasSubstr("q_20251345.csv"), HasSubstr("wrong date in a file name"))));
}

TEST_F(ExportPlanTest, AMissingInputIsAWarningOrUnavailable) {
  const ExportSelection one_day{
      .kind = ExportSelection::Kind::kRange, .from = Day("2025-01-01"), .to = Day("2025-01-01")};
  ASSERT_OK_AND_ASSIGN(const ExportPlan plan, Plan(Job(), one_day));
  EXPECT_THAT(plan.outputs, IsEmpty());
  EXPECT_THAT(plan.warnings, ElementsAre("job q: no input in/q_20250101.csv for 2025-01-01"));
  EXPECT_THAT(Plan(Job("files: none.csv")), sluice::testing::IsOk());
  EXPECT_THAT(Plan(Job("files: none.csv, required: true")),
              FailsWith(ErrorKind::kUnavailable, HasSubstr("no input none.csv")));
}

TEST_F(ExportPlanTest, AnInputWithoutADateHasTheDateOfTheRun) {
  files_.Put("report.json", "[]");
  const JobConfig job = Job("files: report.json");
  ASSERT_OK_AND_ASSIGN(const ExportPlan today, Plan(job));
  EXPECT_EQ(today.outputs[0].path, "out/year=2025/q_20251029.parquet");  // it is past midnight in Bangkok
  using Kind = ExportSelection::Kind;
  ASSERT_OK_AND_ASSIGN(const ExportPlan dated,
                       Plan(job, {.kind = Kind::kRange, .from = Day("2025-10-01"), .to = Day("2025-10-01")}));
  EXPECT_EQ(dated.outputs[0].path, "out/year=2025/q_20251001.parquet");
  ASSERT_OK_AND_ASSIGN(const ExportPlan outside,
                       Plan(job, {.kind = Kind::kRange, .from = Day("2025-10-01"), .to = Day("2025-10-02")}));
  EXPECT_THAT(outside.outputs, IsEmpty());
  EXPECT_THAT(outside.warnings, ElementsAre(HasSubstr("counts as today's (2025-10-29)")));
}

TEST_F(ExportPlanTest, TheDateIsPutIntoConstantsOfTheSchema) {
  const JobConfig job = Job("files: \"in/q_{date:%Y%m%d}.csv\"",
                            "    schema: {fields: [{name: d, type: date, value: \"{date:%Y-%m-%d}\"}]}\n"
                            "    rejects: {file: \"rejects/{date:%Y%m%d}.ndjson\"}\n");
  ASSERT_OK_AND_ASSIGN(const ExportPlan plan, Plan(job));
  EXPECT_EQ(plan.outputs[0].schema->columns[0].value, "2025-10-28");
  EXPECT_EQ(plan.outputs[0].rejects_path, "rejects/20251028.ndjson");
  const JobConfig wrong =
      Job("files: \"in/q_{date:%Y%m%d}.csv\"", "    schema: {fields: [{name: d, type: date, value: \"{date:%Q}\"}]}\n");
  EXPECT_THAT(Plan(wrong), FailsWith(ErrorKind::kInvalidInput, HasSubstr("value of field 'd'")));
}

TEST_F(ExportPlanTest, TwoDatesCannotShareAnOutput) {
  JobConfig job = Job();
  job.export_job->target.file = *NamePattern::Parse("q_{date:%Y%m}.parquet");
  EXPECT_THAT(Plan(job, {.kind = ExportSelection::Kind::kHistorical}),
              FailsWith(ErrorKind::kConfiguration, HasSubstr("2025-10-26 and 2025-10-27 have one output")));
}

TEST_F(ExportPlanTest, WithoutALedgerEverythingIsNew) {
  Export(*Plan(Job()));
  ASSERT_OK_AND_ASSIGN(const ExportPlan plan,
                       PlanExport(Job(), {}, {.environment = environment_, .checksum_inputs = false}));
  EXPECT_EQ(plan.outputs[0].verdict, OutputVerdict::kNew);
  EXPECT_EQ(plan.outputs[0].inputs[0].checksum, "");
}

}  // namespace
}  // namespace sluice::jobs

#include "pipeline/plan.h"

#include "pipeline/job_report.h"
#include "pipeline/reject_budget.h"
#include "pipeline/task_report.h"
#include "tests/support/result_matchers.h"

namespace sluice::pipeline {
namespace {

using core::ErrorKind;
using ::sluice::testing::FailsWith;
using ::testing::HasSubstr;

Plan ExamplePlan() {
  Plan plan{.run = "01J", .job = "query_perf", .kind = "export", .mode = TargetMode::kReplace, .rejects_max = "1%"};
  plan.columns = {{.name = "id", .type = "int64", .origin = "inferred", .widened_from = "bool"},
                  {.name = "caf\xC3\xA9", .type = "string", .nullable = false, .origin = "declared"}};
  plan.settings = {{"codec", "snappy"}};
  plan.tasks = {
      {.inputs = {{"a b.csv", 12, 34, "56"}}, .output = "out.parquet", .bytes_estimate = 7, .settings = {{"k", "v"}}},
      {.index = 1, .output = "two.parquet"}};
  plan.superseded = {"old.parquet"};
  plan.warnings = {"something"};
  return plan;
}

TEST(Plan, SurvivesJson) {
  ASSERT_OK_AND_ASSIGN(const Plan back, PlanFromJson(ToJson(ExamplePlan())));
  EXPECT_EQ(back, ExamplePlan());
  EXPECT_EQ(ToJson(back), ToJson(ExamplePlan()));
}

TEST(Plan, RefusesDocumentsThatAreNoPlan) {
  EXPECT_THAT(PlanFromJson("{"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("no JSON document")));
  EXPECT_THAT(PlanFromJson("[]"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("no JSON document")));
  EXPECT_THAT(PlanFromJson(R"({"version":2})"), FailsWith(ErrorKind::kUnsupported, HasSubstr("version 2")));
  EXPECT_THAT(PlanFromJson(R"({"version":1})"),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("member 'run' is missing")));
  Plan plan = ExamplePlan();
  plan.tasks[1].index = 5;
  EXPECT_THAT(PlanFromJson(ToJson(plan)), FailsWith(ErrorKind::kInvalidInput, HasSubstr("index 5")));
}

TEST(TaskReport, SurvivesJson) {
  TaskReport report{.run = "01J", .index = 3, .rows_read = 5, .rows_written = 4, .rows_rejected = 1, .bytes_read = 99};
  report.output = {"t", "f", 4, 50, "abc"};
  report.rejects = {"rt", "rf", 1, 60, "def"};
  report.findings = {"x"};
  report.notes = {"y"};
  report.encodings = {"z"};
  report.reject_examples = {"w"};
  report.read_ms = 1;
  report.write_ms = 2;
  ASSERT_OK_AND_ASSIGN(const TaskReport back, TaskReportFromJson(ToJson(report)));
  EXPECT_EQ(back, report);
  EXPECT_THAT(TaskReportFromJson("{}"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("'run' is missing")));
}

TEST(JobReport, HasTheKeysOfTheContract) {
  JobReport report{.run = "01J", .job = "copy", .status = JobStatus::kRejected, .rows_read = 2};
  report.files = {{"out.parquet", 1, 100}};
  report.columns = {{.name = "id", .type = "int64", .origin = "declared", .widened_from = {}}};
  EXPECT_EQ(ToJson(report, -1),
            R"({"run":"01J","job":"copy","status":"rejected","rows_read":2,"rows_written":0,"rows_rejected":0,)"
            R"("bytes_read":0,"bytes_written":0,"files":[{"path":"out.parquet","rows":1,"bytes":100}],)"
            R"("columns":[{"name":"id","type":"int64","nullable":true,"origin":"declared","widened_from":null}],)"
            R"("rejects":null,"warnings":[],"timings_ms":{"plan":0,"read":0,"write":0,"commit":0,"total":0}})");
  EXPECT_EQ(ToJson(core::NotFound("a.csv").WithHint("look"), -1),
            R"({"error":{"kind":"NotFound","message":"a.csv","hint":"look","context":[]}})");
}

TEST(RejectBudget, CountsRowsOrShares) {
  ASSERT_OK_AND_ASSIGN(const RejectBudget none, RejectBudget::Parse("0"));
  EXPECT_FALSE(none.Exceeded(0, 10));
  EXPECT_TRUE(none.Exceeded(1, 10));
  EXPECT_FALSE(none.Hopeless(9));
  EXPECT_TRUE(none.Hopeless(10));
  ASSERT_OK_AND_ASSIGN(const RejectBudget share, RejectBudget::Parse("1%"));
  EXPECT_FALSE(share.Exceeded(1, 100));
  EXPECT_TRUE(share.Exceeded(2, 100));
  EXPECT_FALSE(share.Hopeless(1000));
  for (const char* text : {"", "-1", "1.5", "101%", "%", "1 %", "many"}) {
    EXPECT_THAT(RejectBudget::Parse(text), FailsWith(ErrorKind::kInvalidInput, HasSubstr("no limit of rejected rows")))
        << text;
  }
}

}  // namespace
}  // namespace sluice::pipeline

#include "pipeline/task_runner.h"

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "tests/support/result_matchers.h"

namespace sluice::pipeline {
namespace {

using core::ErrorKind;
using ::sluice::testing::FailsWith;
using ::testing::HasSubstr;

std::shared_ptr<arrow::RecordBatch> Rows(std::int64_t count) {
  arrow::Int64Builder builder;
  EXPECT_TRUE(builder.AppendValues(std::vector<std::int64_t>(static_cast<std::size_t>(count), 1)).ok());
  return arrow::RecordBatch::Make(arrow::schema({arrow::field("n", arrow::int64())}), count, {*builder.Finish()});
}

class FakeReader final : public columns::RowReader {
 public:
  explicit FakeReader(std::vector<columns::RowBatch> batches) : batches_(std::move(batches)) {}
  const schema::Schema& schema() const override { return schema_; }
  core::Result<std::optional<columns::RowBatch>> Next() override {
    if (at_ == batches_.size()) return std::optional<columns::RowBatch>();
    return std::optional<columns::RowBatch>(batches_[at_++]);
  }
  const std::vector<columns::ColumnFinding>& findings() const override { return findings_; }
  const std::vector<std::string>& notes() const override { return notes_; }

 private:
  schema::Schema schema_;
  std::vector<columns::RowBatch> batches_;
  std::size_t at_ = 0;
  std::vector<columns::ColumnFinding> findings_{{columns::ColumnFinding::Kind::kMissing, "x", ""}};
  std::vector<std::string> notes_;
};

struct FakeEnds final : Source, Sink {
  std::vector<columns::RowBatch> batches;
  std::int64_t rows_written = 0;
  std::vector<std::string> rejected;
  bool finished = false;
  bool full = false;

  core::Result<std::unique_ptr<columns::RowReader>> Open(const Plan&, const PlannedTask&) override {
    return std::unique_ptr<columns::RowReader>(std::make_unique<FakeReader>(batches));
  }
  core::Result<std::unique_ptr<TaskWriter>> Open(const Plan&, const PlannedTask&, const schema::Schema&) override {
    struct Writer final : TaskWriter {
      explicit Writer(FakeEnds& owner) : ends(owner) {}
      core::Status Write(std::shared_ptr<arrow::RecordBatch> rows) override {
        ends.rows_written += rows->num_rows();
        return core::Ok();
      }
      core::Status Reject(const columns::Reject& reject) override {
        if (ends.full) return core::IoError("no space for rejects");
        ends.rejected.push_back(reject.text);
        return core::Ok();
      }
      core::Status Finish(TaskReport& report) override {
        ends.finished = true;
        report.output.final_path = "out";
        return core::Ok();
      }
      FakeEnds& ends;
    };
    return std::unique_ptr<TaskWriter>(std::make_unique<Writer>(*this));
  }
};

columns::RowBatch BatchWithRejects(std::int64_t rows, std::size_t rejects) {
  columns::RowBatch batch{.rows = Rows(rows), .rejects = {}, .bytes_read = 10};
  for (std::size_t i = 0; i < rejects; ++i) {
    batch.rejects.push_back(
        {.source = "in.csv", .line = i + 2, .column = "v", .reason = "not an int64", .text = "x\ty"});
  }
  return batch;
}

class TaskRunner : public ::testing::Test {
 protected:
  core::Status Run(TaskReport& report) { return RunTask(plan_, plan_.tasks[0], context_, report); }

  Plan plan_{.run = "R", .job = "copy", .tasks = {{}}};
  FakeEnds ends_;
  core::SystemClock clock_;
  core::Cancellation cancellation_;
  Progress progress_{ProgressStyle::kNone, clock_, [](std::string_view) {}};
  TaskContext context_{ends_, ends_, clock_, cancellation_, progress_};
  TaskReport report_;
};

TEST_F(TaskRunner, CountsEveryRow) {
  plan_.rejects_max = "50%";
  ends_.batches = {BatchWithRejects(3, 1), BatchWithRejects(0, 1), BatchWithRejects(2, 0)};
  ASSERT_OK(Run(report_));
  EXPECT_EQ(report_.rows_read, 7u);
  EXPECT_EQ(report_.rows_written, 5u);
  EXPECT_EQ(report_.rows_rejected, 2u);
  EXPECT_EQ(ends_.rows_written, 5);
  EXPECT_EQ(ends_.rejected.size(), 2u);
  EXPECT_TRUE(ends_.finished);
  EXPECT_EQ(report_.findings, std::vector<std::string>{"column 'x' missing"});
  EXPECT_OK(CheckRejectBudget(plan_, {&report_, 1}));
}

TEST_F(TaskRunner, StopsEarlyWhenTheBudgetCannotBeKept) {
  ends_.batches = {BatchWithRejects(1, 12), BatchWithRejects(1, 0)};
  EXPECT_THAT(Run(report_), FailsWith(ErrorKind::kInvalidInput, HasSubstr("in.csv:2: column 'v': not an int64: x y")));
  EXPECT_FALSE(ends_.finished);
  EXPECT_EQ(report_.rows_rejected, 12u);
}

TEST_F(TaskRunner, NamesTheFewRejectsOfAllTasksAtTheEnd) {
  ends_.batches = {BatchWithRejects(1, 1)};
  ASSERT_OK(Run(report_));
  EXPECT_THAT(CheckRejectBudget(plan_, {&report_, 1}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("1 of 2 rows were rejected")));
}

TEST_F(TaskRunner, FailsWhenARejectCannotBeKept) {
  plan_.rejects_max = "50%";
  ends_.batches = {BatchWithRejects(3, 1), BatchWithRejects(3, 0)};
  ends_.full = true;
  EXPECT_THAT(Run(report_), FailsWith(ErrorKind::kIo, HasSubstr("no space for rejects")));
  EXPECT_FALSE(ends_.finished);
}

TEST_F(TaskRunner, StopsOnRequest) {
  ends_.batches = {BatchWithRejects(1, 0)};
  cancellation_.Cancel();
  EXPECT_THAT(Run(report_), FailsWith(ErrorKind::kCancelled, HasSubstr("nothing was published")));
  EXPECT_EQ(ends_.rows_written, 0);
}

TEST_F(TaskRunner, WantsOneReportForEachTask) {
  plan_.tasks = {{.index = 0}, {.index = 1}};
  const TaskReport first{.run = "R", .index = 0};
  const TaskReport second{.run = "R", .index = 1};
  EXPECT_OK(CheckReports(plan_, std::vector{second, first}));
  EXPECT_THAT(CheckReports(plan_, std::vector{first}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("task 1 is missing")));
  EXPECT_THAT(CheckReports(plan_, std::vector{first, first}), FailsWith(ErrorKind::kInvalidInput, HasSubstr("twice")));
  const TaskReport foreign{.run = "S", .index = 1};
  EXPECT_THAT(CheckReports(plan_, std::vector{first, foreign}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("run S")));
}

TEST(Progress, RedrawsAtMostTwentyTimesASecond) {
  core::ManualClock clock(core::Timestamp{});
  std::vector<std::string> shown;
  Progress progress(ProgressStyle::kBar, clock, [&](std::string_view text) { shown.emplace_back(text); });
  for (int i = 0; i < 1000; ++i) {
    clock.Advance(std::chrono::milliseconds(1));
    progress.Update({"copy", 500, 1000, 1234, 2});
  }
  EXPECT_EQ(shown.size(), 20u);
  EXPECT_THAT(shown.back(), HasSubstr("50% 500 bytes · 1,234 rows · 2 rejected"));
  progress.End({"copy", 1000, 1000, 2000, 2});
  EXPECT_EQ(shown.back(), "\r\x1b[K");
}

TEST(Progress, SpeaksJson) {
  core::ManualClock clock(core::Timestamp{});
  std::string shown;
  Progress progress(ProgressStyle::kJson, clock, [&](std::string_view text) { shown += text; });
  clock.Advance(std::chrono::seconds(2));
  progress.Update({"copy", 5, 10, 1, 0});
  EXPECT_EQ(
      shown,
      R"({"event":"progress","job":"copy","bytes_read":5,"bytes_total":10,"rows":1,"rejects":0,"elapsed_ms":2000})"
      "\n");
}

}  // namespace
}  // namespace sluice::pipeline

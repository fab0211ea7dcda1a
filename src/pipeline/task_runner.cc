#include "pipeline/task_runner.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "pipeline/reject_budget.h"

namespace sluice::pipeline {
namespace {

using columns::ColumnFinding;
using columns::RowBatch;
using columns::RowReader;
using std::chrono::nanoseconds;

/// One task on its way: reads, writes, counts.
class Mover {
 private:
  template <typename Step>
  auto Timed(nanoseconds& total, const Step& step) {
    const nanoseconds begun = context_.clock.Monotonic();
    auto result = step();
    total += context_.clock.Monotonic() - begun;
    return result;
  }

 public:
  Mover(const Plan& plan, const PlannedTask& task, const TaskContext& context, TaskReport& report)
      : plan_(plan), task_(task), context_(context), report_(report) {}

  core::Status Move() {
    SLUICE_ASSIGN_OR_RETURN(budget_, RejectBudget::Parse(plan_.rejects_max));
    SLUICE_ASSIGN_OR_RETURN(const std::unique_ptr<RowReader> reader, context_.source.Open(plan_, task_));
    SLUICE_ASSIGN_OR_RETURN(const std::unique_ptr<TaskWriter> writer,
                            context_.sink.Open(plan_, task_, reader->schema()));
    for (const InputFile& input : task_.inputs) bytes_total_ += input.bytes;
    SLUICE_TRY(MoveBatches(*reader, *writer));
    for (const ColumnFinding& finding : reader->findings()) report_.findings.push_back(DescribeFinding(finding));
    report_.notes = reader->notes();
    SLUICE_TRY(Timed(write_, [&] { return writer->Finish(report_); }));
    report_.output.rows = report_.rows_written;
    report_.rejects.rows = report_.rows_rejected;
    return core::Ok();
  }

  void FinishReport() {
    report_.read_ms = std::chrono::duration_cast<std::chrono::milliseconds>(read_).count();
    report_.write_ms = std::chrono::duration_cast<std::chrono::milliseconds>(write_).count();
    context_.progress.End(State());
  }

 private:
  ProgressState State() const {
    return {plan_.job, report_.bytes_read, bytes_total_, report_.rows_written, report_.rows_rejected};
  }

  core::Status MoveBatches(RowReader& reader, TaskWriter& writer) {
    while (true) {
      SLUICE_TRY(context_.cancellation.Check());
      SLUICE_ASSIGN_OR_RETURN(std::optional<RowBatch> batch, Timed(read_, [&] { return reader.Next(); }));
      if (!batch) return core::Ok();
      SLUICE_TRY(Timed(write_, [&] { return Write(*batch, writer); }));
      context_.progress.Update(State());
    }
  }

  core::Status Write(RowBatch& batch, TaskWriter& writer) {
    const auto rows = static_cast<std::uint64_t>(batch.rows->num_rows());
    report_.bytes_read = batch.bytes_read;
    report_.rows_read += rows + batch.rejects.size();
    for (const columns::Reject& reject : batch.rejects) {
      ++report_.rows_rejected;
      if (report_.reject_examples.size() < kRejectsNamedMax) report_.reject_examples.push_back(DescribeReject(reject));
      SLUICE_TRY(writer.Reject(reject));
    }
    if (budget_.Hopeless(report_.rows_rejected)) return CheckRejectBudget(plan_, {&report_, 1});
    if (rows > 0) SLUICE_TRY(writer.Write(std::move(batch.rows)));
    report_.rows_written += rows;
    return core::Ok();
  }

  const Plan& plan_;
  const PlannedTask& task_;
  const TaskContext& context_;
  TaskReport& report_;
  RejectBudget budget_;
  std::uint64_t bytes_total_ = 0;
  nanoseconds read_{0};
  nanoseconds write_{0};
};

}  // namespace

std::string DescribeFinding(const ColumnFinding& finding) {
  constexpr const char* kWords[] = {"added", "missing", "reordered", "renamed", "widened", "ignored"};
  std::string text = fmt::format("column '{}' {}", finding.column, kWords[static_cast<std::size_t>(finding.kind)]);
  if (!finding.detail.empty()) text += ": " + finding.detail;
  return text;
}

std::string DescribeReject(const columns::Reject& reject) {
  constexpr std::size_t kTextBytesMax = 120;
  std::string text = reject.text.substr(0, kTextBytesMax);
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  if (reject.text.size() > kTextBytesMax) text += "...";
  const std::string column = reject.column.empty() ? "" : fmt::format(" column '{}':", reject.column);
  return fmt::format("{}:{}:{} {}: {}", reject.source, reject.line, column, reject.reason, text);
}

core::Status RunTask(const Plan& plan, const PlannedTask& task, const TaskContext& context, TaskReport& report) {
  report = TaskReport{.run = plan.run, .index = task.index};
  context.progress.Begin();
  Mover mover(plan, task, context, report);
  core::Status status = mover.Move();
  mover.FinishReport();
  if (!status) return status;
  if (report.rows_read != report.rows_written + report.rows_rejected) {
    return core::Internal(fmt::format("{} rows were read, {} written and {} rejected", report.rows_read,
                                      report.rows_written, report.rows_rejected));
  }
  return core::Ok();
}

core::Status CheckRejectBudget(const Plan& plan, std::span<const TaskReport> reports) {
  SLUICE_ASSIGN_OR_RETURN(const RejectBudget budget, RejectBudget::Parse(plan.rejects_max));
  std::uint64_t read = 0;
  std::uint64_t rejected = 0;
  for (const TaskReport& report : reports) {
    read += report.rows_read;
    rejected += report.rows_rejected;
  }
  if (!budget.Exceeded(rejected, read)) return core::Ok();
  std::string message = fmt::format("{} of {} rows were rejected; nothing was published", rejected, read);
  std::size_t named = 0;
  for (const TaskReport& report : reports) {
    for (const std::string& example : report.reject_examples) {
      if (named++ < kRejectsNamedMax) message += "\n  " + example;
    }
  }
  return core::InvalidInput(std::move(message))
      .WithHint("repair the input, or allow some rejects with --max-rejects and keep them with --rejects FILE")
      .WithContext("max-rejects=" + budget.text());
}

core::Status CheckReports(const Plan& plan, std::span<const TaskReport> reports) {
  std::vector<std::size_t> seen(plan.tasks.size(), 0);
  for (const TaskReport& report : reports) {
    if (report.run != plan.run || report.index >= seen.size()) {
      return core::InvalidInput(fmt::format("the report of task {} of run {} is not of this plan (run {}, {} tasks)",
                                            report.index, report.run, plan.run, seen.size()));
    }
    if (++seen[report.index] > 1) {
      return core::InvalidInput(fmt::format("task {} is reported twice", report.index));
    }
  }
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (seen[i] == 0) {
      return core::InvalidInput(fmt::format("the report of task {} is missing", i))
          .WithHint(fmt::format("run: sluice task PLAN --index {} --report FILE", i));
    }
  }
  return core::Ok();
}

}  // namespace sluice::pipeline

#include "cli/job_printer.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/count_text.h"
#include "core/byte_size.h"

namespace sluice::cli {
namespace {

using core::FormatByteSizeRounded;
using pipeline::JobReport;
using pipeline::JobStatus;

}  // namespace

void JobPrinter::PrintPlan(const jobs::PlannedJob& job) {
  const std::string_view arrow = console_.symbols().arrow;
  for (const pipeline::PlannedTask& task : job.plan.tasks) {
    for (const pipeline::InputFile& input : task.inputs) {
      const std::string size = input.path == "-" ? "standard input" : FormatByteSizeRounded(input.bytes);
      console_.Say(fmt::format("  {} ({})", input.path, size));
    }
    console_.Say(fmt::format("{} Would create {} (about {}, {})", arrow, task.output,
                             FormatByteSizeRounded(task.bytes_estimate),
                             parquet::FormatCodec(job.settings.write.codec)));
  }
  std::size_t name_width = 6;
  std::size_t type_width = 4;
  for (const pipeline::PlannedColumn& column : job.plan.columns) {
    name_width = std::max(name_width, std::min<std::size_t>(column.name.size(), 40));
    type_width = std::max(type_width, std::min<std::size_t>(column.type.size(), 40));
  }
  console_.Say(fmt::format("  {:<{}}  {:<{}}  {}", "column", name_width, "type", type_width, "origin"));
  for (const pipeline::PlannedColumn& column : job.plan.columns) {
    console_.Say(fmt::format("  {:<{}}  {:<{}}  {}{}{}", column.name, name_width, column.type, type_width,
                             column.origin, column.nullable ? "" : ", not null",
                             column.widened_from ? ", widened from " + *column.widened_from : ""));
  }
}

void JobPrinter::SayDone(const JobReport& report) {
  const std::string_view mark = console_.symbols().done;
  const std::string target = report.files.size() == 1 ? report.files[0].path : CountText(report.files.size(), "file");
  const double seconds = std::max(1e-3, static_cast<double>(report.timings.total_ms) / 1000);
  const auto rate = static_cast<std::uint64_t>(static_cast<double>(report.bytes_read) / seconds);
  console_.Say(fmt::format("{} Wrote {} to {} ({} {} {}, {:.2f} s, {}/s)", mark, CountText(report.rows_written, "row"),
                           target, FormatByteSizeRounded(report.bytes_read), console_.symbols().arrow,
                           FormatByteSizeRounded(report.bytes_written), seconds, FormatByteSizeRounded(rate)));
  if (report.rows_rejected > 0) {
    console_.Warn(fmt::format("{} rejected: {}", CountText(report.rows_rejected, "row"), report.rejects.value_or("")));
  }
}

ExitCode JobPrinter::PrintReport(const JobReport& report, bool explain) {
  for (const std::string& warning : report.warnings) {
    if (!console_.json()) console_.Hint("note: " + warning);
  }
  if (report.error) {
    if (console_.json()) {
      console_.Data(ToJson(report, console_.json_indent()) + "\n");
      console_.Warn(report.error->ToString());
    } else {
      console_.Fail(*report.error);
    }
    return ExitCodeOf(report.error->kind());
  }
  if (report.status == JobStatus::kDryRun) {
    console_.Say("DRY RUN - no files written");
  } else if (report.status == JobStatus::kSkipped) {
    console_.Say(fmt::format("{} already applied, nothing was written", console_.symbols().skipped));
  } else {
    SayDone(report);
  }
  for (const std::string& line : report.encodings) {
    if (explain) console_.Say("  " + line);
  }
  if (console_.json()) console_.Data(ToJson(report, console_.json_indent()) + "\n");
  if (report.status == JobStatus::kSkipped) return ExitCode::kNothingToDo;
  return report.status == JobStatus::kRejected ? ExitCode::kRejected : ExitCode::kDone;
}

}  // namespace sluice::cli

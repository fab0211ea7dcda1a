#include "cli/run_printer.h"

#include <algorithm>
#include <array>
#include <fstream>

#include "storage/path.h"

namespace sluice::cli {
namespace {

using jobs::LogLevel;
using pipeline::JobStatus;

int LevelNumber(const std::string& name) {
  constexpr std::array<std::string_view, 4> kLevels{"debug", "info", "warning", "error"};
  return static_cast<int>(std::find(kLevels.begin(), kLevels.end(), name) - kLevels.begin());
}

}  // namespace

RunPrinter::RunPrinter(Console& console, const core::Clock& clock, const jobs::Settings& settings)
    : console_(console),
      clock_(clock),
      lines_(console.utf8()),
      log_path_(settings.text("log_file")),
      log_json_(settings.text("log_format") == "json"),
      log_level_(LevelNumber(settings.text("log_level"))) {}

void RunPrinter::OnPlanned(const jobs::ExportPlan& plan) {
  for (const std::string& warning : plan.warnings) {
    console_.Warn(lines_.Warning(warning));
    Log(LogLevel::kWarning, warning);
  }
}

void RunPrinter::OnOutput(const jobs::ExportedOutput& output) {
  const std::string file(storage::FileName(output.planned.path));
  switch (output.report.status) {
    case JobStatus::kSkipped: console_.Say(lines_.Skipped(file)); break;
    case JobStatus::kDryRun:
      for (const auto& input : output.planned.inputs) {
        console_.Say(lines_.Found(storage::FileName(input.path), input.bytes));
      }
      console_.Say(lines_.WouldCreate(file));
      SayNotes(output.report);
      break;
    case JobStatus::kDone:
    case JobStatus::kRejected: SayDone(output); break;
    case JobStatus::kFailed: {
      const core::Error& error = *output.report.error;
      console_.Warn(lines_.Failed(output.report.job, jobs::FormatDate(output.planned.date), error.message()));
      if (!error.hint().empty()) console_.Warn("  hint: " + error.hint());
      Log(LogLevel::kError, file + ": " + error.message());
      break;
    }
  }
}

void RunPrinter::SayDone(const jobs::ExportedOutput& output) {
  const pipeline::JobReport& report = output.report;
  ++files_written_;
  std::string inputs;
  for (const auto& input : output.planned.inputs) {
    inputs += (inputs.empty() ? "" : ", ") + std::string(storage::FileName(input.path));
  }
  console_.Say(lines_.Parsed(report.rows_read, inputs));
  console_.Say(lines_.Wrote(output.planned.path, report.bytes_written));
  console_.Say(lines_.Compression(report.bytes_read, report.bytes_written));
  console_.Say(lines_.SchemaValidated());
  SayNotes(report);
  if (report.rows_rejected > 0) console_.Warn(lines_.Rejected(report.rows_rejected, report.rejects.value_or("")));
  if (log_level_ > static_cast<int>(LogLevel::kInfo)) return;
  const jobs::ExportLogEntry entry{storage::FileName(output.planned.path), report.rows_written, report.bytes_read,
                                   report.bytes_written, output.planned.table ? "delta" : "parquet"};
  LogLineText(LogLevel::kInfo, log_json_ ? ExportLogJson(clock_.Now(), entry)
                                         : LogLine(clock_.Now(), LogLevel::kInfo, ExportLogText(entry)));
}

void RunPrinter::SayNotes(const pipeline::JobReport& report) {
  std::string notes;
  for (const std::string& warning : report.warnings) notes += (notes.empty() ? "  note: " : "; ") + warning;
  if (!notes.empty()) console_.Hint(notes);
}

void RunPrinter::OnFailure(const std::string& job, const core::Error& error) {
  console_.Warn(lines_.Failed(job, "", error.message()));
  if (!error.hint().empty()) console_.Warn("  hint: " + error.hint());
  Log(LogLevel::kError, job + ": " + error.message());
}

void RunPrinter::Finish(bool dry_run) { console_.Say(dry_run ? lines_.DryRun() : lines_.Complete(files_written_)); }

void RunPrinter::Log(LogLevel level, std::string_view text) {
  if (static_cast<int>(level) < log_level_) return;
  LogLineText(level, log_json_ ? LogLineJson(clock_.Now(), level, text) : LogLine(clock_.Now(), level, text));
}

void RunPrinter::LogLineText(LogLevel, const std::string& line) {
  if (log_path_.empty()) return;
  std::ofstream log(log_path_, std::ios::app);
  log << line << '\n';
  if (!log.flush()) console_.Warn(lines_.Warning("the log " + log_path_ + " could not be written"));
}

}  // namespace sluice::cli

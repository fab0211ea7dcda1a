#include "cli/run_printer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "cli/load_printer.h"
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
  exported_ = true;
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
  exported_ = true;
  SayFailure(job, error);
}

void RunPrinter::SayFailure(const std::string& job, const core::Error& error) {
  console_.Warn(lines_.Failed(job, "", error.message()));
  if (!error.hint().empty()) console_.Warn("  hint: " + error.hint());
  Log(LogLevel::kError, job + ": " + error.message());
}

void RunPrinter::OnLoad(const jobs::LoadedJob& loaded) {
  loaded_ = true;
  const pipeline::JobReport& report = loaded.report;
  if (report.status == JobStatus::kSkipped) {
    console_.Say(fmt::format("{} {}: nothing new to load", console_.symbols().skipped, report.job));
  } else if (loaded.load) {
    SayLoad(*loaded.load, true, console_);
  }
  if (loaded.load) {
    for (const std::string& note : loaded.load->notes) console_.Hint("note: " + note);
  }
  if (report.error) return SayFailure(report.job, *report.error);
  if (report.status == JobStatus::kDryRun) return;
  Log(LogLevel::kInfo,
      fmt::format("load job={} files={} rows={} rejected={} target={}", report.job, report.files.size(),
                  report.rows_written, report.rows_rejected, loaded.load->target));
}

void RunPrinter::Finish(bool dry_run) {
  const bool loads_alone = loaded_ && !exported_;
  if (dry_run) {
    console_.Say(loads_alone ? std::string("DRY RUN - nothing was loaded") : lines_.DryRun());
  } else if (!loads_alone) {
    console_.Say(lines_.Complete(files_written_));
  }
}

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

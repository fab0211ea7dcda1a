#pragma once

#include <string>

#include "cli/console.h"
#include "core/clock.h"
#include "jobs/export_report.h"
#include "jobs/export_run.h"
#include "jobs/load_job.h"
#include "jobs/settings.h"
#include "storage/file_system.h"

namespace sluice::cli {

/// Says what exports and loads do, line by line, to the operator and to the log file.
class RunPrinter final : public jobs::ExportListener {
 public:
  /// Borrows both; `log_path` may be empty: no log.
  RunPrinter(Console& console, const core::Clock& clock, const jobs::Settings& settings);

  void OnPlanned(const jobs::ExportPlan& plan) override;
  void OnOutput(const jobs::ExportedOutput& output) override;
  void OnFailure(const std::string& job, const core::Error& error) override;
  void OnLoad(const jobs::LoadedJob& loaded);
  /// The last line.
  void Finish(bool dry_run);

 private:
  void SayDone(const jobs::ExportedOutput& output);
  void SayFailure(const std::string& job, const core::Error& error);
  void SayNotes(const pipeline::JobReport& report);
  void Log(jobs::LogLevel level, std::string_view text);
  void LogLineText(jobs::LogLevel level, const std::string& line);

  Console& console_;
  const core::Clock& clock_;
  jobs::ExportLines lines_;
  std::string log_path_;
  bool log_json_;
  int log_level_;
  std::uint64_t files_written_ = 0;
  bool exported_ = false;
  bool loaded_ = false;
};

}  // namespace sluice::cli

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/plan.h"

namespace sluice::pipeline {

enum class JobStatus : std::uint8_t { kDone, kRejected, kFailed, kSkipped, kDryRun };

/// "done", "rejected", "failed", "skipped", "dry-run".
std::string_view JobStatusName(JobStatus status);

struct PublishedOutput {
  std::string path = {};
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
};

struct PhaseTimings {
  std::int64_t plan_ms = 0;
  std::int64_t read_ms = 0;
  std::int64_t write_ms = 0;
  std::int64_t commit_ms = 0;
  std::int64_t total_ms = 0;
};

/// What a user is told about one job: the report of `--output json`.
struct JobReport {
  std::string run = {};
  std::string job = {};
  JobStatus status = JobStatus::kDone;
  std::uint64_t rows_read = 0;
  std::uint64_t rows_written = 0;
  std::uint64_t rows_rejected = 0;
  std::uint64_t bytes_read = 0;
  std::uint64_t bytes_written = 0;
  std::vector<PublishedOutput> files = {};
  std::vector<PlannedColumn> columns = {};
  std::optional<std::string> rejects = {};
  std::vector<std::string> warnings = {};
  bool already_applied = false;  ///< the target had the rows already: nothing was written; not part of the JSON report
  std::vector<std::string> encodings = {};  ///< for --explain; not part of the JSON report
  std::optional<core::Error> error = {};    ///< set when kFailed
  PhaseTimings timings = {};
};

/// The report as one JSON object without a newline at its end; `indent` < 0 puts it on one line.
std::string ToJson(const JobReport& report, int indent);

/// {"run":…,"jobs":[report, …]}.
std::string ToJson(std::string_view run, const std::vector<JobReport>& reports, int indent);

/// {"error":{"kind","message","hint","context":[…]}}.
std::string ToJson(const core::Error& error, int indent);

}  // namespace sluice::pipeline

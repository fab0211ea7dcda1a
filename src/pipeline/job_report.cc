#include "pipeline/job_report.h"

#include <nlohmann/json.hpp>

namespace sluice::pipeline {
namespace {

using nlohmann::ordered_json;

std::string Dump(const ordered_json& value, int indent) {
  return value.dump(indent, ' ', false, ordered_json::error_handler_t::replace);
}

ordered_json ErrorValue(const core::Error& error) {
  return {{"kind", core::ErrorKindName(error.kind())},
          {"message", error.message()},
          {"hint", error.hint()},
          {"context", error.context()}};
}

ordered_json ColumnValue(const PlannedColumn& column) {
  ordered_json value{
      {"name", column.name}, {"type", column.type}, {"nullable", column.nullable}, {"origin", column.origin}};
  value["widened_from"] = column.widened_from ? ordered_json(*column.widened_from) : ordered_json(nullptr);
  return value;
}

ordered_json ReportValue(const JobReport& report) {
  ordered_json files = ordered_json::array();
  for (const PublishedOutput& file : report.files) {
    files.push_back({{"path", file.path}, {"rows", file.rows}, {"bytes", file.bytes}});
  }
  ordered_json columns = ordered_json::array();
  for (const PlannedColumn& column : report.columns) columns.push_back(ColumnValue(column));
  const PhaseTimings& timings = report.timings;
  ordered_json value{{"run", report.run},
                     {"job", report.job},
                     {"status", JobStatusName(report.status)},
                     {"rows_read", report.rows_read},
                     {"rows_written", report.rows_written},
                     {"rows_rejected", report.rows_rejected},
                     {"bytes_read", report.bytes_read},
                     {"bytes_written", report.bytes_written},
                     {"files", std::move(files)},
                     {"columns", std::move(columns)},
                     {"rejects", report.rejects ? ordered_json(*report.rejects) : ordered_json(nullptr)},
                     {"warnings", report.warnings},
                     {"timings_ms",
                      {{"plan", timings.plan_ms},
                       {"read", timings.read_ms},
                       {"write", timings.write_ms},
                       {"commit", timings.commit_ms},
                       {"total", timings.total_ms}}}};
  if (report.error) value["error"] = ErrorValue(*report.error);
  return value;
}

}  // namespace

std::string_view JobStatusName(JobStatus status) {
  switch (status) {
    case JobStatus::kDone: return "done";
    case JobStatus::kRejected: return "rejected";
    case JobStatus::kFailed: return "failed";
    case JobStatus::kSkipped: return "skipped";
    case JobStatus::kDryRun: return "dry-run";
  }
  return "failed";
}

std::string ToJson(const JobReport& report, int indent) { return Dump(ReportValue(report), indent); }

std::string ToJson(std::string_view run, const std::vector<JobReport>& reports, int indent) {
  ordered_json jobs = ordered_json::array();
  for (const JobReport& report : reports) jobs.push_back(ReportValue(report));
  return Dump({{"run", run}, {"jobs", std::move(jobs)}}, indent);
}

std::string ToJson(const core::Error& error, int indent) { return Dump({{"error", ErrorValue(error)}}, indent); }

}  // namespace sluice::pipeline

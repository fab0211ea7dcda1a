#include "pipeline/task_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "pipeline/json_member.h"

namespace sluice::pipeline {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

ordered_json ToValue(const PendingFile& file) {
  return {{"temporary_path", file.temporary_path},
          {"final_path", file.final_path},
          {"rows", file.rows},
          {"bytes", file.bytes},
          {"checksum", file.checksum}};
}

core::Status Read(const json& object, const char* name, PendingFile& file) {
  const auto found = object.find(name);
  if (found == object.end()) return core::InvalidInput(fmt::format("member '{}' is missing", name));
  SLUICE_TRY(ReadMember(*found, "temporary_path", file.temporary_path));
  SLUICE_TRY(ReadMember(*found, "final_path", file.final_path));
  SLUICE_TRY(ReadMember(*found, "rows", file.rows));
  SLUICE_TRY(ReadMember(*found, "bytes", file.bytes));
  return ReadMember(*found, "checksum", file.checksum);
}

}  // namespace

std::string ToJson(const TaskReport& report) {
  const ordered_json value{{"version", 1},
                           {"run", report.run},
                           {"index", report.index},
                           {"output", ToValue(report.output)},
                           {"rejects", ToValue(report.rejects)},
                           {"rows_read", report.rows_read},
                           {"rows_written", report.rows_written},
                           {"rows_rejected", report.rows_rejected},
                           {"bytes_read", report.bytes_read},
                           {"log_lines", report.log_lines},
                           {"findings", report.findings},
                           {"notes", report.notes},
                           {"encodings", report.encodings},
                           {"reject_examples", report.reject_examples},
                           {"timings_ms", {{"read", report.read_ms}, {"write", report.write_ms}}}};
  return value.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

core::Result<TaskReport> TaskReportFromJson(std::string_view text) {
  const json value = json::parse(text, nullptr, false);
  if (value.is_discarded() || !value.is_object()) return core::InvalidInput("the report is no JSON document");
  TaskReport report;
  SLUICE_TRY(ReadMember(value, "run", report.run));
  SLUICE_TRY(ReadMember(value, "index", report.index));
  SLUICE_TRY(Read(value, "output", report.output));
  SLUICE_TRY(Read(value, "rejects", report.rejects));
  SLUICE_TRY(ReadMember(value, "rows_read", report.rows_read));
  SLUICE_TRY(ReadMember(value, "rows_written", report.rows_written));
  SLUICE_TRY(ReadMember(value, "rows_rejected", report.rows_rejected));
  SLUICE_TRY(ReadMember(value, "bytes_read", report.bytes_read));
  SLUICE_TRY(ReadMember(value, "log_lines", report.log_lines));
  SLUICE_TRY(ReadMember(value, "findings", report.findings));
  SLUICE_TRY(ReadMember(value, "notes", report.notes));
  SLUICE_TRY(ReadMember(value, "encodings", report.encodings));
  SLUICE_TRY(ReadMember(value, "reject_examples", report.reject_examples));
  json timings = json::object();
  SLUICE_TRY(ReadMember(value, "timings_ms", timings));
  SLUICE_TRY(ReadMember(timings, "read", report.read_ms));
  SLUICE_TRY(ReadMember(timings, "write", report.write_ms));
  return report;
}

}  // namespace sluice::pipeline

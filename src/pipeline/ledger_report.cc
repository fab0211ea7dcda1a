#include "pipeline/ledger_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/byte_size.h"

namespace sluice::pipeline {
namespace {

using Json = nlohmann::ordered_json;

Json RunToJson(const RunRecord& run) {
  const RunCounts& counts = run.counts;
  return Json{{"run", run.id},
              {"command", run.command},
              {"status", RunStatusName(run.status)},
              {"started", core::FormatTimestamp(run.started)},
              {"finished", run.finished ? Json(core::FormatTimestamp(*run.finished)) : Json(nullptr)},
              {"outputs", counts.outputs},
              {"skipped", counts.skipped},
              {"rows_read", counts.rows_read},
              {"rows_written", counts.rows_written},
              {"rows_rejected", counts.rows_rejected},
              {"bytes_read", counts.bytes_read},
              {"bytes_written", counts.bytes_written},
              {"error", run.error.empty() ? Json(nullptr) : Json(run.error)},
              {"next", NextStep(run)}};
}

std::string Dump(const Json& json, int indent) { return json.dump(indent, ' ', false, Json::error_handler_t::replace); }

}  // namespace

core::Result<RunDetails> ReadRunDetails(Ledger& ledger, const std::string& id) {
  RunDetails details;
  SLUICE_ASSIGN_OR_RETURN(details.run, ledger.FindRun(id));
  SLUICE_ASSIGN_OR_RETURN(details.tasks, ledger.ListTasks(details.run.id));
  SLUICE_ASSIGN_OR_RETURN(details.outputs, ledger.ListOutputs(details.run.id));
  return details;
}

std::string NextStep(const RunRecord& run) {
  switch (run.status) {
    case RunStatus::kRunning: return "wait: it is at work";
    case RunStatus::kDone: return "";
    case RunStatus::kRejected: return "look at the rejects files";
    case RunStatus::kFailed: return "repair what the error names and run the same command again: " + run.command;
    case RunStatus::kInterrupted: return "run the same command again: " + run.command;
  }
  return "";
}

std::string ToText(std::span<const RunRecord> runs) {
  if (runs.empty()) return "no runs yet\n";
  std::string text;
  for (const RunRecord& run : runs) {
    text += fmt::format(
        "{}  {}  {:<11}  {} files, {} skipped, {} rows, {} rejected  {}\n", run.id, core::FormatTimestamp(run.started),
        RunStatusName(run.status), core::FormatCount(run.counts.outputs), core::FormatCount(run.counts.skipped),
        core::FormatCount(run.counts.rows_written), core::FormatCount(run.counts.rows_rejected), run.command);
  }
  return text;
}

std::string ToText(const RunDetails& details) {
  const RunRecord& run = details.run;
  std::string text = ToText(std::span(&run, 1));
  if (run.finished) {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(*run.finished - run.started).count();
    text += fmt::format("finished {}, after {} ms\n", core::FormatTimestamp(*run.finished), ms);
  }
  if (!run.error.empty()) text += "error: " + run.error + "\n";
  for (const TaskRecord& task : details.tasks) {
    text += fmt::format("  {:<9} {}: {} ({} rows, {} rejected, {} ms){}{}\n", task.status, task.job, task.output,
                        core::FormatCount(task.rows_written), core::FormatCount(task.rows_rejected), task.total_ms,
                        task.message.empty() ? "" : " ", task.message);
  }
  const std::string next = NextStep(run);
  if (!next.empty()) text += "next: " + next + "\n";
  return text;
}

std::string ToJson(std::span<const RunRecord> runs, int indent) {
  Json json{{"runs", Json::array()}};
  for (const RunRecord& run : runs) json["runs"].push_back(RunToJson(run));
  return Dump(json, indent);
}

std::string ToJson(const RunDetails& details, int indent) {
  Json json = RunToJson(details.run);
  json["tasks"] = Json::array();
  for (const TaskRecord& task : details.tasks) {
    json["tasks"].push_back({{"job", task.job},
                             {"output", task.output},
                             {"status", task.status},
                             {"rows_read", task.rows_read},
                             {"rows_written", task.rows_written},
                             {"rows_rejected", task.rows_rejected},
                             {"total_ms", task.total_ms},
                             {"message", task.message}});
  }
  json["files"] = Json::array();
  for (const OutputRecord& output : details.outputs) {
    Json inputs = Json::array();
    for (const InputFile& input : output.inputs) {
      inputs.push_back({{"path", input.path}, {"bytes", input.bytes}, {"checksum", input.checksum}});
    }
    json["files"].push_back({{"path", output.path},
                             {"job", output.job},
                             {"date", output.date},
                             {"rows", output.rows},
                             {"bytes", output.bytes},
                             {"checksum", output.checksum},
                             {"inputs", std::move(inputs)}});
  }
  return Dump(json, indent);
}

}  // namespace sluice::pipeline

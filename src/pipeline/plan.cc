#include "pipeline/plan.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "pipeline/json_member.h"

namespace sluice::pipeline {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr int kPlanVersion = 1;

ordered_json ToValue(const PlannedColumn& column) {
  ordered_json value{
      {"name", column.name}, {"type", column.type}, {"nullable", column.nullable}, {"origin", column.origin}};
  value["widened_from"] = column.widened_from ? ordered_json(*column.widened_from) : ordered_json(nullptr);
  return value;
}

ordered_json ToValue(const PlannedTask& task) {
  ordered_json inputs = ordered_json::array();
  for (const InputFile& input : task.inputs) {
    inputs.push_back(
        {{"path", input.path}, {"bytes", input.bytes}, {"mtime_ns", input.mtime_ns}, {"checksum", input.checksum}});
  }
  return {{"index", task.index},
          {"inputs", std::move(inputs)},
          {"output", task.output},
          {"bytes_estimate", task.bytes_estimate},
          {"settings", task.settings}};
}

core::Status Read(const json& value, PlannedColumn& column) {
  SLUICE_TRY(ReadMember(value, "name", column.name));
  SLUICE_TRY(ReadMember(value, "type", column.type));
  SLUICE_TRY(ReadMember(value, "nullable", column.nullable));
  SLUICE_TRY(ReadMember(value, "origin", column.origin));
  if (value.contains("widened_from") && !value["widened_from"].is_null()) {
    SLUICE_TRY(ReadMember(value, "widened_from", column.widened_from.emplace()));
  }
  return core::Ok();
}

core::Status Read(const json& value, InputFile& input) {
  SLUICE_TRY(ReadMember(value, "path", input.path));
  SLUICE_TRY(ReadMember(value, "bytes", input.bytes));
  SLUICE_TRY(ReadMember(value, "mtime_ns", input.mtime_ns));
  return ReadMember(value, "checksum", input.checksum);
}

template <typename T>
core::Status ReadList(const json& object, const char* name, std::vector<T>& list);

core::Status Read(const json& value, PlannedTask& task) {
  SLUICE_TRY(ReadMember(value, "index", task.index));
  SLUICE_TRY(ReadList(value, "inputs", task.inputs));
  SLUICE_TRY(ReadMember(value, "output", task.output));
  SLUICE_TRY(ReadMember(value, "bytes_estimate", task.bytes_estimate));
  return ReadMember(value, "settings", task.settings);
}

template <typename T>
core::Status ReadList(const json& object, const char* name, std::vector<T>& list) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_array()) {
    return core::InvalidInput(fmt::format("member '{}' is missing or no array", name));
  }
  for (const json& value : *found) SLUICE_TRY(Read(value, list.emplace_back()));
  return core::Ok();
}

core::Status CheckIndexes(const Plan& plan) {
  for (std::size_t i = 0; i < plan.tasks.size(); ++i) {
    if (plan.tasks[i].index != i)
      return core::InvalidInput(fmt::format("task {} has index {}", i, plan.tasks[i].index));
  }
  return core::Ok();
}

core::Status Read(const json& value, Plan& plan) {
  int version = 0;
  std::string mode;
  SLUICE_TRY(ReadMember(value, "version", version));
  if (version != kPlanVersion) {
    return core::Unsupported(
               fmt::format("the plan has version {}, this program reads version {}", version, kPlanVersion))
        .WithHint("make the plan again with this program");
  }
  SLUICE_TRY(ReadMember(value, "run", plan.run));
  SLUICE_TRY(ReadMember(value, "job", plan.job));
  SLUICE_TRY(ReadMember(value, "kind", plan.kind));
  SLUICE_TRY(ReadMember(value, "mode", mode));
  if (mode != "create" && mode != "replace") return core::InvalidInput(fmt::format("mode '{}' is unknown", mode));
  plan.mode = mode == "create" ? TargetMode::kCreate : TargetMode::kReplace;
  SLUICE_TRY(ReadMember(value, "rejects_max", plan.rejects_max));
  SLUICE_TRY(ReadMember(value, "rejects_path", plan.rejects_path));
  SLUICE_TRY(ReadList(value, "columns", plan.columns));
  SLUICE_TRY(ReadMember(value, "settings", plan.settings));
  SLUICE_TRY(ReadList(value, "tasks", plan.tasks));
  SLUICE_TRY(ReadMember(value, "superseded", plan.superseded));
  SLUICE_TRY(ReadMember(value, "warnings", plan.warnings));
  return CheckIndexes(plan);
}

}  // namespace

std::string ToJson(const Plan& plan) {
  ordered_json value{{"version", kPlanVersion},
                     {"run", plan.run},
                     {"job", plan.job},
                     {"kind", plan.kind},
                     {"mode", plan.mode == TargetMode::kCreate ? "create" : "replace"},
                     {"rejects_max", plan.rejects_max},
                     {"rejects_path", plan.rejects_path},
                     {"columns", ordered_json::array()},
                     {"settings", plan.settings},
                     {"tasks", ordered_json::array()},
                     {"superseded", plan.superseded},
                     {"warnings", plan.warnings}};
  for (const PlannedColumn& column : plan.columns) value["columns"].push_back(ToValue(column));
  for (const PlannedTask& task : plan.tasks) value["tasks"].push_back(ToValue(task));
  return value.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

core::Result<Plan> PlanFromJson(std::string_view text) {
  const json value = json::parse(text, nullptr, false);
  if (value.is_discarded() || !value.is_object()) return core::InvalidInput("the plan is no JSON document");
  Plan plan;
  SLUICE_TRY(Read(value, plan));
  return plan;
}

}  // namespace sluice::pipeline

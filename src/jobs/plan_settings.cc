#include "jobs/plan_settings.h"

#include <string_view>
#include <utility>

#include "jobs/write_settings.h"
#include "schema/schema_file.h"

namespace sluice::jobs {
namespace {

constexpr std::string_view kReadPrefix = "read.";
constexpr std::string_view kWritePrefix = "write.";
constexpr std::string_view kTablePrefix = "table.";
constexpr const char* kSchemaKey = "schema";
constexpr const char* kInferredKey = "schema.inferred";

std::map<std::string, std::string> WithoutPrefix(const std::map<std::string, std::string>& texts,
                                                 std::string_view prefix) {
  std::map<std::string, std::string> chosen;
  for (const auto& [name, text] : texts) {
    if (name.starts_with(prefix)) chosen.emplace(name.substr(prefix.size()), text);
  }
  return chosen;
}

}  // namespace

void StoreSettings(const PlanSettings& settings, pipeline::Plan& plan) {
  if (settings.inferred) plan.settings[kInferredKey] = "yes";
  plan.settings[kSchemaKey] = schema::SchemaFileToJson(settings.spec);
  for (auto& [name, text] : ToMap(settings.read)) plan.settings[std::string(kReadPrefix) + name] = text;
  for (auto& [name, text] : ToMap(settings.write)) plan.settings[std::string(kWritePrefix) + name] = text;
  if (!settings.table) return;
  for (auto& [name, text] : ToMap(*settings.table)) plan.settings[std::string(kTablePrefix) + name] = text;
}

void StoreTaskSpec(const schema::TableSpec& spec, pipeline::PlannedTask& task) {
  task.settings[kTaskSchema] = schema::SchemaFileToJson(spec);
}

core::Result<schema::TableSpec> TaskSpec(const PlanSettings& settings, const pipeline::PlannedTask& task) {
  const auto own = task.settings.find(kTaskSchema);
  if (own == task.settings.end()) return settings.spec;
  return schema::ParseSchemaFile(own->second, "the task's schema");
}

core::Result<PlanSettings> LoadSettings(const pipeline::Plan& plan) {
  PlanSettings settings;
  const auto schema_text = plan.settings.find(kSchemaKey);
  if (schema_text == plan.settings.end()) return core::InvalidInput("the plan has no schema");
  SLUICE_ASSIGN_OR_RETURN(settings.spec, schema::ParseSchemaFile(schema_text->second, "the plan's schema"));
  settings.inferred = plan.settings.contains(kInferredKey);
  SLUICE_ASSIGN_OR_RETURN(settings.read, ReadSettingsFromMap(WithoutPrefix(plan.settings, kReadPrefix)));
  SLUICE_ASSIGN_OR_RETURN(settings.write, WriteOptionsFromMap(WithoutPrefix(plan.settings, kWritePrefix)));
  const auto table_texts = WithoutPrefix(plan.settings, kTablePrefix);
  if (!table_texts.empty()) {
    SLUICE_ASSIGN_OR_RETURN(settings.table, TableSettingsFromMap(table_texts));
  }
  return settings;
}

}  // namespace sluice::jobs

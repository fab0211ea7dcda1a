#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "jobs/config.h"
#include "schema/diagnostic.h"
#include "schema/yaml_mapping.h"

namespace sluice::jobs {

/// Where a part of the configuration is read: what it needs of the whole.
struct ConfigScope {
  const std::string& folder;
  const std::string& timezone;
  const std::vector<ConnectionConfig>& connections;
  const std::vector<FileSetting>& settings;  ///< defaults of the jobs: codec, max_rejects, …
  schema::DiagnosticList& mistakes;
};

/// Read one job of the configuration. With mistakes noted, the value is incomplete.
JobConfig ReadJob(const schema::YamlMember& member, const ConfigScope& scope);

/// Read the keys of an export job.
ExportJob ReadExportJob(schema::YamlMapping& mapping, const std::string& name, const ConfigScope& scope);

/// Read the keys of a load job.
LoadJob ReadLoadJob(schema::YamlMapping& mapping, const std::string& name, const ConfigScope& scope);

/// Read the target of an export job. `dated`: the names of its inputs say a date.
ExportTarget ReadTarget(const schema::YamlNode& node, const std::string& job, bool dated, const ConfigScope& scope);

/// A path of the configuration: relative to the configuration's folder.
std::string ResolvePath(const ConfigScope& scope, const std::string& path);

/// What the surroundings of the jobs say of a setting that a job does not state itself.
std::optional<std::string> InheritedSetting(const ConfigScope& scope, std::string_view setting);

/// `text` as a pattern; a mistake with the value of `key` when it is none.
std::optional<NamePattern> ReadPattern(schema::YamlMapping& mapping, const char* key, const std::string& text);

/// A zone of the time zone database under `key`; nullopt when missing or wrong.
std::optional<std::string> ReadTimezone(schema::YamlMapping& mapping);

}  // namespace sluice::jobs

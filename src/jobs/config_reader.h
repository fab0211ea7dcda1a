#pragma once

#include <string>

#include "jobs/config.h"
#include "schema/diagnostic.h"
#include "schema/yaml_mapping.h"

namespace sluice::jobs {

/// Where a part of the configuration is read: what it needs of the whole.
struct ConfigScope {
  const std::string& folder;
  const std::string& timezone;
  const std::vector<FileSetting>& settings;  ///< defaults of the jobs: codec, max_rejects, …
  schema::DiagnosticList& mistakes;
};

/// Read one job of the configuration. With mistakes noted, the value is incomplete.
JobConfig ReadJob(const schema::YamlMember& member, const ConfigScope& scope);

/// Read the keys of an export job.
ExportJob ReadExportJob(schema::YamlMapping& mapping, const std::string& name, const ConfigScope& scope);

/// A zone of the time zone database under `key`; nullopt when missing or wrong.
std::optional<std::string> ReadTimezone(schema::YamlMapping& mapping);

}  // namespace sluice::jobs

#pragma once

#include <string>
#include <vector>

#include "jobs/settings.h"
#include "schema/yaml_mapping.h"

namespace sluice::jobs {

/// The settings among the keys of a file's top level; values that do not fit are mistakes.
std::vector<FileSetting> ReadFileSettings(schema::YamlMapping& mapping, const std::string& file);

}  // namespace sluice::jobs

#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "pipeline/plan.h"
#include "storage/file_system.h"

namespace sluice::jobs {

/// The files that paths and globs name, each once, globs in the order of their names; "-" stays as it is. NotFound when
/// one names nothing; Unsupported for sources of a later version.
core::Result<std::vector<std::string>> ExpandSources(const std::vector<std::string>& sources,
                                                     storage::FileSystem& files);

/// The input as it is now. InvalidInput for a folder.
core::Result<pipeline::InputFile> DescribeInput(const std::string& path, storage::FileSystem& files);

}  // namespace sluice::jobs

#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/result.h"
#include "jobs/config.h"
#include "query/views.h"
#include "storage/file_system.h"

namespace sluice::jobs {

/// The tables, views and macros of a configuration: each export job's output under the job's name, then the views and
/// macros it states. Jobs without outputs yet are left out, with the views over them, and named in `missing`.
struct ConfigViews {
  query::ViewSet set = {};
  /// Names of jobs and folders of their Delta tables; in this process, they are to be made before `set`.
  std::vector<std::pair<std::string, std::string>> tables = {};
  std::vector<std::string> missing = {};
};

/// Who will read the views.
enum class ViewReader : std::uint8_t {
  kThisProcess,
  /// DuckDB without Sluice: paths work from every folder, and Delta tables are read by DuckDB's extension `delta`.
  kAnyDuckDb,
};

core::Result<ConfigViews> ViewsOf(const Config& config, storage::FileSystem& files, ViewReader reader);

}  // namespace sluice::jobs

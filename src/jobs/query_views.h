#pragma once

#include "core/result.h"
#include "jobs/config.h"
#include "query/views.h"
#include "storage/file_system.h"

namespace sluice::jobs {

/// The tables, views and macros of a configuration: each export job's output under the job's name, then the views and
/// macros it states. Jobs without outputs yet are left out, with the views over them, and named in `missing`.
struct ConfigViews {
  query::ViewSet set = {};
  std::vector<std::string> missing = {};
};

/// `absolute`: paths that work from every folder, for files that are used without Sluice.
core::Result<ConfigViews> ViewsOf(const Config& config, storage::FileSystem& files, bool absolute);

}  // namespace sluice::jobs

#include "jobs/query_views.h"

#include <fmt/format.h>

#include "jobs/export_plan.h"

namespace sluice::jobs {
namespace {

// A macro is written "name(parameters)": "SELECT …" for a table, anything else for a value.
std::string MacroStatement(const NamedSql& macro) {
  return fmt::format("CREATE OR REPLACE MACRO {} AS {}", macro.first, macro.second);
}

core::Status AddJob(const JobConfig& job, const std::string& folder, storage::FileSystem& files, ConfigViews& views) {
  const query::TableSource source{.path = folder};
  SLUICE_TRY(views.set.AddTable(files, job.name, source));
  SLUICE_ASSIGN_OR_RETURN(const std::string scan, query::ScanSql(files, source));
  for (const auto& [name, sql] : job.export_job->views) {
    views.set.views.push_back({name, ExpandTarget(sql, scan)});
  }
  for (const NamedSql& macro : job.export_job->macros) {
    views.set.macros.push_back(MacroStatement({macro.first, ExpandTarget(macro.second, scan)}));
  }
  return core::Ok();
}

}  // namespace

core::Result<ConfigViews> ViewsOf(const Config& config, storage::FileSystem& files, bool absolute) {
  ConfigViews views;
  for (const JobConfig& job : config.jobs) {
    if (!job.export_job) continue;
    const std::string& folder = job.export_job->target.folder;
    SLUICE_ASSIGN_OR_RETURN(const auto there, files.StatIfExists(folder));
    if (!there) {
      views.missing.push_back(job.name);
      continue;
    }
    SLUICE_TRY(AddJob(job, absolute ? LedgerPath(folder) : folder, files, views));
  }
  return views;
}

}  // namespace sluice::jobs

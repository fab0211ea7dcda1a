#include "jobs/query_views.h"

#include <fmt/format.h>

#include "delta_log/log_listing.h"
#include "jobs/export_plan.h"
#include "query/identifier.h"

namespace sluice::jobs {
namespace {

// A macro is written "name(parameters)": "SELECT …" for a table, anything else for a value.
std::string MacroStatement(const NamedSql& macro) {
  return fmt::format("CREATE OR REPLACE MACRO {} AS {}", macro.first, macro.second);
}

/// What stands for {target} in the SQL of a job.
core::Result<std::string> AddOutput(const JobConfig& job, const std::string& folder, storage::FileSystem& files,
                                    ViewReader reader, ConfigViews& views) {
  if (job.export_job->target.table) {
    views.tables.emplace_back(job.name, folder);
    if (reader == ViewReader::kThisProcess) return query::QuoteIdentifier(job.name);
    const std::string scan = fmt::format("delta_scan({})", query::QuoteText(folder));
    views.set.views.push_back({job.name, "SELECT * FROM " + scan});
    return scan;
  }
  const query::TableSource source{.path = folder};
  SLUICE_TRY(views.set.AddTable(files, job.name, source));
  return query::ScanSql(files, source);
}

core::Status AddJob(const JobConfig& job, const std::string& folder, storage::FileSystem& files, ViewReader reader,
                    ConfigViews& views) {
  SLUICE_ASSIGN_OR_RETURN(const std::string target, AddOutput(job, folder, files, reader, views));
  for (const auto& [name, sql] : job.export_job->views) {
    views.set.views.push_back({name, ExpandTarget(sql, target)});
  }
  for (const NamedSql& macro : job.export_job->macros) {
    views.set.macros.push_back(MacroStatement({macro.first, ExpandTarget(macro.second, target)}));
  }
  return core::Ok();
}

core::Result<bool> HasOutput(const ExportTarget& target, storage::FileSystem& files) {
  if (target.table) {
    const auto log = delta_log::ListLog(files, target.folder);
    // What else is wrong with it is for those who read it.
    return log || log.error().kind() != core::ErrorKind::kNotFound;
  }
  SLUICE_ASSIGN_OR_RETURN(const auto there, files.StatIfExists(target.folder));
  return there.has_value();
}

}  // namespace

core::Result<ConfigViews> ViewsOf(const Config& config, storage::FileSystem& files, ViewReader reader) {
  ConfigViews views;
  for (const JobConfig& job : config.jobs) {
    if (!job.export_job) continue;
    const std::string& folder = job.export_job->target.folder;
    SLUICE_ASSIGN_OR_RETURN(const bool there, HasOutput(job.export_job->target, files));
    if (!there) {
      views.missing.push_back(job.name);
      continue;
    }
    SLUICE_TRY(AddJob(job, reader == ViewReader::kAnyDuckDb ? LedgerPath(folder) : folder, files, reader, views));
  }
  return views;
}

}  // namespace sluice::jobs

#include "cli/query_tables.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/open_table.h"
#include "delta_log/table_location.h"
#include "jobs/table_input.h"
#include "query/table_filters.h"

namespace sluice::cli {

core::Result<bool> QueryTables::IsDelta(const std::string& path, Application& application) {
  if (jobs::IsTable(path)) return true;
  const auto location = delta_log::ParseTableLocation(application.files(), path);
  if (!location) return false;
  SLUICE_ASSIGN_OR_RETURN(const auto log, application.files().StatIfExists(location->root + "/_delta_log"));
  return log && log->directory;
}

core::Status QueryTables::Add(const std::string& name, const std::string& path, Application& application) {
  SLUICE_ASSIGN_OR_RETURN(const auto snapshot, OpenTable(path, application));
  SLUICE_ASSIGN_OR_RETURN(const jobs::Environment* environment, application.environment());
  SLUICE_ASSIGN_OR_RETURN(auto rows, jobs::TableRows::Make(*environment, snapshot));
  tables_.emplace_back(name, std::move(rows));
  return core::Ok();
}

core::Status QueryTables::Register(query::Session& session, const std::string& sql, const query::ViewSet& views) {
  query::NamedTables named;
  for (const auto& [name, rows] : tables_) named.tables[name] = rows->schema();
  for (const query::View& view : views.views) named.views[view.name] = view.select;
  named.macros = !views.macros.empty();
  SLUICE_ASSIGN_OR_RETURN(const auto filters, query::FindTableFilters(session, sql, named));
  for (const auto& [name, rows] : tables_) {
    const auto filter = filters.find(name);
    if (filter != filters.end()) rows->set_condition(filter->second);
    SLUICE_TRY(session.AddSource({name, rows}));
  }
  return core::Ok();
}

core::Status QueryTables::Explain(Console& console) const {
  for (const auto& [name, rows] : tables_) {
    SLUICE_ASSIGN_OR_RETURN(const jobs::TableScanReport report, rows->Explain());
    console.Warn(fmt::format("{}: {} of {} files read, {} skipped{}", name, report.files_read, report.files_total,
                             report.files_total - report.files_read,
                             report.condition.empty() ? "" : " by " + report.condition));
    for (const std::string& line : report.skipped) console.Warn("  skipped " + line);
    const std::size_t unnamed = report.files_total - report.files_read - report.skipped.size();
    if (unnamed > 0) console.Warn(fmt::format("  … and {} more", unnamed));
  }
  return core::Ok();
}

}  // namespace sluice::cli

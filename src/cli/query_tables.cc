#include "cli/query_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "cli/open_table.h"
#include "core/ascii.h"
#include "delta_log/table_location.h"
#include "jobs/table_input.h"
#include "query/table_filters.h"

namespace sluice::cli {
namespace {

// Whether the statement or a view may call one of the macros: says a macro's name, in whatever sense.
bool MayCallMacros(const std::string& sql, const query::ViewSet& views) {
  constexpr std::string_view kMacro = "macro ";
  std::string said = core::LowerAscii(sql);
  for (const query::View& view : views.views) said += "\n" + core::LowerAscii(view.select);
  return std::any_of(views.macros.begin(), views.macros.end(), [&](const std::string& statement) {
    const std::string macro = core::LowerAscii(statement);
    const std::size_t name = macro.find(kMacro) + kMacro.size();  // CREATE OR REPLACE MACRO name(parameters) AS …
    return said.find(macro.substr(name, macro.find('(') - name)) != std::string::npos;
  });
}

}  // namespace

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
  named.macros = MayCallMacros(sql, views);
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
    if (!rows->opened()) continue;
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

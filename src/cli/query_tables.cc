#include "cli/query_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "cli/open_table.h"
#include "core/ascii.h"
#include "core/suggestion.h"
#include "delta_log/table_location.h"
#include "jobs/table_input.h"
#include "query/reached_names.h"
#include "query/table_filters.h"

namespace sluice::cli {
namespace {

/// "name" of "CREATE OR REPLACE MACRO name(parameters) AS …".
std::string MacroName(const std::string& statement) {
  constexpr std::string_view kMacro = "macro ";
  const std::size_t name = core::LowerAscii(statement).find(kMacro) + kMacro.size();
  return statement.substr(name, statement.find('(', name) - name);
}

}  // namespace

core::Result<bool> QueryTables::IsDelta(const std::string& path, Application& application) {
  if (jobs::IsTable(path)) return true;
  const auto location = delta_log::ParseTableLocation(application.files(), path);
  if (!location) return false;
  SLUICE_ASSIGN_OR_RETURN(const auto log, application.files().StatIfExists(location->root + "/_delta_log"));
  return log && log->directory;
}

core::Status QueryTables::Open(const std::string& name, const std::string& path, Application& application) {
  SLUICE_ASSIGN_OR_RETURN(const auto snapshot, OpenTable(path, application));
  SLUICE_ASSIGN_OR_RETURN(const jobs::Environment* environment, application.environment());
  SLUICE_ASSIGN_OR_RETURN(auto rows, jobs::TableRows::Make(*environment, snapshot));
  tables_.emplace_back(name, std::move(rows));
  return core::Ok();
}

core::Status QueryTables::Register(query::Session& session, const std::string& sql, const query::ViewSet& views,
                                   Application& application) {
  std::vector<query::Nameable> known;
  for (const auto& [name, path] : known_) known.push_back({name});
  for (const query::View& view : views.views) known.push_back({view.name, view.select});
  for (const std::string& macro : views.macros) known.push_back({MacroName(macro), macro});
  for (const query::Nameable& each : known) names_.push_back(each.name);
  const std::vector<bool> reached = query::ReachedNames(sql, known);
  auto next = reached.begin();
  for (const auto& [name, path] : known_) {
    if (*next++) SLUICE_TRY(Open(name, path, application));
  }
  query::ViewSet used;
  std::ranges::copy_if(views.views, std::back_inserter(used.views), [&](const query::View&) { return *next++; });
  std::ranges::copy_if(views.macros, std::back_inserter(used.macros), [&](const std::string&) { return *next++; });

  query::NamedTables named{.macros = !used.macros.empty()};
  for (const auto& [name, rows] : tables_) named.tables[name] = rows->schema();
  for (const query::View& view : used.views) named.views[view.name] = view.select;
  SLUICE_ASSIGN_OR_RETURN(const auto filters, query::FindTableFilters(session, sql, named));
  for (const auto& [name, rows] : tables_) {
    const auto filter = filters.find(name);
    if (filter != filters.end()) rows->set_condition(filter->second);
    SLUICE_TRY(session.AddSource({name, rows}));
  }
  return query::CreateViews(session, used);
}

core::Error QueryTables::WithNearestName(core::Error error) const {
  constexpr std::string_view kBegin = "Table with name ";
  const std::string_view message = error.message();
  const std::size_t begin = message.find(kBegin);
  const std::size_t end = message.find(" does not exist", begin == std::string_view::npos ? 0 : begin);
  if (begin == std::string_view::npos || end == std::string_view::npos) return error;
  const std::size_t name = begin + kBegin.size();
  const std::string nearest = core::NearestName(message.substr(name, end - name), names_);
  return nearest.empty() ? error : std::move(error).WithHint(fmt::format("did you mean '{}'?", nearest));
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

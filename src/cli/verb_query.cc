#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <memory>

#include "cli/print_answer.h"
#include "cli/query_tables.h"
#include "cli/verbs.h"
#include "jobs/document.h"
#include "jobs/query_views.h"
#include "query/library.h"
#include "query/scan_report.h"
#include "query/session.h"
#include "query/views.h"
#include "storage/owner.h"
#include "storage/publish.h"

namespace sluice::cli {
namespace {

struct QueryFlags {
  std::string sql;
  std::vector<std::string> tables;
  std::string max_rows;
  std::string views_sql;
  std::string views_database;
  bool explain = false;
};

core::Status AddTables(const QueryFlags& flags, Application& application, query::ViewSet& views, QueryTables& tables) {
  for (const std::string& table : flags.tables) {
    const std::size_t equals = table.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == table.size()) {
      return core::UsageError(fmt::format("--table '{}' has no NAME=PATH", table))
          .WithHint("--table people=data/people");
    }
    const std::string name = table.substr(0, equals);
    const std::string path = table.substr(equals + 1);
    SLUICE_ASSIGN_OR_RETURN(const bool delta, QueryTables::IsDelta(path, application));
    if (delta) {
      tables.Add(name, path);
    } else {
      SLUICE_TRY(views.AddTable(application.files(), name, {.path = path}));
    }
  }
  return core::Ok();
}

core::Result<query::ViewSet> CollectViews(const QueryFlags& flags, Application& application, QueryTables& tables) {
  query::ViewSet views;
  if (application.config() != nullptr) {
    SLUICE_ASSIGN_OR_RETURN(jobs::ConfigViews found,
                            jobs::ViewsOf(*application.config(), application.files(), jobs::ViewReader::kThisProcess));
    for (const std::string& job : found.missing) {
      application.console().Warn(fmt::format("note: job {} has no output yet", job));
    }
    for (const auto& [job, folder] : found.tables) tables.Add(job, folder);
    views = std::move(found.set);
  }
  SLUICE_TRY(AddTables(flags, application, views, tables));
  return views;
}

// The views for those who have no Sluice.
core::Status WriteViews(const QueryFlags& flags, Application& application) {
  if (flags.views_sql.empty() && flags.views_database.empty()) return core::Ok();
  jobs::ConfigViews kept;
  if (application.config() != nullptr) {
    SLUICE_ASSIGN_OR_RETURN(kept,
                            jobs::ViewsOf(*application.config(), application.files(), jobs::ViewReader::kAnyDuckDb));
  }
  QueryTables not_kept;
  SLUICE_TRY(AddTables(flags, application, kept.set, not_kept));
  if (!flags.views_sql.empty()) {
    SLUICE_ASSIGN_OR_RETURN(const std::string text, query::ViewsSql(kept.set));
    SLUICE_TRY(jobs::WriteDocument(flags.views_sql, text, application.files()));
  }
  if (flags.views_database.empty()) return core::Ok();
  if (!kept.tables.empty()) {
    return core::Unsupported(
               fmt::format("job {} writes to a Delta table, and a database file cannot hold a view of one",
                           kept.tables.front().first))
        .WithHint("--write-views writes SQL for a DuckDB that has its extension 'delta'");
  }
  SLUICE_ASSIGN_OR_RETURN(const auto library, query::Library::Load());
  SLUICE_ASSIGN_OR_RETURN(const storage::FinishedFile finished,
                          query::BuildViewsDatabase(library, application.files(), flags.views_database, "views",
                                                    storage::ThisProcessOwner(), kept.set));
  return storage::Publish(application.files(), finished, storage::PublishMode::kReplace);
}

core::Result<std::uint64_t> RowsMax(const QueryFlags& flags, Application& application) {
  const bool said = !flags.max_rows.empty();
  if (!said && !application.console().output_is_terminal()) return std::uint64_t{0};
  const std::string& text = said ? flags.max_rows : application.settings().text("max_rows");
  std::uint64_t rows = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rows);
  if (error == std::errc() && end == text.data() + text.size()) return rows;
  return core::UsageError(fmt::format("--max-rows '{}' is not a number of rows", text));
}

core::Result<ExitCode> Query(const QueryFlags& flags, Application& application) {
  SLUICE_TRY(application.OpenProjectIfThere());
  SLUICE_TRY(WriteViews(flags, application));
  if (flags.sql.empty()) {
    const bool wrote = !flags.views_sql.empty() || !flags.views_database.empty();
    if (wrote) return ExitCode::kDone;
    return core::UsageError("query needs SQL").WithHint("sluice query \"SELECT 1\"");
  }
  SLUICE_ASSIGN_OR_RETURN(const std::uint64_t rows_max, RowsMax(flags, application));
  QueryTables tables;
  SLUICE_ASSIGN_OR_RETURN(const query::ViewSet views, CollectViews(flags, application, tables));
  SLUICE_ASSIGN_OR_RETURN(const auto session, OpenSession(application));
  SLUICE_TRY(tables.Register(*session, flags.sql, views, application));
  core::Status answered = PrintAnswer(flags.sql, rows_max, *session, application);
  if (!answered) return tables.WithNearestName(std::move(answered).error());
  if (flags.explain) {
    SLUICE_ASSIGN_OR_RETURN(const query::ScanReport report, query::ReportScans(*session, flags.sql));
    if (!report.scans.empty()) application.console().Warn(query::FormatScanReport(report));
    SLUICE_TRY(tables.Explain(application.console()));
  }
  return ExitCode::kDone;
}

}  // namespace

void AddQueryVerb(CLI::App& app, VerbAction& chosen) {
  auto flags = std::make_shared<QueryFlags>();
  CLI::App* verb = app.add_subcommand("query", "SQL over files, tables and the configuration's outputs and views");
  verb->add_option("sql", flags->sql, "one SELECT (DuckDB's SQL)");
  verb->add_option("--table", flags->tables, "NAME=PATH: a Delta table or Parquet files under a name; may be repeated")
      ->allow_extra_args(false);
  verb->add_option("--max-rows", flags->max_rows, "rows shown at most, 0 = all (10000 on a terminal)");
  verb->add_flag("--explain", flags->explain, "say which files were read and skipped, and why");
  verb->add_flag_callback("--read-only", [] {}, "the default, and the only way in this version");
  verb->add_option("--write-views", flags->views_sql, "write the views and macros as SQL, for any DuckDB");
  verb->add_option("--write-database", flags->views_database, "write them as a DuckDB database file");
  verb->callback(
      [flags, &chosen] { chosen = [flags](Application& application) { return Query(*flags, application); }; });
}

}  // namespace sluice::cli

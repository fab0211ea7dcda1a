#include "query/views.h"

#include <fcntl.h>

#include <array>
#include <string_view>
#include <utility>

#include "query/identifier.h"
#include "query/sql_text.h"
#include "storage/checksum.h"
#include "storage/compression.h"
#include "storage/descriptor.h"
#include "storage/glob.h"
#include "storage/path.h"
#include "storage/temporary_name.h"

namespace sluice::query {
namespace {

struct Reader {
  std::string_view suffix;
  std::string_view function;
};
constexpr std::array kReaders = {Reader{".parquet", "read_parquet"}, Reader{".csv", "read_csv"},
                                 Reader{".tsv", "read_csv"},         Reader{".json", "read_json"},
                                 Reader{".ndjson", "read_json"},     Reader{".jsonl", "read_json"}};

// A name that DuckDB's patterns match literally.
std::string EscapeGlob(std::string_view path) {
  std::string escaped;
  for (const char c : path) {
    if (c == '*' || c == '?' || c == '[') {
      escaped.append("[").append(1, c).append("]");
    } else {
      escaped += c;
    }
  }
  return escaped;
}

core::Result<std::string_view> ReaderOf(const std::string& path) {
  const std::string_view plain = storage::WithoutCompressionSuffix(path);
  for (const Reader& reader : kReaders) {
    if (plain.ends_with(reader.suffix)) return reader.function;
  }
  return core::Unsupported(storage::QuotedPath(path) + " cannot be queried: its suffix is not known")
      .WithHint("a table is a folder of Parquet files, or files ending in .parquet, .csv, .tsv, .json or .ndjson");
}

// A comment at the end of a statement must not swallow the ';' behind it.
std::string Terminated(std::string_view sql) {
  sql = WithoutTrailingSemicolon(sql);
  return std::string(sql) + (sql.find("--") == std::string_view::npos ? ";\n" : "\n;\n");
}

std::string CreateViewSql(const View& view) {
  return "CREATE OR REPLACE VIEW " + QuoteIdentifier(view.name) + " AS\n" + Terminated(view.select);
}

core::Status CheckView(const View& view) {
  SLUICE_TRY(CheckName(view.name, "view"));
  const bool reads = StartsWithWord(view.select, "SELECT") || StartsWithWord(view.select, "WITH") ||
                     StartsWithWord(view.select, "FROM") || StartsWithWord(view.select, "VALUES");
  if (reads && !HasSeveralStatements(view.select)) return core::Ok();
  return core::InvalidInput("the view " + storage::QuotedPath(view.name) + " is not one SELECT")
      .WithHint("write the query alone, without CREATE VIEW");
}

core::Status CheckMacro(const std::string& macro) {
  if (IsCreateMacro(macro) && !HasSeveralStatements(macro)) return core::Ok();
  return core::InvalidInput("a macro is not one CREATE MACRO statement: " + macro.substr(0, 60))
      .WithHint("write it as CREATE OR REPLACE MACRO name(parameters) AS …");
}

core::Error Name(core::Error error, const std::string& what) { return std::move(error).WithContext("making " + what); }

}  // namespace

core::Result<std::string> ScanSql(storage::FileSystem& files, const TableSource& source) {
  SLUICE_ASSIGN_OR_RETURN(const std::optional<storage::FileInfo> info, files.StatIfExists(source.path));
  const bool folder = info.has_value() && info->directory;
  if (!info.has_value() && !storage::HasGlob(source.path)) {
    return core::NotFound("there is no file or folder " + storage::QuotedPath(source.path));
  }
  std::string pattern = info.has_value() ? EscapeGlob(source.path) : source.path;
  if (folder) pattern = storage::JoinPath(pattern, "**/*.parquet");
  SLUICE_ASSIGN_OR_RETURN(const std::string_view reader, ReaderOf(folder ? "x.parquet" : source.path));
  std::string sql(reader);
  sql += "(" + QuoteText(pattern);
  if (source.union_by_name) sql += ", union_by_name = true";
  if (source.hive_partitioning.has_value()) {
    sql += *source.hive_partitioning ? ", hive_partitioning = true" : ", hive_partitioning = false";
  }
  return sql + ")";
}

core::Status ViewSet::AddTable(storage::FileSystem& files, std::string name, const TableSource& source) {
  SLUICE_TRY(CheckName(name, "table"));
  SLUICE_ASSIGN_OR_RETURN(const std::string scan, ScanSql(files, source));
  views.push_back({std::move(name), "SELECT * FROM " + scan});
  return core::Ok();
}

core::Result<std::string> ViewsSql(const ViewSet& set) {
  std::string sql;
  for (const View& view : set.views) {
    SLUICE_TRY(CheckView(view));
    sql += CreateViewSql(view);
  }
  for (const std::string& macro : set.macros) {
    SLUICE_TRY(CheckMacro(macro));
    sql += Terminated(macro);
  }
  return sql;
}

core::Status CreateViews(Session& session, const ViewSet& set) {
  SLUICE_TRY(ViewsSql(set));
  for (const View& view : set.views) {
    core::Status made = session.Execute(CreateViewSql(view));
    if (!made.has_value()) return Name(std::move(made).error(), "the view " + storage::QuotedPath(view.name));
  }
  for (const std::string& macro : set.macros) {
    core::Status made = session.Execute(macro);
    if (!made.has_value()) return Name(std::move(made).error(), "a macro: " + macro.substr(0, 60));
  }
  return core::Ok();
}

core::Result<storage::FinishedFile> BuildViewsDatabase(std::shared_ptr<const Library> library,
                                                       storage::FileSystem& files, const std::string& final_path,
                                                       const std::string& unique, const std::string& owner,
                                                       const ViewSet& set) {
  storage::FinishedFile finished{storage::TemporaryPath(final_path, unique, owner), final_path, 0, {}};
  SLUICE_TRY(files.CreateDirectories(storage::ParentPath(final_path)));
  const auto build = [&]() -> core::Status {
    SLUICE_ASSIGN_OR_RETURN(const auto session, Session::Open(std::move(library), {.database = finished.temp_path}));
    SLUICE_TRY(CreateViews(*session, set));
    return session->Execute("CHECKPOINT");
  };
  core::Status built = build();
  if (built.has_value()) {
    SLUICE_ASSIGN_OR_RETURN(storage::Descriptor file, storage::Descriptor::Open(finished.temp_path, O_RDWR));
    built = file.SyncAll();
  }
  if (!built.has_value()) {
    (void)files.Remove(finished.temp_path);
    (void)files.Remove(finished.temp_path + ".wal");
    return std::move(built).error();
  }
  SLUICE_ASSIGN_OR_RETURN(const storage::FileInfo info, files.Stat(finished.temp_path));
  finished.bytes = info.bytes;
  SLUICE_ASSIGN_OR_RETURN(finished.checksum, storage::ChecksumOfFile(files, finished.temp_path));
  return finished;
}

}  // namespace sluice::query

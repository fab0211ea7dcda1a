#include "warehouse/duckdb_target.h"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <optional>
#include <utility>

#include "query/identifier.h"
#include "query/session.h"
#include "schema/type_text.h"
#include "warehouse/column_comparison.h"
#include "warehouse/qualified_name.h"
#include "warehouse/target_url.h"

namespace sluice::warehouse {
namespace {

using query::QuoteIdentifier;
using query::QuoteText;
using schema::TypeKind;

constexpr std::size_t kFilesPerTransaction = 64;

/// DuckDB's name of a type as ours; nullopt for those that we do not load into.
std::optional<schema::Type> TypeNamed(const std::string& name) {
  if (name == "TIMESTAMP") return schema::TimestampType(schema::TimeUnit::kMicro, "");
  if (name == "TIMESTAMP WITH TIME ZONE") return schema::TimestampType(schema::TimeUnit::kMicro, "UTC");
  if (name == "TIMESTAMP_S") return schema::TimestampType(schema::TimeUnit::kSecond, "");
  if (name == "TIMESTAMP_MS") return schema::TimestampType(schema::TimeUnit::kMilli, "");
  if (name == "TIMESTAMP_NS") return schema::TimestampType(schema::TimeUnit::kNano, "");
  if (name == "TIME") return schema::TimeType(schema::TimeUnit::kMicro);
  if (name == "UTINYINT") return schema::Simple(TypeKind::kUint8);
  if (name == "USMALLINT") return schema::Simple(TypeKind::kUint16);
  if (name == "UINTEGER") return schema::Simple(TypeKind::kUint32);
  if (name == "UBIGINT") return schema::Simple(TypeKind::kUint64);
  if (name == "HUGEINT") return schema::Decimal(38, 0);
  if (name == "FLOAT") return schema::Simple(TypeKind::kFloat32);
  if (name == "TINYINT") return schema::Simple(TypeKind::kInt8);
  if (name == "BLOB") return schema::Simple(TypeKind::kBinary);
  for (const std::string_view known :
       {"BOOLEAN", "SMALLINT", "INTEGER", "BIGINT", "DOUBLE", "VARCHAR", "DATE", "UUID", "JSON"}) {
    if (name == known) return *schema::ParseType(name);
  }
  if (!name.starts_with("DECIMAL(")) return std::nullopt;
  auto decimal = schema::ParseType(name);
  return decimal.has_value() ? std::optional(*std::move(decimal)) : std::nullopt;
}

/// The reverse; "" for what DuckDB has and we do not load.
std::string NameOf(const schema::Type& type) {
  switch (type.kind) {
    case TypeKind::kBool: return "BOOLEAN";
    case TypeKind::kInt8: return "TINYINT";
    case TypeKind::kInt16: return "SMALLINT";
    case TypeKind::kInt32: return "INTEGER";
    case TypeKind::kInt64: return "BIGINT";
    case TypeKind::kUint8: return "UTINYINT";
    case TypeKind::kUint16: return "USMALLINT";
    case TypeKind::kUint32: return "UINTEGER";
    case TypeKind::kUint64: return "UBIGINT";
    case TypeKind::kFloat32: return "FLOAT";
    case TypeKind::kFloat64: return "DOUBLE";
    case TypeKind::kDecimal: return fmt::format("DECIMAL({},{})", type.precision, type.scale);
    case TypeKind::kString: return "VARCHAR";
    case TypeKind::kBinary: return "BLOB";
    case TypeKind::kDate: return "DATE";
    case TypeKind::kTime: return type.unit == schema::TimeUnit::kNano ? "" : "TIME";
    case TypeKind::kTimestamp:
      if (type.unit == schema::TimeUnit::kNano) return type.zone.empty() ? "TIMESTAMP_NS" : "";
      return type.zone.empty() ? "TIMESTAMP" : "TIMESTAMP WITH TIME ZONE";
    case TypeKind::kJson: return "JSON";
    case TypeKind::kUuid: return "UUID";
    case TypeKind::kList:
    case TypeKind::kStruct:
    case TypeKind::kMap: return "";
  }
  return "";
}

/// A path as read_parquet takes exactly that file.
std::string PathPattern(std::string_view path) {
  std::string pattern;
  for (const char byte : path) {
    const bool special = byte == '*' || byte == '?' || byte == '[' || byte == ']';
    pattern += special ? fmt::format("[{}]", byte) : std::string(1, byte);
  }
  return QuoteText(pattern);
}

core::Result<std::uint64_t> CountIn(query::QueryResult& result) {
  std::uint64_t count = 0;
  if (!result.Next()) return core::Internal("DuckDB: a count has no row");
  const std::string text = result.Text(0);
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (failure != std::errc()) return core::Internal("DuckDB: '" + text + "' is no count");
  return count;
}

/// Whether a file is at fault, and not the database or the machine.
bool IsOfTheFile(core::ErrorKind kind) {
  return kind == core::ErrorKind::kInvalidInput || kind == core::ErrorKind::kCorruption ||
         kind == core::ErrorKind::kNotFound || kind == core::ErrorKind::kUnsupported;
}

class DuckDbTarget final : public LoadTarget {
 public:
  DuckDbTarget(std::unique_ptr<query::Session> session, QualifiedName name, std::string identity)
      : session_(std::move(session)),
        name_(std::move(name)),
        table_(QuoteIdentifier(name_.schema) + "." + QuoteIdentifier(name_.table)),
        ledger_(QuoteIdentifier(name_.schema) + ".sluice_ledger"),
        identity_(std::move(identity)) {}

  const std::string& identity() const override { return identity_; }
  TargetLimits limits() const override { return {.files_per_submit = kFilesPerTransaction}; }

  core::Result<std::optional<std::vector<TargetColumn>>> Describe() override {
    const query::Value values[] = {name_.schema, name_.table};
    SLUICE_ASSIGN_OR_RETURN(
        query::QueryResult result,
        session_->Run("SELECT column_name, data_type, is_nullable, column_default IS NOT NULL FROM duckdb_columns() "
                      "WHERE database_name = current_database() AND schema_name = ? AND table_name = ? "
                      "ORDER BY column_index",
                      values));
    columns_.clear();
    while (result.Next()) {
      columns_.push_back({.name = result.Text(0),
                          .type = result.Text(1),
                          .holds = TypeNamed(result.Text(1)),
                          .nullable = result.Text(2) == "true",
                          .has_default = result.Text(3) == "true"});
    }
    if (columns_.empty()) return std::optional<std::vector<TargetColumn>>();
    return std::optional(columns_);
  }

  core::Status Create(const schema::Schema& schema) override {
    std::string columns;
    for (const schema::Field& field : schema.fields) {
      const std::string type = NameOf(field.type);
      if (type.empty()) {
        return core::Unsupported(
            fmt::format("column {}: {} is not loaded into DuckDB", field.name, schema::FormatType(field.type)));
      }
      columns += fmt::format("{}{} {}{}", columns.empty() ? "" : ", ", QuoteIdentifier(field.name), type,
                             field.nullable ? "" : " NOT NULL");
    }
    SLUICE_TRY(session_->Execute("CREATE SCHEMA IF NOT EXISTS " + QuoteIdentifier(name_.schema)));
    return session_->Execute(fmt::format("CREATE TABLE IF NOT EXISTS {} ({})", table_, columns));
  }

  core::Result<std::string> Stage(const LoadFile& /*file*/) override { return std::string(); }
  core::Status RemoveStaged(const std::string& /*stage_path*/) override { return core::Ok(); }

  core::Result<std::vector<FileOutcome>> Submit(std::span<const LoadFile> files,
                                                const std::string& request_id) override {
    SLUICE_TRY(MakeLedger());
    SLUICE_TRY(session_->Execute("BEGIN"));
    core::Result<std::vector<FileOutcome>> outcomes = LoadAll(files, request_id);
    if (outcomes.has_value()) return Commit(*std::move(outcomes));
    static_cast<void>(session_->Execute("ROLLBACK"));
    if (!IsOfTheFile(outcomes.error().kind())) return std::move(outcomes).error();
    if (files.size() == 1) return OneFailed(files, files.front(), outcomes.error().message());
    return SubmitEach(files, request_id);
  }

  core::Result<std::vector<FileOutcome>> Settle(std::span<const LoadFile> files) override {
    SLUICE_TRY(MakeLedger());
    std::vector<FileOutcome> outcomes;
    for (const LoadFile& file : files) {
      SLUICE_ASSIGN_OR_RETURN(const auto loaded, FindLoaded(file));
      outcomes.push_back(loaded.value_or(FileOutcome{.fate = FileFate::kNotLoaded}));
    }
    return outcomes;
  }

 private:
  core::Status MakeLedger() {
    return session_->Execute(fmt::format(
        "CREATE TABLE IF NOT EXISTS {} (target VARCHAR, file_sha256 VARCHAR, file VARCHAR NOT NULL, rows BIGINT NOT "
        "NULL, request_id VARCHAR NOT NULL, loaded_at TIMESTAMP NOT NULL DEFAULT current_timestamp, PRIMARY KEY "
        "(target, file_sha256))",
        ledger_));
  }

  core::Result<std::optional<FileOutcome>> FindLoaded(const LoadFile& file) {
    const query::Value values[] = {name_.text(), file.sha256};
    SLUICE_ASSIGN_OR_RETURN(
        query::QueryResult result,
        session_->Run(fmt::format("SELECT rows, request_id FROM {} WHERE target = ? AND file_sha256 = ?", ledger_),
                      values));
    if (!result.Next()) return std::optional<FileOutcome>();
    std::uint64_t rows = 0;
    const std::string text = result.Text(0);
    std::from_chars(text.data(), text.data() + text.size(), rows);
    return std::optional(FileOutcome{.fate = FileFate::kLoaded, .rows = rows, .query_id = result.Text(1)});
  }

  /// File by file in one transaction, to find the one at fault.
  core::Result<std::vector<FileOutcome>> SubmitEach(std::span<const LoadFile> files, const std::string& request_id) {
    SLUICE_TRY(session_->Execute("BEGIN"));
    std::vector<FileOutcome> outcomes;
    for (const LoadFile& file : files) {
      core::Result<std::vector<FileOutcome>> outcome = LoadAll({&file, 1}, request_id);
      if (outcome.has_value()) {
        outcomes.push_back(outcome->front());
        continue;
      }
      static_cast<void>(session_->Execute("ROLLBACK"));
      if (!IsOfTheFile(outcome.error().kind())) return std::move(outcome).error();
      return OneFailed(files, file, outcome.error().message());
    }
    return Commit(std::move(outcomes));
  }

  core::Result<std::vector<FileOutcome>> Commit(std::vector<FileOutcome> outcomes) {
    const core::Status committed = session_->Execute("COMMIT");
    if (committed.has_value()) return outcomes;
    static_cast<void>(session_->Execute("ROLLBACK"));
    return core::OutcomeUnknown(committed.error().message());
  }

  /// What is not in yet, by one INSERT: its threads share the row groups of all files.
  core::Result<std::vector<FileOutcome>> LoadAll(std::span<const LoadFile> files, const std::string& request_id) {
    std::vector<FileOutcome> outcomes;
    std::vector<const LoadFile*> missing;
    for (const LoadFile& file : files) {
      SLUICE_ASSIGN_OR_RETURN(const auto loaded, FindLoaded(file));
      if (!loaded.has_value()) missing.push_back(&file);
      outcomes.push_back(
          loaded.value_or(FileOutcome{.fate = FileFate::kLoaded, .rows = file.rows, .query_id = request_id}));
    }
    if (missing.empty()) return outcomes;
    SLUICE_TRY(InsertRows(missing));
    for (const LoadFile* file : missing) {
      const query::Value values[] = {name_.text(), file->sha256, file->file, static_cast<std::int64_t>(file->rows),
                                     request_id};
      SLUICE_TRY(session_->Run(
          fmt::format("INSERT INTO {} (target, file_sha256, file, rows, request_id) VALUES (?, ?, ?, ?, ?)", ledger_),
          values));
    }
    return outcomes;
  }

  /// Of files with one schema.
  core::Status InsertRows(std::span<const LoadFile* const> files) {
    std::string names;
    std::string sources;
    for (const schema::Field& field : files.front()->schema->fields) {
      const TargetColumn* const column = FindColumn(columns_, field.name);
      if (column == nullptr) return core::InvalidInput("the table has no column " + field.name);
      names += (names.empty() ? "" : ", ") + QuoteIdentifier(column->name);
      sources += (sources.empty() ? "" : ", ") + QuoteIdentifier(field.name);
    }
    std::string paths;
    std::uint64_t recorded = 0;
    for (const LoadFile* file : files) {
      paths += (paths.empty() ? "" : ", ") + PathPattern(file->path);
      recorded += file->rows;
    }
    SLUICE_ASSIGN_OR_RETURN(
        query::QueryResult inserted,
        session_->Run(fmt::format("INSERT INTO {} ({}) SELECT {} FROM read_parquet([{}], hive_partitioning = false, "
                                  "filename = false, file_row_number = false)",
                                  table_, names, sources, paths)));
    SLUICE_ASSIGN_OR_RETURN(const std::uint64_t rows, CountIn(inserted));
    if (rows == recorded) return core::Ok();
    return core::InvalidInput(fmt::format("{} rows went in, {} were recorded", rows, recorded));
  }

  static std::vector<FileOutcome> OneFailed(std::span<const LoadFile> files, const LoadFile& bad,
                                            const std::string& reason) {
    std::vector<FileOutcome> outcomes;
    for (const LoadFile& file : files) {
      const bool failed = &file == &bad;
      outcomes.push_back({.fate = failed ? FileFate::kFailed : FileFate::kNotLoaded,
                          .reason = failed ? reason : "another file of its transaction failed"});
    }
    return outcomes;
  }

  std::unique_ptr<query::Session> session_;
  QualifiedName name_;
  std::string table_;
  std::string ledger_;
  std::string identity_;
  std::vector<TargetColumn> columns_;
};

}  // namespace

core::Result<std::unique_ptr<LoadTarget>> OpenDuckDbTarget(std::shared_ptr<const query::Library> library,
                                                           const DuckDbTargetOptions& options) {
  SLUICE_ASSIGN_OR_RETURN(QualifiedName name, ParseQualifiedName(options.table, "main"));
  std::error_code failure;
  const bool absent = !std::filesystem::exists(options.database, failure);
  if (absent && !options.create) {
    return core::NotFound(fmt::format("duckdb:{} is not there", options.database))
        .WithHint("--create makes the database and the table");
  }
  auto session =
      query::Session::Open(std::move(library), {.database = absent && options.dry_run ? "" : options.database,
                                                .threads = options.threads,
                                                .memory_bytes_max = options.memory_bytes_max});
  if (!session.has_value()) {
    const bool held = session.error().message().find("Could not set lock") != std::string::npos;
    if (!held) return std::move(session).error();
    return core::Conflict(session.error().message()).WithHint("another process has the database open");
  }
  std::string identity = fmt::format("duckdb:{}?table={}", CanonicalPath(options.database), name.text());
  return std::make_unique<DuckDbTarget>(*std::move(session), std::move(name), std::move(identity));
}

}  // namespace sluice::warehouse

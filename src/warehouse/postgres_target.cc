#include "warehouse/postgres_target.h"

#include <fmt/format.h>

#include <charconv>
#include <mutex>
#include <optional>
#include <utility>

#include "parquet/reader.h"
#include "postgres/copy_encoder.h"
#include "postgres/copy_sender.h"
#include "postgres/sql_text.h"
#include "schema/arrow_mapping.h"
#include "schema/type_text.h"
#include "warehouse/column_comparison.h"
#include "warehouse/qualified_name.h"

namespace sluice::warehouse {
namespace {

using postgres::ColumnType;
using postgres::Connection;
using postgres::QuoteIdentifier;
using schema::TypeKind;

/// Few, because every connection holds three such batches: one is sent, one waits, one is read.
constexpr std::int64_t kBatchRows = 8 * 1024;

constexpr const char* kDescribe =
    "SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), "
    "CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE a.atttypid END::pg_catalog.int8, "
    "CASE t.typtype WHEN 'd' THEN t.typtypmod ELSE a.atttypmod END, "
    "a.attnotnull OR t.typnotnull, a.atthasdef OR a.attidentity <> '' OR t.typdefault IS NOT NULL, "
    "a.attgenerated <> '' "
    "FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid "
    "JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped "
    "ORDER BY a.attnum";

template <typename Number>
Number NumberIn(const std::string& text) {
  Number number{};
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// A column, and how COPY writes it.
struct KnownColumn {
  TargetColumn column;
  std::optional<ColumnType> type;
};

KnownColumn ReadColumn(const postgres::Rows& rows, std::size_t row) {
  KnownColumn known{.column = {.name = rows.Text(row, 0),
                               .type = rows.Text(row, 1),
                               .nullable = rows.Text(row, 4) != "t",
                               .has_default = rows.Text(row, 5) == "t",
                               .generated = rows.Text(row, 6) == "t"},
                    .type = postgres::ColumnTypeOf(NumberIn<std::uint32_t>(rows.Text(row, 2)))};
  if (known.type.has_value()) {
    known.column.holds = postgres::TypeHeldBy(*known.type, NumberIn<std::int32_t>(rows.Text(row, 3)));
  }
  return known;
}

bool IsOfTheFile(core::ErrorKind kind) {
  return kind == core::ErrorKind::kInvalidInput || kind == core::ErrorKind::kCorruption ||
         kind == core::ErrorKind::kUnsupported;
}

class PostgresTarget final : public LoadTarget {
 public:
  PostgresTarget(const storage::Environment& environment, const PostgresTargetOptions& options, QualifiedName name,
                 std::unique_ptr<Connection> first)
      : environment_(environment),
        options_(options),
        name_(std::move(name)),
        table_(QuoteIdentifier(name_.schema) + "." + QuoteIdentifier(name_.table)),
        ledger_(QuoteIdentifier(name_.schema) + ".sluice_ledger"),
        identity_(fmt::format("postgresql://{}?table={}", first->place(), name_.text())) {
    idle_.push_back(std::move(first));
  }

  const std::string& identity() const override { return identity_; }
  TargetLimits limits() const override { return {.submits_at_once = options_.parallel}; }

  core::Result<std::optional<std::vector<TargetColumn>>> Describe() override {
    SLUICE_ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, TakeConnection());
    const std::string values[] = {name_.schema, name_.table};
    SLUICE_ASSIGN_OR_RETURN(const postgres::Rows rows, connection->Query(kDescribe, values));
    columns_.clear();
    types_.clear();
    for (std::size_t row = 0; row < rows.size(); ++row) {
      KnownColumn known = ReadColumn(rows, row);
      columns_.push_back(std::move(known.column));
      types_.push_back(known.type);
    }
    GiveBack(std::move(connection));
    if (columns_.empty()) return std::optional<std::vector<TargetColumn>>();
    return std::optional(columns_);
  }

  std::optional<std::string> Refuse(const schema::Field& field, const TargetColumn& column) const override {
    // Without a precision it holds every number of ours.
    const bool number = field.type.kind == TypeKind::kDecimal || field.type.kind <= TypeKind::kUint64;
    if (column.type == "numeric" && number && field.type.kind != TypeKind::kBool) {
      schema::Field plain = field;
      plain.type = schema::Simple(TypeKind::kInt64);
      return RefuseByType(plain, column);
    }
    if (auto reason = RefuseByType(field, column)) return reason;
    const std::optional<ColumnType> type = TypeOf(FindColumn(columns_, column.name));
    if (!type.has_value()) return "values are not loaded into " + column.type;
    const auto writer = postgres::MakeFieldWriter(*schema::ToArrow(field.type), *type);
    if (writer.has_value()) return std::nullopt;
    return writer.error().message();
  }

  core::Status Create(const schema::Schema& schema) override {
    std::string columns;
    for (const schema::Field& field : schema.fields) {
      const std::string type = postgres::NameOfColumnFor(field.type);
      if (type.empty()) {
        return core::Unsupported(
            fmt::format("column {}: {} is not loaded into PostgreSQL", field.name, schema::FormatType(field.type)));
      }
      columns += fmt::format("{}{} {}{}", columns.empty() ? "" : ", ", QuoteIdentifier(field.name), type,
                             field.nullable ? "" : " NOT NULL");
    }
    SLUICE_ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, TakeConnection());
    SLUICE_TRY(connection->Execute("CREATE SCHEMA IF NOT EXISTS " + QuoteIdentifier(name_.schema)));
    SLUICE_TRY(connection->Execute(fmt::format("CREATE TABLE IF NOT EXISTS {} ({})", table_, columns)));
    GiveBack(std::move(connection));
    return core::Ok();
  }

  core::Result<std::string> Stage(const LoadFile& /*file*/) override { return std::string(); }
  core::Status RemoveStaged(const std::string& /*stage_path*/) override { return core::Ok(); }

  core::Result<std::vector<FileOutcome>> Submit(std::span<const LoadFile> files,
                                                const std::string& request_id) override {
    std::vector<FileOutcome> outcomes;
    for (const LoadFile& file : files) {
      SLUICE_ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, TakeConnection());
      SLUICE_TRY(MakeLedger(*connection));
      core::Result<FileOutcome> outcome = LoadOne(*connection, file, request_id);
      if (connection->broken()) ForgetIdle();
      if (!outcome.has_value() && !IsOfTheFile(outcome.error().kind())) return std::move(outcome).error();
      if (outcome.has_value()) {
        outcomes.push_back(*std::move(outcome));
      } else {
        outcomes.push_back({.fate = FileFate::kFailed, .reason = outcome.error().message()});
      }
      // One whose transaction did not end is closed with it.
      if (outcomes.back().fate == FileFate::kLoaded) GiveBack(std::move(connection));
    }
    return outcomes;
  }

  core::Result<std::vector<FileOutcome>> Settle(std::span<const LoadFile> files) override {
    SLUICE_ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, TakeConnection());
    SLUICE_TRY(MakeLedger(*connection));
    std::vector<FileOutcome> outcomes;
    for (const LoadFile& file : files) {
      // A transaction of the process that died may still be open: to insert the same key is to wait for its end.
      SLUICE_TRY(connection->Execute("BEGIN"));
      SLUICE_ASSIGN_OR_RETURN(const bool new_row, AddToLedger(*connection, file, file.request_id));
      FileOutcome outcome{.fate = FileFate::kNotLoaded};
      if (!new_row) {
        SLUICE_ASSIGN_OR_RETURN(outcome, FindLoaded(*connection, file));
      }
      SLUICE_TRY(connection->Execute("ROLLBACK"));
      outcomes.push_back(std::move(outcome));
    }
    GiveBack(std::move(connection));
    return outcomes;
  }

 private:
  /// Of a column of columns_; nullopt for null, and for types that we do not write.
  std::optional<ColumnType> TypeOf(const TargetColumn* column) const {
    if (column == nullptr) return std::nullopt;
    return types_[static_cast<std::size_t>(column - columns_.data())];
  }

  core::Result<std::unique_ptr<Connection>> TakeConnection() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        std::unique_ptr<Connection> connection = std::move(idle_.back());
        idle_.pop_back();
        return connection;
      }
    }
    return Connection::Open(options_.connection, environment_.cancellation);
  }

  void GiveBack(std::unique_ptr<Connection> connection) {
    const std::lock_guard lock(mutex_);
    if (!connection->broken()) idle_.push_back(std::move(connection));
  }

  /// A server that broke one connection has most likely broken all of them.
  void ForgetIdle() {
    const std::lock_guard lock(mutex_);
    idle_.clear();
  }

  core::Status MakeLedger(Connection& connection) {
    const std::lock_guard lock(ledger_mutex_);
    if (ledger_made_) return core::Ok();
    const std::string values[] = {ledger_};
    SLUICE_ASSIGN_OR_RETURN(const postgres::Rows rows, connection.Query("SELECT to_regclass($1) IS NOT NULL", values));
    if (rows.Text(0, 0) != "t") {
      auto made = connection.Execute(fmt::format(
          "CREATE TABLE IF NOT EXISTS {} (target text, file_sha256 text, file text NOT NULL, rows int8 NOT NULL, "
          "request_id text NOT NULL, loaded_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (target, "
          "file_sha256))",
          ledger_));
      // IF NOT EXISTS does not see a table that another session makes at the same moment.
      const auto twice = made.has_value() ? core::Status() : Exists(connection, std::move(made).error());
      SLUICE_TRY(twice);
    }
    ledger_made_ = true;
    return core::Ok();
  }

  core::Status Exists(Connection& connection, core::Error error) {
    const std::string values[] = {ledger_};
    SLUICE_ASSIGN_OR_RETURN(const postgres::Rows rows, connection.Query("SELECT to_regclass($1) IS NOT NULL", values));
    if (rows.Text(0, 0) == "t") return core::Ok();
    return error;
  }

  /// False when the file's row is there already.
  core::Result<bool> AddToLedger(Connection& connection, const LoadFile& file, const std::string& request_id) {
    const std::string values[] = {name_.text(), file.sha256, file.file, std::to_string(file.rows), request_id};
    SLUICE_ASSIGN_OR_RETURN(
        const postgres::Rows rows,
        connection.Query(fmt::format("INSERT INTO {} (target, file_sha256, file, rows, request_id) VALUES ($1, $2, $3, "
                                     "$4::int8, $5) ON CONFLICT DO NOTHING",
                                     ledger_),
                         values));
    return rows.affected() == 1;
  }

  core::Result<FileOutcome> FindLoaded(Connection& connection, const LoadFile& file) {
    const std::string values[] = {name_.text(), file.sha256};
    SLUICE_ASSIGN_OR_RETURN(
        const postgres::Rows rows,
        connection.Query(fmt::format("SELECT rows, request_id FROM {} WHERE target = $1 AND file_sha256 = $2", ledger_),
                         values));
    if (rows.size() == 0) return FileOutcome{.fate = FileFate::kUnknown, .reason = "its ledger row came and went"};
    return FileOutcome{
        .fate = FileFate::kLoaded, .rows = NumberIn<std::uint64_t>(rows.Text(0, 0)), .query_id = rows.Text(0, 1)};
  }

  core::Result<FileOutcome> LoadOne(Connection& connection, const LoadFile& file, const std::string& request_id) {
    SLUICE_TRY(connection.Execute("BEGIN"));
    SLUICE_ASSIGN_OR_RETURN(const bool new_row, AddToLedger(connection, file, request_id));
    if (!new_row) {
      SLUICE_TRY(connection.Execute("ROLLBACK"));
      return FindLoaded(connection, file);
    }
    SLUICE_ASSIGN_OR_RETURN(const std::uint64_t rows, Copy(connection, file));
    if (rows != file.rows) {
      return core::InvalidInput(fmt::format("{} rows went in, {} were recorded", rows, file.rows));
    }
    auto committed = connection.Execute("COMMIT");
    // An answer with a code is one: nothing went in. None at all may have been a yes.
    if (!committed.has_value() && connection.broken()) {
      return FileOutcome{.fate = FileFate::kUnknown, .reason = committed.error().message()};
    }
    if (!committed.has_value()) return std::move(committed).error();
    if (committed->tag() != "COMMIT") return core::Conflict("PostgreSQL rolled the transaction back at its end");
    return FileOutcome{.fate = FileFate::kLoaded, .rows = rows, .query_id = request_id};
  }

  core::Result<std::uint64_t> Copy(Connection& connection, const LoadFile& file) {
    SLUICE_ASSIGN_OR_RETURN(auto bytes, environment_.files.OpenRandomAccess(file.path));
    SLUICE_ASSIGN_OR_RETURN(
        auto reader,
        parquet::Reader::Open(std::move(bytes), file.path, schema::SpecOf(*file.schema), environment_.executor,
                              environment_.cancellation, environment_.pool, kBatchRows));
    std::vector<postgres::CopyColumn> columns;
    std::string names;
    for (const schema::Field& field : reader->schema().fields) {
      const TargetColumn* const column = FindColumn(columns_, field.name);
      const std::optional<ColumnType> type = TypeOf(column);
      if (!type.has_value()) return core::InvalidInput("the table has no column for " + field.name);
      columns.push_back({.name = field.name, .type = *type});
      names += (names.empty() ? "" : ", ") + QuoteIdentifier(column->name);
    }
    SLUICE_ASSIGN_OR_RETURN(auto encoder, postgres::CopyEncoder::Make(*schema::ToArrow(reader->schema()), columns));
    SLUICE_TRY(connection.BeginCopy(fmt::format("COPY {} ({}) FROM STDIN (FORMAT binary)", table_, names)));
    core::Status sent = Send(connection, *reader, encoder);
    if (!sent.has_value()) {
      connection.AbortCopy();
      return std::move(sent).error();
    }
    return connection.EndCopy();
  }

  core::Status Send(Connection& connection, parquet::Reader& reader, postgres::CopyEncoder& encoder) {
    postgres::CopySender sender([&connection](std::string_view bytes) { return connection.PutCopy(bytes); });
    const auto sink = [&sender](postgres::CopyBytes& piece) { return sender.Put(piece); };
    while (true) {
      SLUICE_TRY(environment_.cancellation.Check());
      SLUICE_ASSIGN_OR_RETURN(const std::optional<columns::RowBatch> batch, reader.Next());
      if (!batch.has_value()) break;
      if (!batch->rejects.empty()) {
        return core::InvalidInput(
            fmt::format("row {}: {}", batch->rejects.front().line, batch->rejects.front().reason));
      }
      SLUICE_TRY(encoder.Append(*batch->rows, sink));
    }
    SLUICE_TRY(encoder.Finish(sink));
    return sender.Finish();
  }

  const storage::Environment& environment_;
  PostgresTargetOptions options_;
  QualifiedName name_;
  std::string table_;
  std::string ledger_;
  std::string identity_;
  std::vector<TargetColumn> columns_;
  std::vector<std::optional<ColumnType>> types_;  // of columns_
  std::mutex mutex_;                              // guards idle_
  std::vector<std::unique_ptr<Connection>> idle_;
  std::mutex ledger_mutex_;
  bool ledger_made_ = false;
};

}  // namespace

core::Result<std::unique_ptr<LoadTarget>> OpenPostgresTarget(const storage::Environment& environment,
                                                             const PostgresTargetOptions& options) {
  SLUICE_ASSIGN_OR_RETURN(QualifiedName name, ParseQualifiedName(options.table, "public"));
  SLUICE_ASSIGN_OR_RETURN(auto first, Connection::Open(options.connection, environment.cancellation));
  return std::make_unique<PostgresTarget>(environment, options, std::move(name), std::move(first));
}

}  // namespace sluice::warehouse

#include "query/session.h"

#include <duckdb.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "query/duckdb_error.h"
#include "query/functions.h"
#include "query/identifier.h"
#include "query/query_result_state.h"
#include "query/source_failure.h"
#include "query/sql_text.h"
#include "query/statement.h"
#include "storage/path.h"

namespace sluice::query {
namespace {

/// DuckDB's settings while a database is opened.
class Config {
 public:
  explicit Config(const Functions& duckdb) : duckdb_(duckdb) {
    if (duckdb_.create_config(&config_) != DuckDBSuccess) failed_ = "create";
  }
  ~Config() { duckdb_.destroy_config(&config_); }
  Config(const Config&) = delete;
  Config& operator=(const Config&) = delete;

  void Set(const char* name, const std::string& value) {
    if (failed_.empty() && duckdb_.set_config(config_, name, value.c_str()) != DuckDBSuccess) failed_ = name;
  }
  /// The first setting that was refused; "" when all were taken.
  const std::string& failed() const { return failed_; }
  duckdb_config get() const { return config_; }

 private:
  const Functions& duckdb_;
  duckdb_config config_ = nullptr;
  std::string failed_;
};

void Fill(const SessionOptions& options, Config& config) {
  if (options.read_only) config.Set("access_mode", "READ_ONLY");
  if (options.threads > 0) config.Set("threads", std::to_string(options.threads));
  if (options.memory_bytes_max > 0) config.Set("memory_limit", std::to_string(options.memory_bytes_max) + "B");
  if (!options.temporary_directory.empty()) config.Set("temp_directory", options.temporary_directory);
  config.Set("autoinstall_known_extensions", "false");
  config.Set("autoload_known_extensions", "false");
}

core::Status Bind(const Functions& duckdb, duckdb_prepared_statement statement, idx_t index, const Value& value) {
  duckdb_state state = DuckDBError;
  if (std::holds_alternative<std::monostate>(value)) state = duckdb.bind_null(statement, index);
  if (const bool* flag = std::get_if<bool>(&value)) state = duckdb.bind_boolean(statement, index, *flag);
  if (const auto* number = std::get_if<std::int64_t>(&value)) state = duckdb.bind_int64(statement, index, *number);
  if (const double* number = std::get_if<double>(&value)) state = duckdb.bind_double(statement, index, *number);
  if (const auto* text = std::get_if<std::string>(&value)) {
    state = duckdb.bind_varchar_length(statement, index, text->data(), text->size());
  }
  if (state == DuckDBSuccess) return core::Ok();
  return core::InvalidInput("parameter " + std::to_string(index) + " cannot be bound");
}

core::Status BindAll(const Functions& duckdb, duckdb_prepared_statement statement, std::span<const Value> values) {
  const idx_t wanted = duckdb.nparams(statement);
  if (wanted != values.size()) {
    return core::InvalidInput("the statement has " + std::to_string(wanted) + " parameters and " +
                              std::to_string(values.size()) + " values were given");
  }
  for (std::size_t i = 0; i < values.size(); ++i) SLUICE_TRY(Bind(duckdb, statement, i + 1, values[i]));
  return core::Ok();
}

core::Error Refusal(const std::string& sql) {
  constexpr std::size_t kShownBytesMax = 40;
  std::size_t shown_bytes = std::min(sql.size(), kShownBytesMax);
  while (shown_bytes < sql.size() && (static_cast<unsigned char>(sql[shown_bytes]) & 0xc0) == 0x80) --shown_bytes;
  const std::string shown = sql.substr(0, shown_bytes) + (shown_bytes < sql.size() ? "…" : "");
  return core::InvalidInput(storage::QuotedPath(shown) + " is refused: a query can only read")
      .WithHint("say SELECT, FROM, WITH, VALUES, SHOW, DESCRIBE, SUMMARIZE or EXPLAIN; to write files use sluice copy");
}

}  // namespace

struct Session::Handles {
  explicit Handles(const Functions& functions) : duckdb(functions) {}
  ~Handles() {
    if (connection != nullptr) duckdb.disconnect(&connection);
    if (database != nullptr) duckdb.close(&database);
  }
  Handles(const Handles&) = delete;
  Handles& operator=(const Handles&) = delete;

  const Functions& duckdb;
  duckdb_database database = nullptr;
  duckdb_connection connection = nullptr;
};

Session::Session(std::shared_ptr<const Library> library, std::unique_ptr<Handles> handles)
    : library_(std::move(library)), handles_(std::move(handles)), source_failure_(std::make_shared<SourceFailure>()) {}

Session::~Session() = default;

duckdb_connection Session::connection() const { return handles_->connection; }

core::Result<std::unique_ptr<Session>> Session::Open(std::shared_ptr<const Library> library, SessionOptions options) {
  const Functions& duckdb = library->functions();
  Config config(duckdb);
  Fill(options, config);
  if (!config.failed().empty()) return core::InvalidInput("DuckDB refuses the setting '" + config.failed() + "'");
  auto handles = std::make_unique<Handles>(duckdb);
  const char* const path = options.database.empty() ? nullptr : options.database.c_str();
  char* message = nullptr;
  if (duckdb.open_ext(path, &handles->database, config.get(), &message) != DuckDBSuccess) {
    const std::string text = message == nullptr ? "IO Error: it cannot be opened" : message;
    duckdb.free(message);
    return ErrorFromDuckDb(text).WithContext("opening the database " + storage::QuotedPath(options.database));
  }
  if (duckdb.connect(handles->database, &handles->connection) != DuckDBSuccess) {
    return core::Internal("DuckDB opened a database and gave no connection");
  }
  std::unique_ptr<Session> session(new Session(std::move(library), std::move(handles)));
  SLUICE_TRY(session->Execute("SET TimeZone = " + QuoteText(options.time_zone)));
  return session;
}

core::Result<QueryResult> Session::Query(const std::string& sql, std::span<const Value> values) {
  return RunOne(sql, values, Trust::kReadsOnly);
}

core::Result<QueryResult> Session::Run(const std::string& sql, std::span<const Value> values) {
  return RunOne(sql, values, Trust::kOwn);
}

core::Status Session::Execute(const std::string& sql) {
  const Functions& duckdb = handles_->duckdb;
  SLUICE_ASSIGN_OR_RETURN(const StatementList list, StatementList::Parse(duckdb, handles_->connection, sql));
  for (idx_t i = 0; i < list.size(); ++i) {
    SLUICE_ASSIGN_OR_RETURN(const Statement statement, Statement::Prepare(duckdb, handles_->connection, list, i));
    duckdb_result result{};
    const duckdb_state state = duckdb.execute_prepared(statement.get(), &result);
    const QueryResult::State held(duckdb, result);
    if (state != DuckDBSuccess) return ErrorFromDuckDb(duckdb.result_error(&result));
  }
  return core::Ok();
}

core::Result<QueryResult> Session::RunOne(const std::string& sql, std::span<const Value> values, Trust trust) {
  const Functions& duckdb = handles_->duckdb;
  SLUICE_ASSIGN_OR_RETURN(const StatementList list, StatementList::Parse(duckdb, handles_->connection, sql));
  if (list.size() != 1) {
    return core::InvalidInput("one statement is expected and " + std::to_string(list.size()) + " were given");
  }
  // Some statements (EXPORT) touch the disk already when they are prepared, so the first look is at the text alone.
  if (trust == Trust::kReadsOnly && !BeginsAsReading(sql)) return Refusal(sql);
  source_failure_->Take();
  auto prepared = Statement::Prepare(duckdb, handles_->connection, list, 0);
  if (!prepared) return source_failure_->Take().value_or(prepared.error());
  const Statement statement = *std::move(prepared);
  if (trust == Trust::kReadsOnly) SLUICE_TRY(CheckReadsOnly(sql, statement));
  SLUICE_TRY(BindAll(duckdb, statement.get(), values));
  duckdb_result result{};
  const duckdb_state state = duckdb.execute_prepared(statement.get(), &result);
  auto held = std::make_unique<QueryResult::State>(duckdb, result);
  const std::optional<core::Error> failure = source_failure_->Take();
  if (state != DuckDBSuccess) return failure ? *failure : ErrorFromDuckDb(duckdb.result_error(&held->result));
  SLUICE_TRY(held->ReadColumns());
  return QueryResult(std::move(held));
}

core::Status Session::CheckReadsOnly(const std::string& sql, const Statement& statement) {
  if (statement.type() == DUCKDB_STATEMENT_TYPE_SELECT) return core::Ok();
  if (statement.type() != DUCKDB_STATEMENT_TYPE_EXPLAIN) return Refusal(sql);
  // EXPLAIN ANALYZE runs what it explains, so that must be a reading statement itself.
  const std::string explained(ExplainedStatement(sql));
  const Functions& duckdb = handles_->duckdb;
  SLUICE_ASSIGN_OR_RETURN(const StatementList list, StatementList::Parse(duckdb, handles_->connection, explained));
  if (list.size() != 1) return Refusal(sql);
  SLUICE_ASSIGN_OR_RETURN(const Statement inner, Statement::Prepare(duckdb, handles_->connection, list, 0));
  return inner.type() == DUCKDB_STATEMENT_TYPE_SELECT ? core::Ok() : core::Status(Refusal(sql));
}

void Session::Interrupt() { handles_->duckdb.interrupt(handles_->connection); }

}  // namespace sluice::query

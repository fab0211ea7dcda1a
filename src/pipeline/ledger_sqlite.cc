#include "pipeline/ledger_sqlite.h"

#include <fmt/format.h>

#include <utility>

namespace sluice::pipeline {

core::Error ErrorFromSqlite(int code, sqlite3* database, const std::string& path, std::string_view what) {
  const char* reason = database == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(database);
  std::string message = fmt::format("{}: {}: {}", path, what, reason);
  const int os_error = database == nullptr ? 0 : sqlite3_system_errno(database);
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return core::Conflict(std::move(message)).WithHint("another process is writing to the ledger; run again");
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY:
      return core::PermissionError(std::move(message)).WithHint("choose a writable folder with --state");
    case SQLITE_CANTOPEN:
      if (os_error != 0) {
        return core::ErrorFromErrno(os_error, message).WithHint("choose another folder with --state");
      }
      return core::IoError(std::move(message)).WithHint("choose another folder with --state");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return core::Corruption(std::move(message))
          .WithHint("move the file away: the ledger starts anew, and outputs are made again");
    case SQLITE_FULL:
    case SQLITE_IOERR: return core::IoError(std::move(message));
    case SQLITE_NOMEM:
    case SQLITE_TOOBIG: return core::LimitExceeded(std::move(message));
    case SQLITE_INTERRUPT: return core::Cancelled(std::move(message));
    case SQLITE_CONSTRAINT: return core::AlreadyExists(std::move(message));
    default: return core::Internal(std::move(message));
  }
}

SqliteStatement::SqliteStatement(sqlite3_stmt* statement, sqlite3* database, std::string path)
    : statement_(statement), database_(database), path_(std::move(path)) {}

void SqliteStatement::Note(int code) {
  if (bind_code_ == SQLITE_OK) bind_code_ = code;
}

SqliteStatement& SqliteStatement::Bind(std::string_view text) {
  Note(sqlite3_bind_text64(statement_.get(), ++bound_, text.data() == nullptr ? "" : text.data(), text.size(),
                           SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

SqliteStatement& SqliteStatement::Bind(std::int64_t number) {
  Note(sqlite3_bind_int64(statement_.get(), ++bound_, number));
  return *this;
}

SqliteStatement& SqliteStatement::BindNull() {
  Note(sqlite3_bind_null(statement_.get(), ++bound_));
  return *this;
}

core::Result<bool> SqliteStatement::Step() {
  const int code = bind_code_ == SQLITE_OK ? sqlite3_step(statement_.get()) : bind_code_;
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return ErrorFromSqlite(code, database_, path_, "ledger");
}

core::Status SqliteStatement::Run() {
  bool more = true;
  while (more) {
    SLUICE_ASSIGN_OR_RETURN(more, Step());
  }
  return core::Ok();
}

std::string SqliteStatement::Text(int column) const {
  const auto* bytes = sqlite3_column_text(statement_.get(), column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return bytes == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(bytes), size);
}

std::int64_t SqliteStatement::Integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }

bool SqliteStatement::IsNull(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL; }

core::Result<SqliteConnection> SqliteConnection::Open(const std::string& path, bool create, int busy_wait_ms) {
  SqliteConnection connection(path);
  sqlite3* opened = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (create ? SQLITE_OPEN_CREATE : 0);
  const int code = sqlite3_open_v2(path.c_str(), &opened, flags, nullptr);
  connection.database_.reset(opened);
  if (code != SQLITE_OK) return ErrorFromSqlite(code, opened, path, "open the ledger");
  sqlite3_busy_timeout(opened, busy_wait_ms);
  return connection;
}

core::Result<SqliteStatement> SqliteConnection::Prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(database_.get(), sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  if (code != SQLITE_OK) return ErrorFromSqlite(code, database_.get(), path_, "ledger");
  return SqliteStatement(statement, database_.get(), path_);
}

core::Status SqliteConnection::Execute(const std::string& sql) {
  const int code = sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code == SQLITE_OK) return core::Ok();
  return ErrorFromSqlite(code, database_.get(), path_, "ledger");
}

SqliteTransaction::~SqliteTransaction() {
  if (open_) static_cast<void>(connection_.Execute("ROLLBACK"));
}

core::Status SqliteTransaction::Begin() {
  SLUICE_TRY(connection_.Execute("BEGIN IMMEDIATE"));
  open_ = true;
  return core::Ok();
}

core::Status SqliteTransaction::Commit() {
  SLUICE_TRY(connection_.Execute("COMMIT"));
  open_ = false;
  return core::Ok();
}

}  // namespace sluice::pipeline

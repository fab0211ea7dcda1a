#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"

namespace sluice::pipeline {

/// SQLite's result codes mapped one by one. `database` may be null.
core::Error ErrorFromSqlite(int code, sqlite3* database, const std::string& path, std::string_view what);

/// One prepared statement. Values are always bound; nothing of a value becomes SQL.
///
/// Order: Bind*, then (Step, columns)* until Step is false. The first error of a Bind is told by Step.
class SqliteStatement {
 public:
  SqliteStatement(sqlite3_stmt* statement, sqlite3* database, std::string path);

  SqliteStatement& Bind(std::string_view text);
  SqliteStatement& Bind(std::int64_t number);
  SqliteStatement& Bind(std::uint64_t number) { return Bind(static_cast<std::int64_t>(number)); }
  SqliteStatement& BindNull();

  /// True when there is a row.
  core::Result<bool> Step();
  /// Step to the end, ignoring rows.
  core::Status Run();

  std::string Text(int column) const;
  std::int64_t Integer(int column) const;
  std::uint64_t Count(int column) const { return static_cast<std::uint64_t>(Integer(column)); }
  bool IsNull(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  void Note(int code);

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  sqlite3* database_;
  std::string path_;
  int bound_ = 0;
  int bind_code_ = SQLITE_OK;
};

/// A connection. Threads: one at a time.
class SqliteConnection {
 public:
  /// Open read-write; `create` makes a missing file, otherwise it is NotFound.
  static core::Result<SqliteConnection> Open(const std::string& path, bool create, int busy_wait_ms);

  core::Result<SqliteStatement> Prepare(std::string_view sql);
  /// Several statements without values.
  core::Status Execute(const std::string& sql);
  const std::string& path() const { return path_; }

 private:
  struct Close {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
  };
  explicit SqliteConnection(std::string path) : path_(std::move(path)) {}

  std::string path_;
  std::unique_ptr<sqlite3, Close> database_;
};

/// A write transaction; rolled back unless committed.
class SqliteTransaction {
 public:
  explicit SqliteTransaction(SqliteConnection& connection) : connection_(connection) {}
  SqliteTransaction(const SqliteTransaction&) = delete;
  SqliteTransaction& operator=(const SqliteTransaction&) = delete;
  ~SqliteTransaction();
  /// Take the write lock at once, so that no later statement fails for want of it.
  core::Status Begin();
  core::Status Commit();

 private:
  SqliteConnection& connection_;
  bool open_ = false;
};

}  // namespace sluice::pipeline

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>

#include "core/result.h"
#include "query/library.h"
#include "query/query_result.h"
#include "query/source_table.h"

struct _duckdb_connection;

namespace sluice::query {

class SourceFailure;
class Statement;

/// A value for a parameter (`?` or `$1`).
using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string>;

struct SessionOptions {
  /// A DuckDB database file; "" is one in memory.
  std::string database = {};
  /// Open the file without the right to change it. Not for a database in memory.
  bool read_only = false;
  /// 0: as many as DuckDB chooses.
  std::size_t threads = 0;
  /// 0: DuckDB's default, most of the machine.
  std::uint64_t memory_bytes_max = 0;
  /// Where sorts and joins that do not fit go; "" leaves it to DuckDB.
  std::string temporary_directory = {};
  /// The zone in which timestamps with a zone are taken apart by SQL (date_trunc and the like).
  std::string time_zone = "UTC";
};

/// One connection to an embedded DuckDB.
///
/// Threads: one at a time, but for Interrupt. Extensions are neither fetched nor loaded by themselves. DuckDB does not
/// guard against hostile SQL or files: statements come from the operator, not from strangers.
class Session {
 public:
  static core::Result<std::unique_ptr<Session>> Open(std::shared_ptr<const Library> library, SessionOptions options);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Run an operator's statement, which can only read: one SELECT (or FROM, WITH, VALUES, SHOW, DESCRIBE, SUMMARIZE, a
  /// reading PRAGMA) or EXPLAIN of such a one. Everything else is refused before it runs (InvalidInput).
  core::Result<QueryResult> Query(const std::string& sql, std::span<const Value> values = {});
  /// Run one statement of our own, of any kind.
  core::Result<QueryResult> Run(const std::string& sql, std::span<const Value> values = {});
  /// Run statements of our own, one after the other, and drop their results.
  core::Status Execute(const std::string& sql);

  /// Let statements read `table.source` as the view `table.name`. Only the columns that a statement needs are asked
  /// for. DuckDB's threads share each stream: one at a time calls Next, each copies its own batch. An error of the
  /// source ends the statement and is returned.
  core::Status AddSource(const SourceTable& table);

  /// Make the statement that runs fail with Cancelled. Any thread.
  void Interrupt();

  const Library& library() const { return *library_; }

 private:
  struct Handles;
  enum class Trust { kReadsOnly, kOwn };

  Session(std::shared_ptr<const Library> library, std::unique_ptr<Handles> handles);
  core::Result<QueryResult> RunOne(const std::string& sql, std::span<const Value> values, Trust trust);
  _duckdb_connection* connection() const;
  core::Status CheckReadsOnly(const std::string& sql, const Statement& statement);

  std::shared_ptr<const Library> library_;
  std::unique_ptr<Handles> handles_;
  std::size_t sources_ = 0;
  std::shared_ptr<SourceFailure> source_failure_;
};

}  // namespace sluice::query

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/cancellation.h"
#include "core/result.h"

struct pg_conn;
struct pg_result;

namespace sluice::postgres {

struct Libpq;

struct ConnectionOptions {
  std::string url = {};  ///< "postgresql://…" or "key=value …", as libpq takes it; passwords also from where it looks
  std::string application = "sluice";
  std::chrono::milliseconds connect_wait_max{15000};
};

/// The rows of one answer.
class Rows {
 public:
  Rows(std::shared_ptr<const Libpq> libpq, pg_result* result);
  ~Rows();
  Rows(Rows&& other) noexcept;
  Rows& operator=(Rows&&) = delete;

  std::size_t size() const;
  bool is_null(std::size_t row, int column) const;
  std::string Text(std::size_t row, int column) const;
  /// What was inserted, updated, copied.
  std::uint64_t affected() const;
  /// "INSERT 0 1", "COMMIT", "ROLLBACK".
  std::string tag() const;

 private:
  std::shared_ptr<const Libpq> libpq_;
  pg_result* result_;
};

/// One session of a server, set up so that what it says and takes does not depend on the server's settings: UTF-8, UTC,
/// names only with their schema, no timeouts of statements, commits that are durable.
///
/// Threads: one at a time. Errors: by SQLSTATE (server_error.h); Unavailable when the connection broke, and then
/// `broken` is true for good. No password is in any of them.
class Connection {
 public:
  static core::Result<std::unique_ptr<Connection>> Open(const ConnectionOptions& options,
                                                        const core::Cancellation& cancellation);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Statements without values, in one transaction unless they say otherwise; the last answer.
  core::Result<Rows> Execute(const std::string& sql);
  /// One statement with texts for $1, $2, …
  core::Result<Rows> Query(const std::string& sql, std::span<const std::string> values);

  /// Order: BeginCopy PutCopy* (EndCopy | AbortCopy). EndCopy returns the rows that the server counted.
  core::Status BeginCopy(const std::string& sql);
  core::Status PutCopy(std::string_view bytes);
  core::Result<std::uint64_t> EndCopy();
  void AbortCopy();

  bool broken() const;
  /// "host:port/database", as it was reached.
  std::string place() const;

 private:
  Connection(std::shared_ptr<const Libpq> libpq, pg_conn* connection);
  core::Result<Rows> Answer(pg_result* result);
  core::Error LastError(const pg_result* result) const;

  std::shared_ptr<const Libpq> libpq_;
  pg_conn* connection_;
};

}  // namespace sluice::postgres

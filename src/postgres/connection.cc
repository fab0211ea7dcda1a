#include "postgres/connection.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>
#include <vector>

#include "postgres/libpq.h"
#include "postgres/server_error.h"

namespace sluice::postgres {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kPollMilliseconds = 100;
constexpr std::size_t kMessageBytesMax = std::size_t{1} << 20;

constexpr const char* kSettings =
    "SET search_path = pg_catalog; SET DateStyle = 'ISO,YMD'; SET IntervalStyle = 'iso_8601'; SET TimeZone = 'UTC'; "
    "SET extra_float_digits = 1; SET bytea_output = 'hex'; SET statement_timeout = 0; "
    "SET idle_in_transaction_session_timeout = 0; SET lock_timeout = '30s'; SET client_min_messages = warning; "
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

/// Of "FATAL:  28P01: password …", which libpq keeps as text only while it connects.
std::string CodeIn(std::string_view message) {
  constexpr std::size_t kCodeSize = 5;
  for (std::size_t at = message.find(":  "); at != std::string_view::npos; at = message.find(":  ", at + 1)) {
    const std::string_view code = message.substr(at + 3, kCodeSize);
    const bool is_code = code.size() == kCodeSize && std::ranges::all_of(code, [](char byte) {
                           return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z');
                         });
    if (is_code && message.substr(at + 3 + kCodeSize, 2) == ": ") return std::string(code);
  }
  return {};
}

core::Error ConnectError(const Libpq& libpq, PGconn* connection) {
  const std::string_view message = libpq.error_message(connection);
  if (libpq.connection_needs_password(connection) != 0) {
    return core::PermissionError("PostgreSQL: the server wants a password, and there is none")
        .WithHint("put it into ~/.pgpass or PGPASSWORD");
  }
  // The first line says it; the others of the verbose form are for the server's authors.
  return ServerError(CodeIn(message), message.substr(0, message.find("\nLOCATION")));
}

core::Status WaitForSocket(const Libpq& libpq, PGconn* connection, PostgresPollingStatusType status) {
  pollfd wanted{.fd = libpq.socket(connection),
                .events = static_cast<short>(status == PGRES_POLLING_READING ? POLLIN : POLLOUT),
                .revents = 0};
  if (::poll(&wanted, 1, kPollMilliseconds) < 0 && errno != EINTR) return core::ErrorFromErrno(errno, "poll");
  return core::Ok();
}

core::Status Connect(const Libpq& libpq, PGconn* connection, std::chrono::milliseconds wait_max,
                     const core::Cancellation& cancellation) {
  const Clock::time_point deadline = Clock::now() + wait_max;
  PostgresPollingStatusType status = PGRES_POLLING_WRITING;
  while (true) {
    if (libpq.status(connection) == CONNECTION_BAD) return ConnectError(libpq, connection);
    SLUICE_TRY(cancellation.Check());
    SLUICE_TRY(WaitForSocket(libpq, connection, status));
    status = libpq.connect_poll(connection);
    if (status == PGRES_POLLING_OK) return core::Ok();
    if (status == PGRES_POLLING_FAILED) return ConnectError(libpq, connection);
    if (Clock::now() > deadline) return core::Unavailable("PostgreSQL: the server did not answer in time");
  }
}

}  // namespace

Rows::Rows(std::shared_ptr<const Libpq> libpq, pg_result* result) : libpq_(std::move(libpq)), result_(result) {}
Rows::~Rows() {
  if (libpq_ != nullptr) libpq_->clear(result_);
}
Rows::Rows(Rows&& other) noexcept : libpq_(std::move(other.libpq_)), result_(std::exchange(other.result_, nullptr)) {}

std::size_t Rows::size() const { return static_cast<std::size_t>(libpq_->ntuples(result_)); }

bool Rows::is_null(std::size_t row, int column) const {
  return libpq_->getisnull(result_, static_cast<int>(row), column) != 0;
}

std::string Rows::Text(std::size_t row, int column) const {
  const int at = static_cast<int>(row);
  return {libpq_->getvalue(result_, at, column), static_cast<std::size_t>(libpq_->getlength(result_, at, column))};
}

std::uint64_t Rows::affected() const {
  const std::string_view text = libpq_->cmd_tuples(result_);
  std::uint64_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

std::string Rows::tag() const { return libpq_->cmd_status(result_); }

core::Result<std::unique_ptr<Connection>> Connection::Open(const ConnectionOptions& options,
                                                           const core::Cancellation& cancellation) {
  // What stands before `dbname` gives way to what the URL says.
  const std::array keywords{"fallback_application_name", "keepalives_idle", "keepalives_interval", "keepalives_count",
                            "tcp_user_timeout",          "dbname",          "client_encoding",     "options_end"};
  const std::array values{options.application.c_str(), "30", "10", "3", "60000", options.url.c_str(), "UTF8", ""};
  std::array<const char*, keywords.size()> names{};
  std::ranges::copy(keywords, names.begin());
  names.back() = nullptr;
  SLUICE_ASSIGN_OR_RETURN(const std::shared_ptr<const Libpq> libpq, Libpq::Load());
  std::unique_ptr<Connection> opened(
      new Connection(libpq, libpq->connect_start_params(names.data(), values.data(), 1)));
  PGconn* const connection = opened->connection_;
  if (connection == nullptr) return core::LimitExceeded("PostgreSQL: no memory for a connection");
  libpq->set_error_verbosity(connection, PQERRORS_VERBOSE);
  SLUICE_TRY(Connect(*libpq, connection, options.connect_wait_max, cancellation));
  libpq->set_error_verbosity(connection, PQERRORS_DEFAULT);
  libpq->set_notice_processor(connection, [](void*, const char*) {}, nullptr);
  SLUICE_TRY(opened->Execute(kSettings));
  const char* const integer_times = libpq->parameter_status(connection, "integer_datetimes");
  if (integer_times == nullptr || std::string_view(integer_times) != "on") {
    return core::Unsupported("PostgreSQL: the server keeps times as floating point numbers");
  }
  return opened;
}

Connection::Connection(std::shared_ptr<const Libpq> libpq, pg_conn* connection)
    : libpq_(std::move(libpq)), connection_(connection) {}

Connection::~Connection() { libpq_->finish(connection_); }

core::Result<Rows> Connection::Execute(const std::string& sql) {
  return Answer(libpq_->exec(connection_, sql.c_str()));
}

core::Result<Rows> Connection::Query(const std::string& sql, std::span<const std::string> values) {
  std::vector<const char*> texts;
  for (const std::string& value : values) texts.push_back(value.c_str());
  return Answer(libpq_->exec_params(connection_, sql.c_str(), static_cast<int>(texts.size()), nullptr, texts.data(),
                                    nullptr, nullptr, 0));
}

core::Status Connection::BeginCopy(const std::string& sql) {
  PGresult* const result = libpq_->exec(connection_, sql.c_str());
  const bool begun = libpq_->result_status(result) == PGRES_COPY_IN;
  if (begun) {
    libpq_->clear(result);
    return core::Ok();
  }
  SLUICE_TRY(Answer(result));
  return core::Internal("PostgreSQL: a COPY did not begin");
}

core::Status Connection::PutCopy(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::string_view message = bytes.substr(0, kMessageBytesMax);
    if (libpq_->put_copy_data(connection_, message.data(), static_cast<int>(message.size())) != 1)
      return LastError(nullptr);
    bytes.remove_prefix(message.size());
  }
  return core::Ok();
}

core::Result<std::uint64_t> Connection::EndCopy() {
  if (libpq_->put_copy_end(connection_, nullptr) != 1) return LastError(nullptr);
  core::Result<Rows> answer = Answer(libpq_->get_result(connection_));
  while (PGresult* const rest = libpq_->get_result(connection_)) libpq_->clear(rest);
  if (!answer.has_value()) return std::move(answer).error();
  return answer->affected();
}

void Connection::AbortCopy() {
  libpq_->put_copy_end(connection_, "the sender gave up");
  while (PGresult* const rest = libpq_->get_result(connection_)) {
    const bool copying = libpq_->result_status(rest) == PGRES_COPY_IN;
    libpq_->clear(rest);
    if (copying) break;  // the connection broke in the middle
  }
}

bool Connection::broken() const { return libpq_->status(connection_) == CONNECTION_BAD; }

std::string Connection::place() const {
  return fmt::format("{}:{}/{}", libpq_->host(connection_), libpq_->port(connection_), libpq_->db(connection_));
}

core::Result<Rows> Connection::Answer(pg_result* result) {
  Rows rows(libpq_, result);
  const ExecStatusType status = libpq_->result_status(result);
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return rows;
  return LastError(result);
}

core::Error Connection::LastError(const pg_result* result) const {
  const char* const code = libpq_->result_error_field(result, PG_DIAG_SQLSTATE);
  const char* const message = libpq_->result_error_field(result, PG_DIAG_MESSAGE_PRIMARY);
  if (code == nullptr || message == nullptr) return ServerError("", libpq_->error_message(connection_));
  std::string text = message;
  const std::pair<int, const char*> parts[] = {{PG_DIAG_MESSAGE_DETAIL, "; "}, {PG_DIAG_CONTEXT, "; "}};
  for (const auto& [field, before] : parts) {
    if (const char* const more = libpq_->result_error_field(result, field)) text += std::string(before) + more;
  }
  return ServerError(code, text);
}

}  // namespace sluice::postgres

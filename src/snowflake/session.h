#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "core/result.h"
#include "snowflake/endpoint.h"
#include "snowflake/login.h"
#include "snowflake/put_answer.h"
#include "snowflake/query_result.h"
#include "snowflake/session_options.h"

namespace sluice::snowflake {

/// A file that storage took. The truth about it is COPY's row.
struct PutOutcome {
  std::uint64_t stored_bytes = 0;
  std::string digest;  ///< base64 of the SHA-256 of the plain bytes
};

/// A session with the service, by the protocol of its own drivers.
///
/// Tokens that expire are renewed, a session that is gone is opened anew (temporary objects are lost then), and lost
/// answers are asked for again with the same request id. Whether the service executes a statement twice under one id
/// cannot be known here: send only statements that may run twice.
///
/// Order:   Open (Execute | Put)* Close?      Threads: any; one statement runs at a time, uploads side by side.
/// Memory:  Put holds one block, or one part, of the file. Errors never show secrets.
class Session {
 public:
  /// Log in. Errors: Permission (refused), Configuration, Unavailable.
  static core::Result<std::unique_ptr<Session>> Open(SessionOptions options, const SessionEnvironment& environment);
  /// Closes the session, too.
  ~Session();

  /// Run one statement and wait for its rows. `request_id` is a UUID that the caller chose, and perhaps wrote down.
  /// Errors: OutcomeUnknown when the statement may have run or may still run; NotFound, Permission, Configuration and
  /// InvalidInput when the service refused it, so that nothing of it happened.
  core::Result<QueryResult> Execute(const std::string& sql, const std::string& request_id);
  core::Result<QueryResult> Execute(const std::string& sql) { return Execute(sql, endpoint_.NewUuid()); }

  /// Upload a file to `stage_path` ("@db.schema.stage/folder/") under a name of its own there, replacing an object of
  /// that name. `sha256_hex` spares a pass over the file when it is known.
  core::Result<PutOutcome> Put(const std::string& local_path, const std::string& stage_path,
                               const std::string& object_name, const std::string& sha256_hex = "");

  /// Renew the tokens now.
  core::Status Renew();
  /// End the session; harmless when it is done again.
  void Close();

 private:
  Session(SessionOptions options, const SessionEnvironment& environment);
  SessionTokens tokens() const;
  /// Send `call` with the session's token, renewing and logging in where the answer asks for it.
  core::Result<Answer> Send(Call call);
  core::Status RenewUnless(const core::Secret& known, std::chrono::nanoseconds deadline);
  core::Status LogInUnless(const core::Secret& known);
  core::Status LogInLocked();
  core::Result<Answer> Wait(Answer answer, std::chrono::nanoseconds deadline);
  core::Result<Answer> Run(const std::string& sql, const std::string& request_id, const std::string& accept);
  void Abort(const std::string& request_id);
  core::Result<QueryResult> Rows(const Answer& answer);
  core::Result<PutAnswer> AskForPlace(const std::string& named_path, const std::string& stage_path);

  SessionOptions options_;
  SessionEnvironment environment_;
  Endpoint endpoint_;
  mutable std::mutex token_mutex_;
  SessionTokens tokens_;
  std::mutex renewal_mutex_;
  std::mutex statement_mutex_;
  std::mutex random_mutex_;
  bool open_ = false;
};

}  // namespace sluice::snowflake

#include "snowflake/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "snowflake/digest.h"
#include "snowflake/upload.h"

namespace sluice::snowflake {

using core::ErrorKind;
using core::Result;
using core::Secret;
using core::Status;
using nlohmann::json;

namespace {

constexpr int kRemediesMax = 4;  ///< renewals and logins for one call: more is a loop
constexpr std::chrono::milliseconds kPollWaitMin{50};
constexpr std::chrono::milliseconds kPollWaitMax{2'000};

/// The beginning of a statement, as far as a message shows it; our statements hold no secrets.
std::string Shown(const std::string& sql) { return sql.size() <= 120 ? sql : sql.substr(0, 120) + "…"; }

}  // namespace

Session::Session(SessionOptions options, const SessionEnvironment& environment)
    : options_(std::move(options)), environment_(environment), endpoint_(options_, environment_) {}

Session::~Session() { Close(); }

Result<std::unique_ptr<Session>> Session::Open(SessionOptions options, const SessionEnvironment& environment) {
  SLUICE_TRY(options.Validate());
  std::unique_ptr<Session> session(new Session(std::move(options), environment));
  SLUICE_TRY(session->LogInLocked());
  return session;
}

SessionTokens Session::tokens() const {
  const std::lock_guard lock(token_mutex_);
  return tokens_;
}

Status Session::LogInLocked() {
  SLUICE_ASSIGN_OR_RETURN(SessionTokens fresh, LogIn(endpoint_, options_, environment_));
  const std::lock_guard lock(token_mutex_);
  tokens_ = std::move(fresh);
  open_ = true;
  return core::Ok();
}

Status Session::LogInUnless(const Secret& known) {
  const std::lock_guard lock(renewal_mutex_);
  return tokens().session.Reveal() == known.Reveal() ? LogInLocked() : core::Ok();
}

Status Session::RenewUnless(const Secret& known, std::chrono::nanoseconds deadline) {
  const std::lock_guard lock(renewal_mutex_);
  const SessionTokens before = tokens();
  if (before.session.Reveal() != known.Reveal()) return core::Ok();  // another thread was first
  SLUICE_ASSIGN_OR_RETURN(const Answer answer, AskForRenewal(endpoint_, before, deadline));
  if (!answer.success) {
    if (RemedyOf(answer.code) == Remedy::kNone) return ErrorOfAnswer(answer, "renewal of the session");
    return LogInLocked();
  }
  SessionTokens fresh = RenewedTokens(answer, before);
  if (fresh.session.empty()) return core::Corruption("the answer to the renewal holds no token");
  const std::lock_guard token_lock(token_mutex_);
  tokens_ = std::move(fresh);
  return core::Ok();
}

Status Session::Renew() { return RenewUnless(tokens().session, environment_.clock.Monotonic() + options_.retry_for); }

Result<Answer> Session::Send(Call call) {
  for (int remedies = 0;; ++remedies) {
    call.token = tokens().session;
    SLUICE_ASSIGN_OR_RETURN(Answer answer, endpoint_.Send(call));
    const Remedy remedy = answer.success || remedies == kRemediesMax ? Remedy::kNone : RemedyOf(answer.code);
    if (remedy == Remedy::kRenew) {
      SLUICE_TRY(RenewUnless(call.token, call.deadline));
    } else if (remedy == Remedy::kLogIn) {
      SLUICE_TRY(LogInUnless(call.token));
    } else {
      return answer;
    }
  }
}

Result<Answer> Session::Wait(Answer answer, std::chrono::nanoseconds deadline) {
  auto wait = kPollWaitMin;
  while (answer.success && RemedyOf(answer.code) == Remedy::kPoll) {
    const std::string path = TextMember(answer.data, "getResultUrl");
    if (!path.starts_with('/')) return core::Corruption("the service says to wait, but not where the result will be");
    if (environment_.clock.Monotonic() > deadline) {
      return core::OutcomeUnknown(fmt::format("statement {} still runs", TextMember(answer.data, "queryId")))
          .WithHint("raise statement_timeout");
    }
    SLUICE_TRY(environment_.waiter.Wait(wait, environment_.cancellation));
    wait = std::min(wait * 2, kPollWaitMax);
    const auto patience = environment_.clock.Monotonic() + options_.retry_for;
    SLUICE_ASSIGN_OR_RETURN(answer, Send({.method = "GET", .path = path, .deadline = patience}));
  }
  return answer;
}

Result<Answer> Session::Run(const std::string& sql, const std::string& request_id, const std::string& accept) {
  const std::lock_guard lock(statement_mutex_);
  const auto begin = environment_.clock.Monotonic();
  const auto deadline = begin + options_.statement_timeout;
  Result<Answer> answer = Send({.path = "/queries/v1/query-request",
                                .request_id = request_id,
                                .body = json{{"sqlText", sql}, {"asyncExec", false}, {"sequenceId", 1}}.dump(),
                                .accept = accept,
                                .deadline = begin + options_.retry_for});
  if (answer) answer = Wait(*std::move(answer), deadline);
  if (!answer) {
    const ErrorKind kind = answer.error().kind();
    if (kind == ErrorKind::kCancelled || kind == ErrorKind::kOutcomeUnknown) Abort(request_id);
    return std::move(answer).error().WithContext("statement " + Shown(sql));
  }
  if (!answer->success)
    return ErrorOfAnswer(*answer, "the service refused a statement").WithContext("statement " + Shown(sql));
  return answer;
}

void Session::Abort(const std::string& request_id) {
  // Runs although a stop was requested: the statement shall not go on without us.
  const core::Cancellation go_on;
  const SessionEnvironment environment{environment_.transport, environment_.files,  environment_.clock,
                                       environment_.waiter,    environment_.random, go_on};
  Endpoint endpoint(options_, environment);
  (void)endpoint.Send({.path = "/queries/v1/abort-request",
                       .request_id = endpoint.NewUuid(),
                       .body = json{{"requestId", request_id}}.dump(),
                       .accept = "application/json",
                       .token = tokens().session,
                       .attempt_timeout = std::chrono::milliseconds(5'000),
                       .try_once = true});
}

Result<QueryResult> Session::Rows(const Answer& answer) {
  SLUICE_ASSIGN_OR_RETURN(QueryResult result, QueryResult::Parse(answer.data));
  const auto deadline = environment_.clock.Monotonic() + options_.retry_for;
  std::vector<http::Header> headers;
  if (const auto given = answer.data.find("chunkHeaders"); given != answer.data.end() && given->is_object()) {
    for (const auto& [name, value] : given->items())
      headers.push_back({name, value.is_string() ? value.get<std::string>() : value.dump()});
  } else if (const std::string key = TextMember(answer.data, "qrmk"); !key.empty()) {
    headers = {{"x-amz-server-side-encryption-customer-algorithm", "AES256"},
               {"x-amz-server-side-encryption-customer-key", key}};
  }
  const std::vector<QueryResult::Chunk> chunks = result.chunks();
  for (const QueryResult::Chunk& chunk : chunks) {
    SLUICE_ASSIGN_OR_RETURN(const std::string rows, endpoint_.Fetch(chunk.url, headers, deadline));
    SLUICE_TRY(result.AppendChunk(rows));
  }
  return result;
}

Result<QueryResult> Session::Execute(const std::string& sql, const std::string& request_id) {
  SLUICE_ASSIGN_OR_RETURN(Answer answer, Run(sql, request_id, "application/snowflake"));
  SLUICE_ASSIGN_OR_RETURN(QueryResult result, Rows(answer));
  if (result.rows().size() != result.rows_total() && result.rows().empty() && !result.query_id().empty()) {
    // The service may say that there are rows and send none; they are there when asked for.
    const auto deadline = environment_.clock.Monotonic() + options_.retry_for;
    SLUICE_ASSIGN_OR_RETURN(
        answer, Send({.method = "GET", .path = "/queries/" + result.query_id() + "/result", .deadline = deadline}));
    if (!answer.success) return ErrorOfAnswer(answer, "rows of statement " + result.query_id());
    SLUICE_ASSIGN_OR_RETURN(result, Rows(answer));
  }
  if (result.rows().size() != result.rows_total()) {
    return core::OutcomeUnknown(fmt::format("statement {}: {} rows came, the service says {}", result.query_id(),
                                            result.rows().size(), result.rows_total()));
  }
  return result;
}

void Session::Close() {
  if (!std::exchange(open_, false)) return;
  CloseSession(endpoint_, tokens());
}

Result<PutAnswer> Session::AskForPlace(const std::string& named_path, const std::string& stage_path) {
  SLUICE_ASSIGN_OR_RETURN(const Answer answer,
                          Run(PutStatement(named_path, stage_path), endpoint_.NewUuid(), "application/json"));
  return PutAnswer::Parse(answer.data, named_path);
}

Result<PutOutcome> Session::Put(const std::string& local_path, const std::string& stage_path,
                                const std::string& object_name, const std::string& sha256_hex) {
  // The service opens no file: it learns the object's name from the path that the statement shows.
  const std::string named_path = local_path.substr(0, local_path.rfind('/') + 1) + object_name;
  std::string digest;
  if (sha256_hex.empty()) {
    SLUICE_ASSIGN_OR_RETURN(digest, DigestOfFile(environment_.files, local_path));
  } else {
    SLUICE_ASSIGN_OR_RETURN(const std::string bytes, DecodeHex(sha256_hex));
    digest = Base64(bytes);
  }
  SLUICE_ASSIGN_OR_RETURN(const PutAnswer place, AskForPlace(named_path, stage_path));
  std::optional<FileKey> key;
  if (place.encryption) {
    const std::lock_guard lock(random_mutex_);
    key = NewFileKey(*place.encryption, environment_.random);
  }
  const auto renew = [&]() -> Result<StorageCredentials> {
    SLUICE_ASSIGN_OR_RETURN(PutAnswer again, AskForPlace(named_path, stage_path));
    return std::move(again.credentials);
  };
  SLUICE_ASSIGN_OR_RETURN(
      const std::uint64_t stored,
      Upload({.local_path = local_path, .object_name = object_name, .digest = digest, .key = std::move(key)}, place,
             renew, options_, environment_, endpoint_));
  return PutOutcome{.stored_bytes = stored, .digest = digest};
}

}  // namespace sluice::snowflake

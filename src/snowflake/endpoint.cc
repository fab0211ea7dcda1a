#include "snowflake/endpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/uuid.h"
#include "http/url_text.h"
#include "storage/compression.h"
#include "storage/memory_stream.h"

namespace sluice::snowflake {

using core::Error;
using core::ErrorKind;
using core::Result;
using core::Secret;
using core::Status;
using http::Response;
using std::chrono::microseconds;

namespace {

bool IsWorthAnotherTry(int status) { return status == 408 || status == 429 || status >= 500; }

Result<std::string> PlainBody(std::string body) {
  const storage::Compression compression = storage::CompressionOfBytes(std::string_view(body).substr(0, 4));
  if (compression == storage::Compression::kNone) return body;
  const auto stream = storage::Inflate(compression, storage::StreamFromString(std::move(body)), {.name = "rows"});
  return storage::ReadToEnd(*stream, core::kGiB);
}

Error ErrorOfStatus(int status, const Call& call, const std::string& base) {
  const std::string text =
      fmt::format("{}{}: the service answered HTTP {}", http::PublicPartOfUrl(base), call.path, status);
  if (status == 403 || status == 404) {
    return core::NotFound(text).WithHint("check the account's name: the host answers, but serves no such account");
  }
  return core::InvalidInput(text);
}

}  // namespace

/// What happened so far to one call.
struct Endpoint::Attempts {
  int count = 0;
  std::string reason = "0";  ///< of the resend: an HTTP status, or 0
  bool maybe_acted_upon = false;
  std::string last_failure;
};

Endpoint::Endpoint(const SessionOptions& options, const SessionEnvironment& environment)
    : options_(options), environment_(environment) {}

std::string Endpoint::NewUuid() {
  const std::lock_guard lock(random_mutex_);
  return core::FormatUuid(core::NewUuid(environment_.random));
}

double Endpoint::Draw() {
  const std::lock_guard lock(random_mutex_);
  return static_cast<double>(environment_.random.Next() >> 11) / 9007199254740992.0;
}

microseconds Endpoint::WaitBefore(int attempt) {
  const auto doubled = options_.retry_wait_min * (1LL << std::min(attempt, 10));
  const microseconds highest = std::min<std::chrono::milliseconds>(doubled, options_.retry_wait_max);
  const microseconds lowest = options_.retry_wait_min / 2;
  return lowest + microseconds(static_cast<std::int64_t>(static_cast<double>((highest - lowest).count()) * Draw()));
}

Result<Response> Endpoint::SendOnce(const Call& call, const Attempts& attempts) {
  std::string url = options_.BaseUrl() + call.path;
  char mark = url.find('?') == std::string::npos ? '?' : '&';
  const auto add = [&](std::string_view name, std::string_view value) {
    url += fmt::format("{}{}={}", mark, name, http::PercentEncoded(value));
    mark = '&';
  };
  if (!call.request_id.empty()) {
    add("requestId", call.request_id);
    add("request_guid", NewUuid());
  }
  for (const auto& [name, value] : call.parameters) add(name, value);
  if (attempts.count > 0) {
    const auto now = environment_.clock.Now().time_since_epoch();
    add("clientStartTime", std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(now).count()));
    add("retryCount", std::to_string(attempts.count));
    add("retryReason", attempts.reason);
  }
  http::Request request;
  request.method = call.method;
  request.url = Secret(std::move(url));
  request.headers = {{"Accept", call.accept}, {"Content-Type", "application/json"}};
  if (!call.token.empty()) {
    request.headers.push_back({"Authorization", "Snowflake Token=\"" + call.token.Reveal() + "\""});
  }
  request.body = call.body;
  request.timeout = call.attempt_timeout;
  return environment_.transport.Send(request, environment_.cancellation);
}

Status Endpoint::WaitForNext(const Call& call, Attempts& attempts, const Response* response) {
  ++attempts.count;
  microseconds wait = WaitBefore(attempts.count);
  int seconds = 0;
  if (response != nullptr) {
    const std::string_view asked = response->header("retry-after");
    if (std::from_chars(asked.data(), asked.data() + asked.size(), seconds).ec == std::errc() && seconds > 0) {
      wait = std::max<microseconds>(wait, std::chrono::seconds(seconds));
    }
  }
  if (call.try_once || environment_.clock.Monotonic() + wait > call.deadline) {
    const std::string text =
        fmt::format("{}{}: no answer after {} tries: {}", http::PublicPartOfUrl(options_.BaseUrl()), call.path,
                    attempts.count, attempts.last_failure);
    return attempts.maybe_acted_upon ? Status(core::OutcomeUnknown(text)) : Status(core::Unavailable(text));
  }
  return environment_.waiter.Wait(wait, environment_.cancellation);
}

Result<Answer> Endpoint::Send(const Call& call) {
  Attempts attempts;
  while (true) {
    auto response = SendOnce(call, attempts);
    if (!response) {
      const ErrorKind kind = response.error().kind();
      if (kind != ErrorKind::kUnavailable && kind != ErrorKind::kOutcomeUnknown) return std::move(response).error();
      attempts.maybe_acted_upon |= kind == ErrorKind::kOutcomeUnknown;
      attempts.reason = "0";
      attempts.last_failure = response.error().message();
      SLUICE_TRY(WaitForNext(call, attempts, nullptr));
      continue;
    }
    if (IsWorthAnotherTry(response->status)) {
      attempts.maybe_acted_upon |= response->status != 429;
      attempts.reason = std::to_string(response->status);
      attempts.last_failure = "HTTP " + attempts.reason;
      SLUICE_TRY(WaitForNext(call, attempts, &*response));
      continue;
    }
    SLUICE_ASSIGN_OR_RETURN(const std::string body, PlainBody(std::move(response->body)));
    auto answer = ParseAnswer(body);
    if (response->status == 401) {
      return Answer{.success = false,
                    .code = answer && !answer->code.empty() ? answer->code : "390104",
                    .message = answer ? answer->message : "the session token is not accepted"};
    }
    if (response->status != 200) return ErrorOfStatus(response->status, call, options_.BaseUrl());
    if (answer) return answer;
    attempts.maybe_acted_upon = true;
    attempts.reason = "0";
    attempts.last_failure = answer.error().message();
    SLUICE_TRY(WaitForNext(call, attempts, nullptr));
  }
}

Result<std::string> Endpoint::Fetch(const std::string& url, const std::vector<http::Header>& headers,
                                    std::chrono::nanoseconds deadline) {
  Call call{.path = "/(rows)", .deadline = deadline};
  Attempts attempts;
  while (true) {
    http::Request request;
    request.url = Secret(url);
    request.headers = headers;
    auto response = environment_.transport.Send(request, environment_.cancellation);
    if (response && response->status == 200) return PlainBody(std::move(response->body));
    if (!response && response.error().kind() == ErrorKind::kCancelled) return std::move(response).error();
    if (response && !IsWorthAnotherTry(response->status) && response->status != 403) {
      return ErrorOfStatus(response->status, call, url);
    }
    attempts.last_failure = response ? fmt::format("HTTP {}", response->status) : response.error().message();
    SLUICE_TRY(WaitForNext(call, attempts, response ? &*response : nullptr));
  }
}

}  // namespace sluice::snowflake

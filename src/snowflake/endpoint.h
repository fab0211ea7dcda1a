#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "core/result.h"
#include "snowflake/answer.h"
#include "snowflake/session_options.h"

namespace sluice::snowflake {

/// One logical request to the service.
struct Call {
  std::string method = "POST";
  std::string path = {};  ///< "/queries/v1/query-request"; may bring a query of its own
  /// The same on every resend; "" sends none.
  std::string request_id = {};
  std::vector<std::pair<std::string, std::string>> parameters = {};
  std::string body = {};  ///< JSON; not for GET
  std::string accept = "application/snowflake";
  core::Secret token = {};  ///< session or master token; "" before login
  /// No attempt begins after this time (of Clock::Monotonic).
  std::chrono::nanoseconds deadline{0};
  std::chrono::milliseconds attempt_timeout{0};  ///< 0: none but the transport's own
  bool try_once = false;
};

/// The service's host: sends a call, and again with the same request id while the service is away or answers get lost:
/// on 408, 429, 5xx, lost connections and cut answers, after waits with full jitter, or those of Retry-After.
///
/// Threads: any. Errors: Unavailable when no attempt can have been acted upon; OutcomeUnknown when one may have been;
/// Permission, NotFound, InvalidInput for other statuses; Cancelled. A failing answer is a value.
class Endpoint {
 public:
  Endpoint(const SessionOptions& options, const SessionEnvironment& environment);
  core::Result<Answer> Send(const Call& call);
  /// Fetch rows that lie apart, with the headers that came with their URL; gzip is undone.
  core::Result<std::string> Fetch(const std::string& url, const std::vector<http::Header>& headers,
                                  std::chrono::nanoseconds deadline);

  std::string NewUuid();
  /// A draw from 0 to 1.
  double Draw();
  /// The wait before attempt `attempt` (from 1): a draw up to the doubled wait of the one before.
  std::chrono::microseconds WaitBefore(int attempt);

 private:
  struct Attempts;
  core::Result<http::Response> SendOnce(const Call& call, const Attempts& attempts);
  core::Status WaitForNext(const Call& call, Attempts& attempts, const http::Response* response);

  const SessionOptions& options_;
  const SessionEnvironment& environment_;
  std::mutex random_mutex_;
};

}  // namespace sluice::snowflake

#pragma once

#include "core/cancellation.h"
#include "core/result.h"
#include "http/request.h"

namespace sluice::http {

/// The door to the network: one request, one answer, no tries of its own and no redirects followed.
///
/// Threads: any. Errors: Unavailable when the request surely was not acted upon (name, connection, TLS handshake);
/// OutcomeUnknown when it may have been (answer lost, cut, timed out); PermissionError when the other side's
/// certificate is not trusted; LimitExceeded for too long an answer; Cancelled; what `upload` fails with. A status of
/// 4xx or 5xx is an answer, not an error.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual core::Result<Response> Send(const Request& request, const core::Cancellation& cancellation) = 0;
};

}  // namespace sluice::http

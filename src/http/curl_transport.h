#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "http/transport.h"

namespace sluice::http {

struct CurlOptions {
  std::string user_agent = "sluice";
  /// A file with the authorities to trust, in place of the system's; PEM.
  std::string authorities_file;
  std::chrono::milliseconds connect_timeout{15'000};
  /// Give up when less than a byte per second moves for so long. Servers hold an answer back for about 45 s.
  std::chrono::seconds stall_timeout{90};
};

/// HTTP/1.1 by libcurl. Connections are kept and used again; certificates are always checked; `https_proxy` and its
/// kin are honoured. Threads: any; each request in flight has a handle of its own.
class CurlTransport final : public Transport {
 public:
  explicit CurlTransport(CurlOptions options);
  ~CurlTransport() override;
  core::Result<Response> Send(const Request& request, const core::Cancellation& cancellation) override;

 private:
  class Handles;
  CurlOptions options_;
  std::unique_ptr<Handles> handles_;
};

}  // namespace sluice::http

#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/byte_size.h"
#include "core/secret.h"
#include "http/body_source.h"

namespace sluice::http {

/// A header; values may be secret and are never part of a message.
struct Header {
  std::string name;
  std::string value;
};

/// One request, sent once.
struct Request {
  /// GET, HEAD, POST, PUT, DELETE.
  std::string method = "GET";
  /// The whole URL; a query may carry a signature, so messages show scheme, host and path only.
  core::Secret url;
  /// Besides Host and Content-Length.
  std::vector<Header> headers{};
  /// The body; `upload` (borrowed) takes its place when set.
  std::string body{};
  BodySource* upload = nullptr;
  /// The whole exchange; 0 is without a limit.
  std::chrono::milliseconds timeout{0};
  /// A longer answer is refused.
  std::uint64_t response_bytes_max = 256 * core::kMiB;
};

/// What came back, whatever the status.
struct Response {
  int status = 0;
  /// Names in lower case, in order of arrival; those of the last answer only.
  std::vector<Header> headers{};
  std::string body{};

  /// The value of the first header `name` (lower case); empty when it is not there.
  std::string_view header(std::string_view name) const {
    for (const Header& one : headers) {
      if (one.name == name) return one.value;
    }
    return {};
  }
};

}  // namespace sluice::http

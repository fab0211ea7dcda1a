#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "core/cancellation.h"
#include "core/clock.h"
#include "core/random.h"
#include "core/secret.h"
#include "core/waiter.h"
#include "http/transport.h"
#include "storage/file_system.h"

namespace sluice::snowflake {

/// How a session proves who it is.
enum class Authentication : std::uint8_t { kPassword, kKeyPair, kAccessToken, kOAuth };

struct SessionOptions {
  std::string account = {};  ///< "acme", "acme.us-east-1", "org-acme"
  /// The service's URL; "" means https://<account>.snowflakecomputing.com.
  std::string url = {};
  std::string user = {};
  Authentication authentication = Authentication::kPassword;
  core::Secret password = {};
  core::Secret private_key = {};             ///< PEM
  core::Secret private_key_passphrase = {};  ///< of an encrypted one
  core::Secret token = {};                   ///< kAccessToken, kOAuth
  std::string database = {};
  std::string schema = {};
  std::string warehouse = {};
  std::string role = {};
  /// The client that the service believes to speak to; it picks the format of rows by it.
  std::string client_id = "sluice";
  std::chrono::milliseconds login_timeout{60'000};
  /// How long a statement may run, waiting and resending included.
  std::chrono::milliseconds statement_timeout{4 * 3'600'000};
  /// How long a call is sent again while the service is away.
  std::chrono::milliseconds retry_for{300'000};
  std::chrono::milliseconds retry_wait_min{1'000};
  std::chrono::milliseconds retry_wait_max{16'000};
  /// Stages of the kind LOCAL_FS are accepted below this folder only; "" refuses them.
  std::string local_stage_root = {};
  /// Uploads are cut into parts of this size, from the service's threshold on; S3 takes no smaller ones.
  std::uint64_t part_bytes = 8 * core::kMiB;

  /// ConfigurationError for what is missing.
  core::Status Validate() const;
  /// "https://acme.snowflakecomputing.com", without a final '/'.
  std::string BaseUrl() const;
};

/// What a session needs of the world; borrowed, outlives it.
struct SessionEnvironment {
  http::Transport& transport;
  storage::FileSystem& files;
  const core::Clock& clock;
  core::Waiter& waiter;
  core::Random& random;  ///< also draws the keys of files: must not be guessable
  const core::Cancellation& cancellation;
};

}  // namespace sluice::snowflake

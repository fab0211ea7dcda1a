#include "snowflake/session_options.h"

#include "http/url_text.h"
#include "snowflake/web_token.h"

namespace sluice::snowflake {

using core::ConfigurationError;

core::Status SessionOptions::Validate() const {
  if (account.empty()) return ConfigurationError("snowflake: 'account' is missing");
  if (user.empty()) return ConfigurationError("snowflake: 'user' is missing");
  const bool proof = authentication == Authentication::kPassword  ? !password.empty()
                     : authentication == Authentication::kKeyPair ? !private_key.empty()
                                                                  : !token.empty();
  if (!proof) {
    return ConfigurationError("snowflake: there is no password, private key or token for user " + user)
        .WithHint("give one of 'password', 'private_key', 'token'");
  }
  const std::string base = BaseUrl();
  const std::string host = http::HostOfUrl(base);
  const std::string name = host.substr(0, host.find(':'));
  if (!base.starts_with("https://") && name != "127.0.0.1" && name != "localhost") {
    return ConfigurationError("snowflake: the URL must begin with https://: a login over plain http shows its secrets");
  }
  if (retry_wait_min.count() <= 0 || retry_wait_max < retry_wait_min || part_bytes == 0) {
    return ConfigurationError("snowflake: waits and parts must be above zero");
  }
  return core::Ok();
}

std::string SessionOptions::BaseUrl() const {
  std::string base = url;
  if (base.empty()) {
    const bool china = account.find(".cn-") != std::string::npos;
    base = "https://" + account + (china ? ".snowflakecomputing.cn" : ".snowflakecomputing.com");
  }
  while (base.ends_with('/')) base.pop_back();
  return base;
}

}  // namespace sluice::snowflake

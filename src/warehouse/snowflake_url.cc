#include "warehouse/snowflake_url.h"

#include <algorithm>

#include "core/duration.h"

namespace sluice::warehouse {

using core::Result;
using core::Secret;
using core::Status;
using core::UsageError;

namespace {

constexpr std::string_view kForm = "snowflake://user@account/DB/SCHEMA?table=T&warehouse=W";
constexpr std::uint64_t kKeyBytesMax = 64 * core::kKiB;

/// A name as the catalog keeps it.
std::string Folded(std::string name) {
  if (name.size() > 1 && name.front() == '"' && name.back() == '"') return name.substr(1, name.size() - 2);
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return name;
}

std::string TakeOr(TargetUrl& url, const std::string& key, std::string otherwise = "") {
  auto taken = url.Take(key);
  return taken ? *std::move(taken) : std::move(otherwise);
}

Status ReadPlace(const TargetUrl& url, snowflake::SessionOptions& session) {
  std::string_view rest = url.rest;
  const std::size_t at = rest.find('@');
  const std::size_t path = rest.find('/', 2);
  const bool formed =
      rest.starts_with("//") && at != std::string_view::npos && path != std::string_view::npos && at < path;
  if (!formed) return UsageError("the snowflake target has not its form").WithHint(std::string(kForm));
  session.user = rest.substr(2, at - 2);
  if (session.user.find(':') != std::string::npos) {
    return UsageError("a password in the target's URL is seen by everybody on this machine; it was not used")
        .WithHint("set SNOWFLAKE_PASSWORD, SNOWFLAKE_TOKEN or SNOWFLAKE_PRIVATE_KEY_FILE");
  }
  session.account = rest.substr(at + 1, path - at - 1);
  rest.remove_prefix(path + 1);
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 >= rest.size()) {
    return UsageError("the snowflake target names no database and schema").WithHint(std::string(kForm));
  }
  session.database = Folded(std::string(rest.substr(0, slash)));
  session.schema = Folded(std::string(rest.substr(slash + 1)));
  return core::Ok();
}

Status ReadProof(TargetUrl& url, const VariableLookup& variable, storage::FileSystem& files,
                 snowflake::SessionOptions& session) {
  const auto value_of = [&](const char* name) { return variable ? variable(name).value_or("") : std::string(); };
  const std::string key_file = TakeOr(url, "private_key_file", value_of("SNOWFLAKE_PRIVATE_KEY_FILE"));
  const bool oauth = TakeOr(url, "authenticator") == "oauth";
  session.token = Secret(value_of("SNOWFLAKE_TOKEN"));
  session.password = Secret(value_of("SNOWFLAKE_PASSWORD"));
  if (!key_file.empty()) {
    SLUICE_ASSIGN_OR_RETURN(std::string key, files.ReadAll(key_file, kKeyBytesMax));
    session.private_key = Secret(std::move(key));
    session.private_key_passphrase = Secret(value_of("SNOWFLAKE_PRIVATE_KEY_PASSPHRASE"));
    session.authentication = snowflake::Authentication::kKeyPair;
  } else if (!session.token.empty()) {
    session.authentication = oauth ? snowflake::Authentication::kOAuth : snowflake::Authentication::kAccessToken;
  } else if (session.password.empty()) {
    return UsageError("there is no secret for user " + session.user)
        .WithHint("set SNOWFLAKE_PRIVATE_KEY_FILE, SNOWFLAKE_TOKEN or SNOWFLAKE_PASSWORD");
  }
  return core::Ok();
}

Status ReadDuration(TargetUrl& url, const std::string& key, std::chrono::milliseconds& target) {
  const std::string text = TakeOr(url, key);
  if (text.empty()) return core::Ok();
  SLUICE_ASSIGN_OR_RETURN(const auto duration, core::ParseDuration(text));
  target = std::chrono::duration_cast<std::chrono::milliseconds>(duration);
  return core::Ok();
}

}  // namespace

Result<SnowflakeTargetOptions> SnowflakeOptionsOf(TargetUrl url, const VariableLookup& variable,
                                                  storage::FileSystem& files) {
  SnowflakeTargetOptions options;
  SLUICE_TRY(ReadPlace(url, options.session));
  SLUICE_ASSIGN_OR_RETURN(std::string table, url.Take("table"));
  options.table = Folded(std::move(table));
  options.stage = Folded(TakeOr(url, "stage"));
  options.session.warehouse = Folded(TakeOr(url, "warehouse"));
  options.session.role = Folded(TakeOr(url, "role"));
  options.session.url = TakeOr(url, "url");
  options.session.client_id = TakeOr(url, "client_id", options.session.client_id);
  options.session.local_stage_root = TakeOr(url, "local_stage_root");
  options.authorities_file = TakeOr(url, "authorities");
  SLUICE_TRY(ReadDuration(url, "settle_for", options.settle_for));
  SLUICE_TRY(ReadDuration(url, "statement_timeout", options.session.statement_timeout));
  SLUICE_TRY(ReadDuration(url, "retry_for", options.session.retry_for));
  options.session.login_timeout = std::min(options.session.login_timeout, options.session.retry_for);
  SLUICE_TRY(ReadDuration(url, "retry_wait", options.session.retry_wait_max));
  options.session.retry_wait_min = std::min(options.session.retry_wait_min, options.session.retry_wait_max);
  SLUICE_TRY(ReadProof(url, variable, files, options.session));
  SLUICE_TRY(url.CheckAllTaken());
  return options;
}

}  // namespace sluice::warehouse

#include "snowflake/login.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/version.h"
#include "snowflake/web_token.h"

namespace sluice::snowflake {

using core::ErrorKind;
using core::Result;
using core::Secret;
using nlohmann::json;

namespace {

constexpr std::chrono::milliseconds kLoginAttempt{10'000};
constexpr std::chrono::milliseconds kCloseAttempt{5'000};

Result<std::string> LoginBody(const SessionOptions& options, core::Timestamp now) {
  json data{{"ACCOUNT_NAME", AccountWithoutRegion(options.account)},
            {"LOGIN_NAME", options.user},
            {"CLIENT_APP_ID", options.client_id},
            {"CLIENT_APP_VERSION", core::Version()},
            {"CLIENT_ENVIRONMENT", {{"APPLICATION", "sluice"}}},
            {"SESSION_PARAMETERS", {{"CLIENT_VALIDATE_DEFAULT_PARAMETERS", true}}}};
  switch (options.authentication) {
    case Authentication::kPassword: data["PASSWORD"] = options.password.Reveal(); break;
    case Authentication::kKeyPair: {
      SLUICE_ASSIGN_OR_RETURN(const Secret token, MakeWebToken(options.private_key, options.private_key_passphrase,
                                                               options.account, options.user, now));
      data["AUTHENTICATOR"] = "SNOWFLAKE_JWT";
      data["TOKEN"] = token.Reveal();
      break;
    }
    case Authentication::kAccessToken:
    case Authentication::kOAuth:
      data["AUTHENTICATOR"] = options.authentication == Authentication::kOAuth ? "OAUTH" : "PROGRAMMATIC_ACCESS_TOKEN";
      data["TOKEN"] = options.token.Reveal();
      break;
  }
  return json{{"data", std::move(data)}}.dump();
}

}  // namespace

Result<SessionTokens> LogIn(Endpoint& endpoint, const SessionOptions& options, const SessionEnvironment& environment) {
  Call call{.path = "/session/v1/login-request",
            .request_id = endpoint.NewUuid(),
            .attempt_timeout = kLoginAttempt,
            .try_once = true};
  for (const auto& [name, value] :
       {std::pair("databaseName", options.database), std::pair("schemaName", options.schema),
        std::pair("warehouse", options.warehouse), std::pair("roleName", options.role)}) {
    if (!value.empty()) call.parameters.emplace_back(name, value);
  }
  const auto deadline = environment.clock.Monotonic() + options.login_timeout;
  for (int attempt = 1;; ++attempt) {
    SLUICE_ASSIGN_OR_RETURN(call.body, LoginBody(options, environment.clock.Now()));
    auto answer = endpoint.Send(call);
    if (answer && answer->success) {
      SessionTokens tokens{.session = Secret(TextMember(answer->data, "token")),
                           .master = Secret(TextMember(answer->data, "masterToken"))};
      if (tokens.session.empty()) return core::Corruption("the answer to the login holds no token");
      return tokens;
    }
    if (answer) return ErrorOfAnswer(*answer, fmt::format("login of {} at {}", options.user, options.BaseUrl()));
    const ErrorKind kind = answer.error().kind();
    if (kind != ErrorKind::kUnavailable && kind != ErrorKind::kOutcomeUnknown) return std::move(answer).error();
    const auto wait = endpoint.WaitBefore(attempt);
    if (environment.clock.Monotonic() + wait > deadline) return core::Unavailable(answer.error().message());
    SLUICE_TRY(environment.waiter.Wait(wait, environment.cancellation));
  }
}

Result<Answer> AskForRenewal(Endpoint& endpoint, const SessionTokens& tokens, std::chrono::nanoseconds deadline) {
  return endpoint.Send({.path = "/session/token-request",
                        .request_id = endpoint.NewUuid(),
                        .body = json{{"oldSessionToken", tokens.session.Reveal()}, {"requestType", "RENEW"}}.dump(),
                        .accept = "application/json",
                        .token = tokens.master,
                        .deadline = deadline});
}

SessionTokens RenewedTokens(const Answer& answer, const SessionTokens& before) {
  SessionTokens tokens{.session = Secret(TextMember(answer.data, "sessionToken")),
                       .master = Secret(TextMember(answer.data, "masterToken"))};
  if (tokens.master.empty()) tokens.master = before.master;
  return tokens;
}

void CloseSession(Endpoint& endpoint, const SessionTokens& tokens) {
  (void)endpoint.Send({.path = "/session?delete=true",
                       .request_id = endpoint.NewUuid(),
                       .body = "{}",
                       .accept = "application/json",
                       .token = tokens.session,
                       .attempt_timeout = kCloseAttempt,
                       .try_once = true});
}

}  // namespace sluice::snowflake

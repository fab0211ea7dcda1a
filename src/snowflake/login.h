#pragma once

#include <cstdint>
#include <string>

#include "core/result.h"
#include "snowflake/endpoint.h"

namespace sluice::snowflake {

/// What a login or a renewal gives out.
struct SessionTokens {
  core::Secret session;  ///< opens statements
  core::Secret master;   ///< only renews
};

/// Log in; a new web token for each attempt, so that none grows old in a hanging connection. PermissionError when user,
/// password, key or token are refused: never tried again.
core::Result<SessionTokens> LogIn(Endpoint& endpoint, const SessionOptions& options,
                                  const SessionEnvironment& environment);

/// Ask for new tokens. A failing answer is a value: its code says whether a new login helps.
core::Result<Answer> AskForRenewal(Endpoint& endpoint, const SessionTokens& tokens, std::chrono::nanoseconds deadline);
/// The tokens in a successful answer to AskForRenewal; the master token stays when none came.
SessionTokens RenewedTokens(const Answer& answer, const SessionTokens& before);

/// Tell the service that the session ends; one attempt, errors are of no use to anybody.
void CloseSession(Endpoint& endpoint, const SessionTokens& tokens);

}  // namespace sluice::snowflake

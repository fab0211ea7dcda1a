#pragma once

#include <string>

#include "core/clock.h"
#include "core/result.h"
#include "core/secret.h"

namespace sluice::snowflake {

/// The account as tokens and logins name it: "acme.us-east-1" → "acme".
std::string AccountWithoutRegion(const std::string& account);

/// A JSON web token (RFC 7519, RS256) for key-pair login: issuer with the fingerprint of the public key, good for 60 s.
/// `private_key` is PEM; `passphrase` opens an encrypted one.
///
/// Errors: PermissionError when the key cannot be read, is not RSA, or the passphrase is wrong.
core::Result<core::Secret> MakeWebToken(const core::Secret& private_key, const core::Secret& passphrase,
                                        const std::string& account, const std::string& user, core::Timestamp now);

}  // namespace sluice::snowflake

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"
#include "core/secret.h"
#include "jobs/settings.h"

namespace sluice::jobs {

/// Where a secret is kept. The configuration names it; the secret itself is read only when it is used, and never
/// printed.
struct SecretReference {
  enum class Kind : std::uint8_t {
    kEnvironment,  ///< env:NAME
    kFile,         ///< file:PATH, of mode 0600 or stricter; a newline at its end is not part of it
    kCommand,      ///< exec:COMMAND, run by /bin/sh; what it prints, without a newline at the end
  };
  Kind kind = Kind::kEnvironment;
  std::string text = {};

  bool operator==(const SecretReference& other) const = default;

  /// InvalidInput for anything else, a secret in plain text above all (which is not repeated).
  static core::Result<SecretReference> Parse(std::string_view text);
  /// "env:NAME", "file:PATH", "exec:…": a command may hold secrets, too.
  std::string Describe() const;
};

inline constexpr std::size_t kSecretBytesMax = std::size_t{64} * 1024;

/// Read the secret. NotFound when it is not there, Permission when others may read its file, Unavailable when its
/// command fails, LimitExceeded above kSecretBytesMax.
core::Result<core::Secret> ResolveSecret(const SecretReference& reference, const EnvironmentLookup& environment);

/// A URL with the password in it as `***`: "postgresql://u:p@h/d?password=x" → "postgresql://u:***@h/d?password=***".
std::string MaskUrl(std::string_view url);

}  // namespace sluice::jobs

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::storage {

/// Who a temporary file or journal belongs to, as a token in its name. A process is told from a later one with the same
/// number by its start time, and from one of another machine, boot or container by a hash of boot and process
/// namespace.

/// What can be said about an owner from here.
enum class OwnerState : std::uint8_t {
  kAlive,
  kDead,
  kForeign,   ///< Of another machine, boot or container: nothing is known.
  kDetached,  ///< No process: a finished task that waits for its commit.
};

/// The token of this process: lower-case letters, digits and '-'.
std::string ThisProcessOwner();
/// The token of files that outlive their process on purpose.
inline constexpr std::string_view kDetachedOwner = "detached";

OwnerState StateOfOwner(std::string_view owner);

}  // namespace sluice::storage

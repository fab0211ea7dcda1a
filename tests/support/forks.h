#pragma once

namespace sluice::testing {

/// ThreadSanitizer gives up on the child of a process that had threads. A test that forks is skipped there.
#if defined(__SANITIZE_THREAD__)
inline constexpr bool kForksAreFollowed = false;
#else
inline constexpr bool kForksAreFollowed = true;
#endif

}  // namespace sluice::testing

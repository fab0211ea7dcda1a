#pragma once

#include <tl/expected.hpp>
#include <utility>

#include "core/error.h"

namespace sluice::core {

/// A value or an Error. Ignoring one is a compile error.
template <typename T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
  Result(Error error)
      : tl::expected<T, Error>(tl::unexpect, std::move(error)) {}  // NOLINT(google-explicit-constructor)
};

/// Success or an Error.
using Status = Result<void>;

inline Status Ok() { return {}; }

/// The overload set behind the two macros: rooms that meet another library's results add overloads of these two.
template <typename T>
bool IsOk(const Result<T>& result) {
  return result.has_value();
}
template <typename T>
Error TakeError(Result<T>&& result) {
  return std::move(result).error();
}
template <typename T>
T TakeValue(Result<T>&& result) {
  return *std::move(result);
}

}  // namespace sluice::core

/// Return from the function when `expression` (a Status, Result or a mapped foreign status) holds an error.
#define SLUICE_TRY(expression)                                                               \
  do {                                                                                       \
    auto sluice_try_result = (expression);                                                   \
    if (!::sluice::core::IsOk(sluice_try_result)) [[unlikely]]                               \
      return ::sluice::core::Error(::sluice::core::TakeError(std::move(sluice_try_result))); \
  } while (false)

// NOLINTBEGIN(bugprone-macro-parentheses): names and declarations cannot stand in parentheses.
#define SLUICE_CONCAT_INNER(a, b) a##b
#define SLUICE_CONCAT(a, b) SLUICE_CONCAT_INNER(a, b)
#define SLUICE_ASSIGN_OR_RETURN_INNER(temporary, target, expression)               \
  auto temporary = (expression);                                                   \
  if (!::sluice::core::IsOk(temporary)) [[unlikely]]                               \
    return ::sluice::core::Error(::sluice::core::TakeError(std::move(temporary))); \
  target = ::sluice::core::TakeValue(std::move(temporary))
// NOLINTEND(bugprone-macro-parentheses)

/// Assign the value of `expression` to `target` (a declaration or a variable), or return its error.
#define SLUICE_ASSIGN_OR_RETURN(target, expression) \
  SLUICE_ASSIGN_OR_RETURN_INNER(SLUICE_CONCAT(sluice_result_, __LINE__), target, expression)

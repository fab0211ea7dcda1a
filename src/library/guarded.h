#pragma once

#include <utility>

#include "core/result.h"
#include "sluice/result.h"

namespace sluice::library {

/// The error as users of the library see it. What only the command line has (Usage, Configuration) is InvalidInput.
Error ToPublic(const core::Error& error);

/// The error for the exception at hand; to be called in a catch block.
core::Error ErrorFromException();

/// Call `work`, which gives a core::Result, and give the same to the user: nothing throws out of the library.
template <typename Work>
auto Guarded(Work&& work) {
  using Value = typename decltype(work())::value_type;
  try {
    auto result = std::forward<Work>(work)();
    if (!result) return Result<Value>(ToPublic(result.error()));
    if constexpr (std::is_void_v<Value>) {
      return Result<void>();
    } else {
      return Result<Value>(*std::move(result));
    }
  } catch (...) {
    return Result<Value>(ToPublic(ErrorFromException()));
  }
}

}  // namespace sluice::library

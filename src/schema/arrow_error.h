#pragma once

#include <arrow/result.h>
#include <arrow/status.h>

#include <utility>

#include "core/result.h"

namespace sluice::core {

/// An Arrow status code mapped one by one to what the caller should do.
Error ErrorFromArrow(const arrow::Status& status);

// Arrow's side of the overload set behind SLUICE_TRY and SLUICE_ASSIGN_OR_RETURN.
inline bool IsOk(const arrow::Status& status) { return status.ok(); }
inline Error TakeError(arrow::Status&& status) { return ErrorFromArrow(status); }
template <typename T>
bool IsOk(const arrow::Result<T>& result) {
  return result.ok();
}
template <typename T>
Error TakeError(arrow::Result<T>&& result) {
  return ErrorFromArrow(result.status());
}
template <typename T>
T TakeValue(arrow::Result<T>&& result) {
  return std::move(result).MoveValueUnsafe();
}

}  // namespace sluice::core

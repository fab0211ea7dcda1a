#pragma once

#include <parquet/exception.h>

#include <exception>
#include <new>
#include <utility>

#include "core/result.h"
#include "schema/arrow_error.h"

namespace sluice::parquet {

/// The error for whatever Arrow's Parquet library threw; to be called in a catch block. `when_format` makes the error
/// of an exception that carries no Arrow status: a defect of ours when writing, corruption when reading.
core::Error ErrorFromException(core::ErrorKind when_format);

/// Call `work`, which returns a Status or Result, and turn exceptions into errors: nothing throws out of this room.
template <typename Work>
auto Guarded(core::ErrorKind when_format, Work&& work) -> decltype(work()) {
  try {
    return std::forward<Work>(work)();
  } catch (...) {
    return ErrorFromException(when_format);
  }
}

}  // namespace sluice::parquet

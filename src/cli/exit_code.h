#pragma once

#include "core/error.h"
#include "pipeline/job_report.h"

namespace sluice::cli {

/// What the process says to scripts.
enum class ExitCode : int {
  kDone = 0,
  kRejected = 1,  ///< done, some rows rejected within the budget
  kInternal = 2,
  kUsage = 64,
  kBadData = 65,
  kUnavailable = 69,
  kIo = 74,
  kConflict = 75,
  kPermission = 77,
  kConfiguration = 78,
  kOutcomeUnknown = 79,
  kNothingToDo = 99,
  kInterrupted = 130,
  kTerminated = 143,
};

ExitCode ExitCodeOf(core::ErrorKind kind);

}  // namespace sluice::cli

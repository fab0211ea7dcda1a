#include "cli/exit_code.h"

namespace sluice::cli {

ExitCode ExitCodeOf(core::ErrorKind kind) {
  using core::ErrorKind;
  switch (kind) {
    case ErrorKind::kInvalidInput:
    case ErrorKind::kAlreadyExists:
    case ErrorKind::kCorruption:
    case ErrorKind::kLimitExceeded: return ExitCode::kBadData;
    case ErrorKind::kUsage:
    case ErrorKind::kUnsupported: return ExitCode::kUsage;
    case ErrorKind::kNotFound:
    case ErrorKind::kUnavailable: return ExitCode::kUnavailable;
    case ErrorKind::kIo: return ExitCode::kIo;
    case ErrorKind::kConflict: return ExitCode::kConflict;
    case ErrorKind::kPermission: return ExitCode::kPermission;
    case ErrorKind::kConfiguration: return ExitCode::kConfiguration;
    case ErrorKind::kOutcomeUnknown: return ExitCode::kOutcomeUnknown;
    case ErrorKind::kCancelled: return ExitCode::kInterrupted;
    case ErrorKind::kInternal: return ExitCode::kInternal;
  }
  return ExitCode::kInternal;
}

}  // namespace sluice::cli

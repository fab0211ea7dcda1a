#include "library/guarded.h"

#include <exception>
#include <new>
#include <string>
#include <system_error>

namespace sluice::library {
namespace {

ErrorKind ToPublic(core::ErrorKind kind) {
  switch (kind) {
    case core::ErrorKind::kInvalidInput:
    case core::ErrorKind::kConfiguration:
    case core::ErrorKind::kUsage: return ErrorKind::kInvalidInput;
    case core::ErrorKind::kNotFound: return ErrorKind::kNotFound;
    case core::ErrorKind::kAlreadyExists: return ErrorKind::kAlreadyExists;
    case core::ErrorKind::kConflict: return ErrorKind::kConflict;
    case core::ErrorKind::kOutcomeUnknown: return ErrorKind::kOutcomeUnknown;
    case core::ErrorKind::kUnavailable: return ErrorKind::kUnavailable;
    case core::ErrorKind::kIo: return ErrorKind::kIo;
    case core::ErrorKind::kPermission: return ErrorKind::kPermission;
    case core::ErrorKind::kCorruption: return ErrorKind::kCorruption;
    case core::ErrorKind::kUnsupported: return ErrorKind::kUnsupported;
    case core::ErrorKind::kLimitExceeded: return ErrorKind::kLimitExceeded;
    case core::ErrorKind::kCancelled: return ErrorKind::kCancelled;
    case core::ErrorKind::kInternal: break;
  }
  return ErrorKind::kInternal;
}

}  // namespace

Error ToPublic(const core::Error& error) {
  return {.kind = ToPublic(error.kind()), .message = error.message(), .hint = error.hint(), .context = error.context()};
}

core::Error ErrorFromException() {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return core::LimitExceeded("there is no memory left");
  } catch (const std::system_error& error) {
    return core::LimitExceeded(std::string("the operating system refused: ") + error.what());
  } catch (const std::exception& error) {
    return core::Internal(std::string("an exception nobody expected: ") + error.what());
  } catch (...) {
    return core::Internal("an exception nobody expected");
  }
}

}  // namespace sluice::library

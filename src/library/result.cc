#include "sluice/result.h"

#include <cstdio>
#include <cstdlib>

namespace sluice {

std::string_view ErrorKindName(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInvalidInput: return "InvalidInput";
    case ErrorKind::kNotFound: return "NotFound";
    case ErrorKind::kAlreadyExists: return "AlreadyExists";
    case ErrorKind::kConflict: return "Conflict";
    case ErrorKind::kOutcomeUnknown: return "OutcomeUnknown";
    case ErrorKind::kUnavailable: return "Unavailable";
    case ErrorKind::kIo: return "Io";
    case ErrorKind::kPermission: return "Permission";
    case ErrorKind::kCorruption: return "Corruption";
    case ErrorKind::kUnsupported: return "Unsupported";
    case ErrorKind::kLimitExceeded: return "LimitExceeded";
    case ErrorKind::kCancelled: return "Cancelled";
    case ErrorKind::kInternal: return "Internal";
  }
  return "Internal";
}

std::string Error::ToString() const {
  std::string text(ErrorKindName(kind));
  text += ": " + message;
  for (const std::string& line : context) text += "\n  " + line;
  if (!hint.empty()) text += "\n  hint: " + hint;
  return text;
}

void AbortWith(const Error& error) {
  std::fprintf(stderr, "sluice: the value of an error was taken: %s\n", error.ToString().c_str());
  std::abort();
}

}  // namespace sluice

#include "core/error.h"

#include <cerrno>
#include <cstring>
#include <utility>

namespace sluice::core {

struct Error::State {
  ErrorKind kind;
  std::string message;
  std::string hint;
  std::vector<std::string> context;
};

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
    case ErrorKind::kConfiguration: return "Configuration";
    case ErrorKind::kUsage: return "Usage";
    case ErrorKind::kCancelled: return "Cancelled";
    case ErrorKind::kInternal: return "Internal";
  }
  return "Internal";
}

Error::Error(ErrorKind kind, std::string message)
    : state_(std::make_unique<State>(State{kind, std::move(message), {}, {}})) {}
Error::Error(const Error& other) : state_(std::make_unique<State>(*other.state_)) {}
Error::Error(Error&& other) noexcept = default;
Error& Error::operator=(const Error& other) {
  state_ = std::make_unique<State>(*other.state_);
  return *this;
}
Error& Error::operator=(Error&& other) noexcept = default;
Error::~Error() = default;

ErrorKind Error::kind() const { return state_->kind; }
const std::string& Error::message() const { return state_->message; }
const std::string& Error::hint() const { return state_->hint; }
const std::vector<std::string>& Error::context() const { return state_->context; }

Error Error::WithHint(std::string hint) && {
  state_->hint = std::move(hint);
  return std::move(*this);
}

Error Error::WithContext(std::string line) && {
  state_->context.push_back(std::move(line));
  return std::move(*this);
}

Error Error::WithPrefix(std::string_view prefix) && {
  state_->message.insert(0, prefix);
  return std::move(*this);
}

std::string Error::ToString() const {
  std::string text = "error[";
  text.append(ErrorKindName(kind())).append("]: ").append(message());
  if (!hint().empty()) text.append("\n  hint: ").append(hint());
  for (const std::string& line : context()) text.append("\n  in force: ").append(line);
  return text;
}

Error InvalidInput(std::string message) { return {ErrorKind::kInvalidInput, std::move(message)}; }
Error NotFound(std::string message) { return {ErrorKind::kNotFound, std::move(message)}; }
Error AlreadyExists(std::string message) { return {ErrorKind::kAlreadyExists, std::move(message)}; }
Error Conflict(std::string message) { return {ErrorKind::kConflict, std::move(message)}; }
Error OutcomeUnknown(std::string message) { return {ErrorKind::kOutcomeUnknown, std::move(message)}; }
Error Unavailable(std::string message) { return {ErrorKind::kUnavailable, std::move(message)}; }
Error IoError(std::string message) { return {ErrorKind::kIo, std::move(message)}; }
Error PermissionError(std::string message) { return {ErrorKind::kPermission, std::move(message)}; }
Error Corruption(std::string message) { return {ErrorKind::kCorruption, std::move(message)}; }
Error Unsupported(std::string message) { return {ErrorKind::kUnsupported, std::move(message)}; }
Error LimitExceeded(std::string message) { return {ErrorKind::kLimitExceeded, std::move(message)}; }
Error ConfigurationError(std::string message) { return {ErrorKind::kConfiguration, std::move(message)}; }
Error UsageError(std::string message) { return {ErrorKind::kUsage, std::move(message)}; }
Error Cancelled(std::string message) { return {ErrorKind::kCancelled, std::move(message)}; }
Error Internal(std::string message) { return {ErrorKind::kInternal, std::move(message)}; }

Error ErrorFromErrno(int errno_value, std::string_view what) {
  std::string message(what);
  message.append(": ").append(std::strerror(errno_value));
  switch (errno_value) {
    case ENOENT:
    case ENOTDIR: return NotFound(std::move(message));
    case EEXIST:
    case ENOTEMPTY: return AlreadyExists(std::move(message));
    case EACCES:
    case EPERM: return PermissionError(std::move(message));
    case EROFS:
      return PermissionError(std::move(message))
          .WithHint("the file system is mounted read-only; choose another target");
    case ENOSPC:
    case EDQUOT: return IoError(std::move(message)).WithHint("free some space and run again; nothing was published");
    case EFBIG:
      return IoError(std::move(message)).WithHint("the file size limit of this process was reached (ulimit -f)");
    case EMFILE:
    case ENFILE: return LimitExceeded(std::move(message)).WithHint("raise the limit of open files (ulimit -n)");
    case ENOMEM: return LimitExceeded(std::move(message));
    case EINVAL:
    case EISDIR:
    case ENAMETOOLONG:
    case ELOOP: return InvalidInput(std::move(message));
    case EAGAIN:
    case EBUSY:
    case ETXTBSY: return Conflict(std::move(message));
    case ETIMEDOUT:
    case ECONNREFUSED:
    case ECONNRESET:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ESTALE: return Unavailable(std::move(message));
    case EINTR:
    case ECANCELED: return Cancelled(std::move(message));
    default: return IoError(std::move(message));
  }
}

}  // namespace sluice::core

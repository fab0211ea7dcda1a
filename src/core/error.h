#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::core {

/// What the caller should do about an error.
enum class ErrorKind : std::uint8_t {
  kInvalidInput,    ///< The data or argument is wrong; the same call fails again.
  kNotFound,        ///< A file, table, column or key is not there.
  kAlreadyExists,   ///< The target is there and may not be replaced.
  kConflict,        ///< Somebody else was first; retry now.
  kOutcomeUnknown,  ///< The reply was lost; look before doing it again.
  kUnavailable,     ///< The other side is away; retry later.
  kIo,              ///< The operating system refused to read or write.
  kPermission,      ///< Rights are missing.
  kCorruption,      ///< Bytes are not what their format promises.
  kUnsupported,     ///< Understood, and not done by this version.
  kLimitExceeded,   ///< A stated maximum was reached.
  kConfiguration,   ///< The configuration file is wrong.
  kUsage,           ///< The command line is wrong.
  kCancelled,       ///< Stopped on request.
  kInternal,        ///< A defect of Sluice.
};

/// The stable name of a kind, as scripts see it: "InvalidInput", "NotFound", …
std::string_view ErrorKindName(ErrorKind kind);

/// One failure: what happened and where, how to fix it, what was in force.
///
/// One pointer wide, so that a Result costs little.
class [[nodiscard]] Error {
 public:
  Error(ErrorKind kind, std::string message);
  Error(const Error& other);
  Error(Error&& other) noexcept;
  Error& operator=(const Error& other);
  Error& operator=(Error&& other) noexcept;
  ~Error();

  ErrorKind kind() const;
  /// What happened and where (file, line, byte, column).
  const std::string& message() const;
  /// How to fix it: the flag or key. Empty when there is nothing to say.
  const std::string& hint() const;
  /// What was in force, innermost first ("limit field-bytes=16MiB", "while reading a.csv").
  const std::vector<std::string>& context() const;

  /// The same error with a hint; replaces an earlier one.
  Error WithHint(std::string hint) &&;
  /// The same error with one more line of context.
  Error WithContext(std::string line) &&;
  /// The same error with `prefix` put before its message ("a.csv: ").
  Error WithPrefix(std::string_view prefix) &&;

  /// All three parts as an operator reads them, without colour and without a final newline.
  std::string ToString() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Error InvalidInput(std::string message);
Error NotFound(std::string message);
Error AlreadyExists(std::string message);
Error Conflict(std::string message);
Error OutcomeUnknown(std::string message);
Error Unavailable(std::string message);
Error IoError(std::string message);
Error PermissionError(std::string message);
Error Corruption(std::string message);
Error Unsupported(std::string message);
Error LimitExceeded(std::string message);
Error ConfigurationError(std::string message);
Error UsageError(std::string message);
Error Cancelled(std::string message);
Error Internal(std::string message);

/// The error for a failed system call: `errno_value` mapped one by one, `what` says the call and the path.
Error ErrorFromErrno(int errno_value, std::string_view what);

}  // namespace sluice::core

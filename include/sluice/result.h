#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace sluice {

/// What the caller should do about an error.
enum class ErrorKind : std::uint8_t {
  kInvalidInput,    ///< the argument or the data is wrong; the same call fails again
  kNotFound,        ///< a table, file or version is not there
  kAlreadyExists,   ///< the target is there and may not be replaced
  kConflict,        ///< another writer was first; retry on the refreshed table
  kOutcomeUnknown,  ///< perhaps done; look before doing it again
  kUnavailable,     ///< the other side is away; retry later
  kIo,              ///< the operating system refused to read or write
  kPermission,      ///< rights are missing
  kCorruption,      ///< bytes are not what their format promises
  kUnsupported,     ///< understood, and not done by this version
  kLimitExceeded,   ///< a stated maximum was reached: memory, files, sizes
  kCancelled,       ///< stopped on request
  kInternal,        ///< a defect of Sluice
};

/// "InvalidInput", "NotFound", …: stable.
std::string_view ErrorKindName(ErrorKind kind);

/// One failure.
struct [[nodiscard]] Error {
  ErrorKind kind = ErrorKind::kInternal;
  std::string message = {};               ///< what happened and where: file, line, byte, column
  std::string hint = {};                  ///< how to fix it, in the words of the command line; or ""
  std::vector<std::string> context = {};  ///< what was in force, innermost first

  /// All of it as a person reads it, without a final newline.
  std::string ToString() const;
};

/// Print the error to standard error and end the process: for a value that is not there.
[[noreturn]] void AbortWith(const Error& error);

/// A value or an Error. Nothing in this library throws; taking the value of an error ends the process.
template <typename T>
class [[nodiscard]] Result {
 public:
  // NOLINTBEGIN(google-explicit-constructor): a function returns what it has.
  Result(const T& value) : held_(std::in_place_index<0>, value) {}
  Result(T&& value) : held_(std::in_place_index<0>, std::move(value)) {}
  Result(const Error& error) : held_(std::in_place_index<1>, error) {}
  Result(Error&& error) : held_(std::in_place_index<1>, std::move(error)) {}
  // NOLINTEND(google-explicit-constructor)

  bool ok() const { return held_.index() == 0; }
  explicit operator bool() const { return ok(); }
  /// Only when not ok().
  const Error& error() const { return *std::get_if<1>(&held_); }

  T& operator*() & { return Value(); }
  const T& operator*() const& { return const_cast<Result*>(this)->Value(); }
  T&& operator*() && { return std::move(Value()); }
  T* operator->() { return &Value(); }
  const T* operator->() const { return &const_cast<Result*>(this)->Value(); }

 private:
  T& Value() {
    if (!ok()) AbortWith(error());
    return *std::get_if<0>(&held_);
  }

  std::variant<T, Error> held_;
};

/// Success or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : failed_(true), error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return !failed_; }
  explicit operator bool() const { return ok(); }
  /// Only when not ok().
  const Error& error() const { return error_; }

 private:
  bool failed_ = false;
  Error error_;
};

using Status = Result<void>;

}  // namespace sluice

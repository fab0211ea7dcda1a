#pragma once

#include <span>
#include <string>

#include "core/result.h"

namespace sluice::core {

/// A shared library that the process opens when it is first needed, so that who does not need it neither has to have it
/// nor pays for loading it. It stays open until the process ends: libraries like these start threads and keep state
/// that cannot be taken out again. Threads: one at a time; what Find returned: as the function says.
class SharedLibrary {
 public:
  /// The first of `candidates` that is there: a path, or a name (no slash) for which the system's loader looks.
  /// NotFound with what was tried; `what` names the library for people.
  static Result<SharedLibrary> Open(const std::string& what, std::span<const std::string> candidates);

  const std::string& path() const { return path_; }
  /// Look a function up. When it is missing, `function` becomes null and `CheckFound` fails.
  template <typename Function>
  void Find(const char* name, Function& function) {
    function = reinterpret_cast<Function>(Address(name));
  }
  /// Unsupported, naming the first function that was not found.
  Status CheckFound() const;

 private:
  SharedLibrary(std::string what, std::string path, void* handle);
  void* Address(const char* name);

  std::string what_;
  std::string path_;
  void* handle_;
  std::string missing_;
};

}  // namespace sluice::core

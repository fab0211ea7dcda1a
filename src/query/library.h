#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/result.h"

namespace sluice::query {

struct Functions;

/// DuckDB's shared library, loaded when the first query needs it. It stays loaded until the process ends: its threads
/// cannot be taken out of a running process.
///
/// Threads: any. Versions: 1.4 and later with the C API v1; only functions without a deprecation notice are used.
class Library {
 public:
  /// Load the library at `path`, or the first of SearchPaths() that is there when `path` is empty. NotFound with what
  /// was tried; Unsupported when it is older or lacks a function.
  static core::Result<std::shared_ptr<const Library>> Load(const std::string& path = "");
  /// $SLUICE_DUCKDB_LIBRARY alone when it is set; else beside the shared library with this code,
  /// beside the executable, in ../lib beside it, where it was when Sluice was built, and last wherever the system's
  /// loader looks.
  static std::vector<std::string> SearchPaths();
  ~Library();

  const Functions& functions() const { return *functions_; }
  /// "v1.5.6".
  const std::string& version() const { return version_; }
  const std::string& path() const { return path_; }

 private:
  Library(std::string path, std::unique_ptr<Functions> functions);

  std::string path_;
  std::unique_ptr<Functions> functions_;
  std::string version_;
};

}  // namespace sluice::query

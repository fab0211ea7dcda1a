#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/result.h"

namespace sluice::warehouse {

/// A TARGET of the command line, taken apart: "scheme:rest?key=value&…".
struct TargetUrl {
  std::string scheme = {};  ///< in lower case: "postgresql"
  std::string rest = {};    ///< up to the '?', as it was written: "//u@h:5432/db", "a.duckdb"
  std::map<std::string, std::string> parameters = {};  ///< %XX undone

  /// Take a parameter out; UsageError when it is not there.
  core::Result<std::string> Take(const std::string& key);
  /// UsageError when parameters are left, naming the first.
  core::Status CheckAllTaken() const;
};

/// UsageError when there is no scheme or a %XX is none. Nothing of the text is in it: it may hold a password.
core::Result<TargetUrl> ParseTargetUrl(std::string_view text);

/// What a ledger knows a file or folder by: absolute and without links, the same before it is made and after. The path
/// as it is where the system cannot say.
std::string CanonicalPath(const std::string& path);

}  // namespace sluice::warehouse

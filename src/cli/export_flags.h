#pragma once

#include <string>

#include "core/result.h"
#include "jobs/export_plan.h"

namespace CLI {
class App;
}

namespace sluice::cli {

/// The flags that say which dates of an export are meant; shared by `run` and `plan`.
class ExportFlags {
 public:
  /// Add the flags to `verb`. The object must outlive the parsing.
  void AddTo(CLI::App& verb);

  /// What the flags say. UsageError when they contradict each other or a date is none.
  core::Result<jobs::ExportSelection> Selection() const;
  /// The flags as they would be typed, each with a space before it; for the ledger.
  std::string Text() const;

 private:
  std::string date_;
  std::string from_;
  std::string to_;
  bool historical_ = false;
  bool force_ = false;
};

}  // namespace sluice::cli

#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/waiter.h"
#include "storage/environment.h"
#include "warehouse/load_report.h"
#include "warehouse/load_target.h"

namespace sluice::warehouse {

struct LoadOptions {
  bool keep = false;             ///< local files stay when they are loaded
  bool create = false;           ///< make the table when there is none
  bool retry_failed = false;     ///< files that were refused are tried again
  bool dry_run = false;          ///< say what there is to do, and write nothing
  bool collect_garbage = false;  ///< remove staged copies that earlier loads left behind
  bool recover = false;          ///< first publish what recorders that died left in the folder or those in it
  bool skip_bad_rows = false;    ///< rows that the target left out do not fail their file
  std::vector<std::string> json_columns = {};  ///< texts of the files that are JSON
  std::size_t parallel = 8;                    ///< at most so many files on their way at once
  int tries_max = 5;                           ///< for whatever is away
  std::chrono::milliseconds retry_for{0};      ///< try longer than `tries_max`, until this has gone by
  std::string command = "sluice load";         ///< who holds the lock, for people
  /// Called before and after whatever is done to ledger, target and files, with the name of the act; for tests that let
  /// the process die there. By several threads.
  std::function<void(std::string_view act)> at_step = {};
};

/// Load every finished file at and below `path` into `target`, each exactly once, whatever died before. Local files go
/// when the target has confirmed them and the ledger says so, one by one.
///
/// Crash: run again. Errors: what keeps the load from beginning (no recorder's folder, a lock, columns that do not fit,
/// a table that is not there) is returned, and nothing was loaded; what ends it later is in the report (`stop`).
/// Memory: a few kilobytes a file, and what the target takes.
core::Result<LoadReport> Load(const storage::Environment& environment, core::Waiter& waiter, const std::string& path,
                              LoadTarget& target, const LoadOptions& options);

}  // namespace sluice::warehouse

#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "delta_log/snapshot.h"
#include "storage/environment.h"

namespace sluice::table {

struct VacuumRequest {
  /// Files that no version of this last while needs go; unset: the table's delta.deletedFileRetentionDuration.
  std::optional<std::chrono::milliseconds> retain = {};
  /// Allow a `retain` below the table's own: readers and writers of this very moment can lose files.
  bool unsafe_retention = false;
  /// Only what the log says was removed; files of writers that died are not found.
  bool lite = false;
  bool dry_run = false;
};

struct VacuumedFile {
  std::string path = {};    ///< below the table's root
  std::uint64_t bytes = 0;  ///< as the log says, where it knows the file
  std::string reason = {};  ///< "removed 2026-01-01T00:00:00Z", "no version names it"
};

struct VacuumReport {
  std::vector<VacuumedFile> files = {};  ///< deleted, or to be deleted; by path
  std::uint64_t bytes = 0;
  std::uint64_t folders = 0;  ///< that became empty and went, too
  std::vector<std::string> notes = {};
};

/// Delete files below the table's root that no version within the retention needs. Never touches _delta_log, nor
/// anything outside of the root. Any error while listing or reading the log ends it before the first file is deleted.
/// Done again, it goes on where it was stopped.
core::Result<VacuumReport> Vacuum(const storage::Environment& environment,
                                  std::shared_ptr<const delta_log::Snapshot> newest, const VacuumRequest& request);

}  // namespace sluice::table

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sluice/change.h"

namespace sluice {

enum class SpaceCurve : std::uint8_t { kHilbert, kZOrder };

struct OptimizeOptions {
  std::vector<std::string> cluster_by = {};  ///< empty: the table's own columns, else files are only packed
  std::optional<SpaceCurve> curve = {};      ///< unset: the table's, else Hilbert
  std::uint64_t target_bytes = 0;            ///< of a file; 0: the table's delta.targetFileSize, else 128 MiB
  std::string where = {};                    ///< SQL over partition columns: the partitions to work on
  bool full = false;                         ///< files that are clustered already, too
  bool dry_run = false;                      ///< only say what it would do
};

/// The share of files that a reader may skip, before and after: for one value, and for a hundredth of the values.
struct ColumnSkipping {
  std::string column = {};
  double point_before = 0;
  double point_after = 0;
  double range_before = 0;
  double range_after = 0;
};

struct OptimizeReport {
  Committed change = {};  ///< of the last commit, or the version as it is; counts are of all commits
  std::uint64_t commits = 0;
  std::uint64_t files_considered = 0;
  std::uint64_t files_to_rewrite = 0;
  std::int64_t bytes_to_rewrite = 0;
  std::uint64_t partitions = 0;               ///< that were worked on
  std::vector<ColumnSkipping> skipping = {};  ///< when clustering
};

struct VacuumOptions {
  /// Files that no version of this last while needs go; unset: the table's delta.deletedFileRetentionDuration.
  std::optional<std::chrono::milliseconds> retain = {};
  /// Allow a `retain` below the table's own: readers and writers of this very moment can lose files.
  bool unsafe_retention = false;
  /// Only what the log says was removed; files of writers that died are not found.
  bool lite = false;
  bool dry_run = false;
};

struct VacuumedFile {
  std::string path = {};  ///< below the table's folder
  std::uint64_t bytes = 0;
  std::string reason = {};  ///< "removed 2026-01-01T00:00:00Z", "no version names it"
};

struct VacuumReport {
  std::vector<VacuumedFile> files = {};  ///< deleted, or (dry run) to be deleted
  std::uint64_t bytes = 0;
  std::uint64_t folders = 0;  ///< that became empty and went, too
  std::vector<std::string> notes = {};
};

struct CheckpointReport {
  std::int64_t version = -1;
  bool already_there = false;  ///< nothing was written
  std::uint64_t adds = 0;
  std::uint64_t removes = 0;
  std::uint64_t sidecars = 0;
  std::uint64_t log_files_deleted = 0;  ///< older than the table's delta.logRetentionDuration
  std::vector<std::string> notes = {};
};

/// Something that is not as the log says.
struct Finding {
  enum class Kind : std::uint8_t {
    kChecksum,     ///< the version's checksum and the state differ
    kMissingFile,  ///< a file that the log names is gone
    kDamagedFile,  ///< it cannot be read, or has another size
    kVector,       ///< a deletion vector is missing or damaged
    kStatistics,   ///< they promise what the rows do not keep
    kCheckpoint,   ///< a checkpoint that readers would begin with cannot be read
    kOrphanFile,   ///< no version names it (for vacuum; no harm)
  };
  Kind kind = Kind::kChecksum;
  std::string path = {};     ///< below the table's folder
  std::string message = {};  ///< what is wrong, with both values
  bool repaired = false;
};

struct VerifyReport {
  std::int64_t version = -1;
  std::uint64_t files = 0;
  std::uint64_t rows = 0;
  std::vector<Finding> findings = {};
  std::uint64_t harmful = 0;                        ///< findings other than orphans that were not repaired
  std::optional<std::int64_t> repair_version = {};  ///< of the last commit of the repair
  std::optional<std::int64_t> new_checkpoint = {};  ///< the version that the repair wrote one of
};

}  // namespace sluice

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.h"
#include "delta_log/log_segment.h"
#include "delta_log/snapshot.h"
#include "storage/environment.h"

namespace sluice::delta_log {

/// PROTOCOL.md, "Checkpoints".
enum class CheckpointKind : std::uint8_t {
  kClassic,        ///< v.checkpoint.parquet, every action in it
  kV2,             ///< v.checkpoint.<uuid>.parquet, files in sidecars
  kV2Json,         ///< v.checkpoint.<uuid>.json, files in sidecars
  kV2ClassicName,  ///< v.checkpoint.parquet, files in sidecars: clients without V2 read the protocol in it and stop
};

struct CheckpointOptions {
  CheckpointKind kind = CheckpointKind::kClassic;
  std::int64_t row_group_rows = 100'000;
  std::int64_t sidecar_rows = 50'000;
};

/// The kind that the table asks for.
CheckpointKind CheckpointKindOf(const Snapshot& snapshot);

struct CheckpointReport {
  CheckpointFiles files = {};
  std::uint64_t adds = 0;
  std::uint64_t removes = 0;
  std::uint64_t sidecars = 0;
  bool already_there = false;  ///< somebody else's; nothing was written
};

/// Write the state of exactly `snapshot.version` as a checkpoint, then the hint _last_checkpoint.
///
/// Memory: one row group and the sort order (8 bytes a file) beside the snapshot and its statistics.
/// Crash:  a checkpoint is there as a whole or not at all; hidden temporary files and sidecars that nothing names may
///         stay behind. Errors: no checkpoint was published, or (message: "_last_checkpoint") only the hint is missing.
core::Result<CheckpointReport> WriteCheckpoint(const storage::Environment& environment, const Snapshot& snapshot,
                                               const CheckpointOptions& options);

}  // namespace sluice::delta_log

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "delta/action.h"

namespace sluice::delta {

/// What a hint says about the top file of a V2 checkpoint, so that it need not be read.
struct V2CheckpointHint {
  std::string path = {};
  std::int64_t size_bytes = 0;
  std::int64_t modification_time_ms = 0;
  /// protocol, metaData, txn, domainMetadata and checkpointMetadata of the top file; absent when it has too many.
  std::optional<ActionSet> non_file_actions = {};
  std::optional<std::vector<Sidecar>> sidecar_files = {};

  bool operator==(const V2CheckpointHint& other) const = default;
};

/// The content of `_delta_log/_last_checkpoint` (PROTOCOL.md, "Last Checkpoint File").
struct LastCheckpoint {
  std::int64_t version = 0;
  std::int64_t size = 0;  ///< number of actions
  std::optional<std::int32_t> parts = {};
  std::optional<std::int64_t> size_bytes = {};
  std::optional<std::int64_t> add_files = {};
  std::optional<std::string> checkpoint_schema = {};  ///< JSON text
  StringMap tags = {};
  std::optional<V2CheckpointHint> v2_checkpoint = {};
  /// As the text has it, which is right. Not written: the text always gets the one that it needs.
  std::optional<std::string> checksum = {};

  bool operator==(const LastCheckpoint& other) const = default;
};

/// The hint, or why there is none; the reason is for a note, never for an error: a hint may be stale, torn, empty or
/// absent at any time. Unknown keys are skipped, null means absent, "size_in_bytes" counts as "sizeInBytes".
core::Result<LastCheckpoint> ParseLastCheckpoint(std::string_view text);

/// One line of JSON with its checksum, without a line end.
std::string FormatLastCheckpoint(const LastCheckpoint& hint);

}  // namespace sluice::delta

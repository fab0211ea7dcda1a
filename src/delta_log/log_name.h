#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::delta_log {

/// The names of a table's log (PROTOCOL.md, "Delta Table Specification"). A version has exactly 20 digits:
///
///     _delta_log/v.json                          commit
///     _delta_log/v.checkpoint.parquet            classic checkpoint; its content may be of V2
///     _delta_log/v.checkpoint.O.P.parquet        part O of the P of a checkpoint
///     _delta_log/v.checkpoint.<uuid>.json        V2 checkpoint, or .parquet
///     _delta_log/x.y.compacted.json              commits x to y in one
///     _delta_log/v.crc                           version checksum
///     _delta_log/_last_checkpoint                hint
///     _delta_log/_sidecars/<unique>.parquet      actions of a V2 checkpoint
enum class LogNameKind : std::uint8_t {
  kCommit,
  kClassicCheckpoint,
  kCheckpointPart,
  kUuidCheckpointJson,
  kUuidCheckpointParquet,
  kCompaction,
  kChecksum,
};

struct LogName {
  LogNameKind kind = LogNameKind::kCommit;
  std::int64_t version = 0;
  std::int64_t last_version = 0;  ///< kCompaction; else equal to `version`
  std::uint32_t part = 0;         ///< kCheckpointPart: 1..parts
  std::uint32_t parts = 0;        ///< kCheckpointPart

  bool checkpoint() const {
    return kind != LogNameKind::kCommit && kind != LogNameKind::kCompaction && kind != LogNameKind::kChecksum;
  }
  bool operator==(const LogName& other) const = default;
};

/// What a name in _delta_log (without its folder) means; nullopt for everything that is no versioned log file.
std::optional<LogName> ParseLogName(std::string_view name);

/// "00000000000000000010": 20 digits.
std::string VersionText(std::int64_t version);

/// Paths below a table's folder.
std::string LogFolder(std::string_view root);
std::string SidecarFolder(std::string_view root);
std::string CommitPath(std::string_view root, std::int64_t version);
std::string ChecksumPath(std::string_view root, std::int64_t version);
std::string ClassicCheckpointPath(std::string_view root, std::int64_t version);
std::string UuidCheckpointPath(std::string_view root, std::int64_t version, std::string_view uuid,
                               std::string_view suffix);
std::string CompactionPath(std::string_view root, std::int64_t first, std::int64_t last);
std::string LastCheckpointPath(std::string_view root);

}  // namespace sluice::delta_log

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "delta/action.h"
#include "delta/data_type.h"
#include "delta/table_properties.h"
#include "delta_log/file_table.h"
#include "delta_log/log_segment.h"
#include "storage/environment.h"

namespace sluice::delta_log {

/// The state of a table at one version. Never changes; versions share what they have in common.
///
/// Threads: any.
struct Snapshot {
  std::string root = {};  ///< the table's folder, without a final '/'
  std::int64_t version = 0;
  delta::Protocol protocol = {};
  delta::Metadata metadata = {};
  delta::TableSchema schema = {};          ///< of the metadata, with column mapping resolved
  delta::TableProperties properties = {};  ///< of the metadata, read
  FileTable files = {};
  std::map<std::string, delta::SetTransaction, std::less<>> transactions = {};
  std::map<std::string, delta::DomainMetadata, std::less<>> domains = {};  ///< those not removed
  std::optional<std::int64_t> in_commit_timestamp_ms = {};                 ///< of this version
  LogSegment log = {};                                                     ///< what the state was read from
  /// The removed files, for those who asked OpenSnapshot for them; LoadTombstones gives them in any case.
  std::shared_ptr<const std::vector<delta::RemoveFile>> tombstones = {};
  std::vector<std::string> notes = {};  ///< what was odd and did no harm

  /// The partition columns, in order; each is one of `schema`.
  std::vector<const delta::Field*> PartitionFields() const;
};

enum class SnapshotParts : std::uint8_t { kFiles, kFilesAndTombstones };

/// Read the state of the table at `root` at `version`, or the newest one. Only the log is read, not its statistics.
///
/// NotFound: no table, or no such version (the message names those that are there). Corruption: a log, checkpoint or
/// sidecar that cannot be right, with file and offset. Unsupported: reader features of later protocols, by name.
core::Result<std::shared_ptr<const Snapshot>> OpenSnapshot(const storage::Environment& environment,
                                                           const std::string& root,
                                                           std::optional<std::int64_t> version = std::nullopt,
                                                           SnapshotParts parts = SnapshotParts::kFiles);

/// The newest state, reading only the commits after `held`; `held` itself when there are none. Opens the table anew
/// when the log was cleaned up above `held` or the table was replaced.
core::Result<std::shared_ptr<const Snapshot>> RefreshSnapshot(const storage::Environment& environment,
                                                              const std::shared_ptr<const Snapshot>& held);

/// The state after `commit`, which was written as `version` on top of `held`, without reading the log.
core::Result<std::shared_ptr<const Snapshot>> AdvanceSnapshot(const storage::Environment& environment,
                                                              const std::shared_ptr<const Snapshot>& held,
                                                              const delta::ActionSet& commit, std::int64_t version);

/// The removed files that the log still knows at this version, read from the log unless `snapshot` has them. Not
/// filtered by age.
core::Result<std::vector<delta::RemoveFile>> LoadTombstones(const storage::Environment& environment,
                                                            const Snapshot& snapshot);

}  // namespace sluice::delta_log

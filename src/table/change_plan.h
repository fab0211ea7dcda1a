#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "delta/action.h"
#include "delta_log/snapshot.h"
#include "storage/environment.h"

namespace sluice::table {

/// A file that tells changed rows.
struct ChangedFile {
  enum class Rows : std::uint8_t {
    kTyped,   ///< all; each says in a column what it is
    kLive,    ///< those that `vector` does not mark
    kMarked,  ///< those that `vector` marks and `before` does not
  };

  Rows rows = Rows::kLive;
  std::string change_type = {};  ///< "insert", "delete"; of kTyped: nothing
  std::string path = {};         ///< as in the log
  delta::PartitionValues partition_values = {};
  std::optional<delta::DeletionVectorDescriptor> vector = {};
  std::optional<delta::DeletionVectorDescriptor> before = {};
  std::int64_t version = 0;
  std::int64_t timestamp_ms = 0;

  bool operator==(const ChangedFile& other) const = default;
};

/// What changed from version to version.
struct ChangePlan {
  std::shared_ptr<const delta_log::Snapshot> last = {};  ///< its schema is the one of all rows
  std::vector<ChangedFile> files = {};                   ///< by version; deleted rows before inserted ones
};

/// Read the commits `first` … `last` (the newest one when not given) of the table at `root`.
///
/// InvalidInput: `last` before `first`; a version in which the change data feed is off, by number; a schema that became
/// another in a way that rows of before do not fit. NotFound: versions that are not in the log. Other errors as
/// OpenSnapshot.
core::Result<ChangePlan> PlanChanges(const storage::Environment& environment, const std::string& root,
                                     std::int64_t first, std::optional<std::int64_t> last);

}  // namespace sluice::table

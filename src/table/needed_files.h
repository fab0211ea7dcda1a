#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/result.h"
#include "delta/action.h"
#include "delta_log/file_key.h"
#include "delta_log/snapshot.h"
#include "storage/environment.h"

namespace sluice::table {

/// Where a file of the log lies as a path from the table's root, decoded once; an absolute path stays one.
std::string PathBelow(std::string_view encoded, const std::string& root);
/// The same for a deletion vector; "" for one that is inline. Corruption when it names no file.
core::Result<std::string> VectorPathBelow(const delta::DeletionVectorDescriptor& vector, const std::string& root);

/// The files that a table must not lose: live ones, those removed lately, and their deletion vectors.
///
/// Paths are compared decoded, as text. What the log names outside of the root, or by a way around, is known by its
/// identity: it may be a file inside under another name. Threads: any for reading.
class NeededFiles {
 public:
  /// Files that were removed at `removed_since_ms` or before are not needed.
  static core::Result<NeededFiles> Collect(const storage::Environment& environment, const delta_log::Snapshot& snapshot,
                                           std::int64_t removed_since_ms);

  bool Contains(const std::string& path, std::uint64_t identity) const {
    return keys_.Contains(delta_log::KeyOfPath(path)) || identities_.contains(identity);
  }
  /// When the log says that a file which is not needed was removed; 0 when it does not say when.
  std::optional<std::int64_t> RemovedAt(const std::string& path) const;

 private:
  core::Status Keep(const storage::Environment& environment, const std::string& root, std::string path);

  delta_log::FileKeySet keys_;
  std::set<std::uint64_t> identities_;
  std::unordered_map<std::string, std::int64_t> removed_ms_;
};

}  // namespace sluice::table

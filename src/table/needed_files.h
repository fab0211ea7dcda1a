#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

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

  /// What the log says of a file that was removed and is not needed.
  struct Removal {
    std::int64_t time_ms = 0;  ///< 0 when it does not say when
    std::optional<std::uint64_t> bytes = std::nullopt;
  };

  /// `path` from the root. Looks at the file only where the log names files by ways around.
  core::Result<bool> Contain(const std::string& path) const;
  /// nullptr: the log does not know it, or it is needed.
  const Removal* FindRemoval(const std::string& path) const;

 private:
  NeededFiles(const storage::Environment& environment, std::string root)
      : environment_(&environment), root_(std::move(root)) {}

  core::Status Keep(std::string path);
  core::Status KeepVector(const delta::DeletionVectorDescriptor* vector);
  core::Status NoteRemoval(const delta::RemoveFile& removed);
  core::Status NoteTombstones(std::span<const delta::RemoveFile> tombstones, std::int64_t removed_since_ms);

  const storage::Environment* environment_;
  std::string root_;

  delta_log::FileKeySet keys_;
  std::set<std::uint64_t> identities_;
  std::unordered_map<std::string, Removal> removed_;
};

}  // namespace sluice::table

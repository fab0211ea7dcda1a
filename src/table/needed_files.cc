#include "table/needed_files.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "delta/deletion_vector.h"
#include "delta/path.h"
#include "storage/path.h"

namespace sluice::table {
namespace {

// Outside of the root, or there by a way that text alone does not show.
bool GoesAround(const std::string& path) {
  return path.starts_with('/') || path == ".." || path.starts_with("../") || path.find("/../") != std::string::npos ||
         path.ends_with("/..");
}

}  // namespace

std::string PathBelow(std::string_view encoded, const std::string& root) {
  return storage::NormalPath(delta::CanonicalPath(encoded, root));
}

core::Result<std::string> VectorPathBelow(const delta::DeletionVectorDescriptor& vector, const std::string& root) {
  if (vector.storage_type == 'i') return std::string();
  SLUICE_ASSIGN_OR_RETURN(const std::string path, delta::VectorPath(vector, root, true));
  std::string_view below = path;
  if (below.starts_with(root + "/")) below.remove_prefix(root.size() + 1);
  return storage::NormalPath(below);
}

core::Status NeededFiles::Keep(const storage::Environment& environment, const std::string& root, std::string path) {
  keys_.Insert(delta_log::KeyOfPath(path));
  if (!GoesAround(path)) return core::Ok();
  if (!path.starts_with('/')) path = storage::JoinPath(root, path);
  SLUICE_ASSIGN_OR_RETURN(const auto there, environment.files.StatIfExists(path));
  if (there.has_value()) identities_.insert(there->identity);
  return core::Ok();
}

core::Result<NeededFiles> NeededFiles::Collect(const storage::Environment& environment,
                                               const delta_log::Snapshot& snapshot, std::int64_t removed_since_ms) {
  NeededFiles needed;
  const std::string& root = snapshot.root;
  const auto keep_vector = [&](const delta::DeletionVectorDescriptor* vector) -> core::Status {
    if (vector == nullptr) return core::Ok();
    SLUICE_ASSIGN_OR_RETURN(std::string path, VectorPathBelow(*vector, root));
    if (path.empty()) return core::Ok();
    return needed.Keep(environment, root, std::move(path));
  };
  for (std::uint32_t number = 0; number < snapshot.files.segment_count(); ++number) {
    const delta_log::FileSegment& files = snapshot.files.segment(number);
    for (std::uint32_t row = 0; row < files.size(); ++row) {
      if (!snapshot.files.live({number, row})) continue;
      SLUICE_TRY(needed.Keep(environment, root, PathBelow(files.path(row), root)));
      SLUICE_TRY(keep_vector(files.deletion_vector(row)));
    }
  }
  SLUICE_ASSIGN_OR_RETURN(const auto tombstones, delta_log::LoadTombstones(environment, snapshot));
  for (const delta::RemoveFile& removed : tombstones) {
    const std::int64_t time_ms = removed.deletion_timestamp_ms.value_or(0);
    const auto* vector = removed.deletion_vector.has_value() ? &*removed.deletion_vector : nullptr;
    if (time_ms > removed_since_ms) {
      SLUICE_TRY(needed.Keep(environment, root, PathBelow(removed.path, root)));
      SLUICE_TRY(keep_vector(vector));
      continue;
    }
    // The latest removal counts; a file can have been removed with several deletion vectors.
    const auto note = [&](std::string path) {
      std::int64_t& latest = needed.removed_ms_[std::move(path)];
      latest = std::max(latest, time_ms);
    };
    note(PathBelow(removed.path, root));
    if (vector == nullptr) continue;
    SLUICE_ASSIGN_OR_RETURN(std::string path, VectorPathBelow(*vector, root));
    if (!path.empty()) note(std::move(path));
  }
  return needed;
}

std::optional<std::int64_t> NeededFiles::RemovedAt(const std::string& path) const {
  const auto found = removed_ms_.find(path);
  if (found == removed_ms_.end()) return std::nullopt;
  return found->second;
}

}  // namespace sluice::table

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

core::Status NeededFiles::Keep(std::string path) {
  keys_.Insert(delta_log::KeyOfPath(path));
  if (!GoesAround(path)) return core::Ok();
  if (!path.starts_with('/')) path = storage::JoinPath(root_, path);
  SLUICE_ASSIGN_OR_RETURN(const auto there, environment_->files.StatIfExists(path));
  if (there.has_value()) identities_.insert(there->identity);
  return core::Ok();
}

core::Status NeededFiles::KeepVector(const delta::DeletionVectorDescriptor* vector) {
  if (vector == nullptr) return core::Ok();
  SLUICE_ASSIGN_OR_RETURN(std::string path, VectorPathBelow(*vector, root_));
  return path.empty() ? core::Ok() : Keep(std::move(path));
}

core::Status NeededFiles::NoteRemoval(const delta::RemoveFile& removed) {
  const std::int64_t time_ms = removed.deletion_timestamp_ms.value_or(0);
  // The latest removal counts; a file can have been removed with several deletion vectors.
  const auto note = [&](std::string path) -> Removal& {
    Removal& removal = removed_[std::move(path)];
    removal.time_ms = std::max(removal.time_ms, time_ms);
    return removal;
  };
  Removal& file = note(PathBelow(removed.path, root_));
  if (removed.size_bytes.has_value() && *removed.size_bytes >= 0) {
    file.bytes = static_cast<std::uint64_t>(*removed.size_bytes);
  }
  if (!removed.deletion_vector.has_value()) return core::Ok();
  SLUICE_ASSIGN_OR_RETURN(std::string path, VectorPathBelow(*removed.deletion_vector, root_));
  if (!path.empty()) note(std::move(path));
  return core::Ok();
}

core::Status NeededFiles::NoteTombstones(std::span<const delta::RemoveFile> tombstones, std::int64_t removed_since_ms) {
  removed_.reserve(tombstones.size());
  for (const delta::RemoveFile& removed : tombstones) {
    if (removed.deletion_timestamp_ms.value_or(0) <= removed_since_ms) {
      SLUICE_TRY(NoteRemoval(removed));
      continue;
    }
    SLUICE_TRY(Keep(PathBelow(removed.path, root_)));
    SLUICE_TRY(KeepVector(removed.deletion_vector.has_value() ? &*removed.deletion_vector : nullptr));
  }
  return core::Ok();
}

core::Result<NeededFiles> NeededFiles::Collect(const storage::Environment& environment,
                                               const delta_log::Snapshot& snapshot, std::int64_t removed_since_ms) {
  NeededFiles needed(environment, snapshot.root);
  for (std::uint32_t number = 0; number < snapshot.files.segment_count(); ++number) {
    const delta_log::FileSegment& files = snapshot.files.segment(number);
    for (std::uint32_t row = 0; row < files.size(); ++row) {
      if (!snapshot.files.live({number, row})) continue;
      SLUICE_TRY(needed.Keep(PathBelow(files.path(row), snapshot.root)));
      SLUICE_TRY(needed.KeepVector(files.deletion_vector(row)));
    }
  }
  if (snapshot.tombstones != nullptr) {
    SLUICE_TRY(needed.NoteTombstones(*snapshot.tombstones, removed_since_ms));
  } else {
    SLUICE_ASSIGN_OR_RETURN(const auto tombstones, delta_log::LoadTombstones(environment, snapshot));
    SLUICE_TRY(needed.NoteTombstones(tombstones, removed_since_ms));
  }
  return needed;
}

core::Result<bool> NeededFiles::Contain(const std::string& path) const {
  if (keys_.Contains(delta_log::KeyOfPath(path))) return true;
  if (identities_.empty()) return false;
  SLUICE_ASSIGN_OR_RETURN(const auto there, environment_->files.StatIfExists(storage::JoinPath(root_, path)));
  return there.has_value() && identities_.contains(there->identity);
}

const NeededFiles::Removal* NeededFiles::FindRemoval(const std::string& path) const {
  const auto found = removed_.find(path);
  return found == removed_.end() ? nullptr : &found->second;
}

}  // namespace sluice::table

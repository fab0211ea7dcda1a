#include "table/checkpoint_check.h"

#include <utility>

#include "delta_log/checkpoint_reader.h"
#include "delta_log/checkpoint_writer.h"
#include "delta_log/log_listing.h"

namespace sluice::table {
namespace {

core::Status ReadWhole(const storage::Environment& environment, const std::string& root,
                       const delta_log::CheckpointFiles& files) {
  SLUICE_ASSIGN_OR_RETURN(const auto reader, delta_log::CheckpointReader::Open(environment, root, files));
  SLUICE_ASSIGN_OR_RETURN(const auto adds, reader.ReadAdds());
  for (const auto& segment : adds) {
    SLUICE_TRY(environment.cancellation.Check());
    SLUICE_TRY(segment->LoadStats());
  }
  SLUICE_TRY(reader.ReadRemoves());
  return core::Ok();
}

/// Whether `snapshot` was read from these files, whatever became of them.
bool StandsOn(const delta_log::Snapshot& snapshot, const delta_log::CheckpointFiles& files) {
  return snapshot.log.checkpoint.has_value() && snapshot.log.checkpoint->paths == files.paths;
}

bool IsAboutFile(const core::Error& error) {
  return error.kind() == core::ErrorKind::kCorruption || error.kind() == core::ErrorKind::kIo ||
         error.kind() == core::ErrorKind::kPermission || error.kind() == core::ErrorKind::kInvalidInput;
}

}  // namespace

core::Result<std::vector<DamagedCheckpoint>> FindDamagedCheckpoints(const storage::Environment& environment,
                                                                    const delta_log::Snapshot& snapshot) {
  SLUICE_ASSIGN_OR_RETURN(const auto listing, delta_log::ListLog(environment.files, snapshot.root));
  std::vector<DamagedCheckpoint> damaged;
  for (const delta_log::CheckpointFiles& files : listing.checkpoints) {  // best first
    if (files.version > snapshot.version) continue;
    core::Status whole = ReadWhole(environment, snapshot.root, files);
    if (whole.has_value()) break;
    if (whole.error().kind() == core::ErrorKind::kNotFound) continue;  // cleaned up meanwhile
    if (!IsAboutFile(whole.error())) return std::move(whole).error();
    damaged.push_back({files, std::move(whole).error()});
  }
  return damaged;
}

core::Status ReplaceCheckpoints(const storage::Environment& environment, const delta_log::Snapshot& snapshot,
                                const std::vector<DamagedCheckpoint>& damaged) {
  for (const DamagedCheckpoint& checkpoint : damaged) {
    if (checkpoint.files.version != snapshot.version) continue;
    const bool spare = checkpoint.error.kind() == core::ErrorKind::kCorruption && !StandsOn(snapshot, checkpoint.files);
    if (!spare) return checkpoint.error;
    for (const std::string& path : checkpoint.files.paths) SLUICE_TRY(environment.files.Remove(path));
  }
  SLUICE_TRY(delta_log::WriteCheckpoint(environment, snapshot, {.kind = delta_log::CheckpointKindOf(snapshot)}));
  return core::Ok();
}

}  // namespace sluice::table

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.h"
#include "recorder/manifest.h"
#include "recorder/recovery.h"
#include "storage/environment.h"

namespace sluice::recorder {

enum class FolderUse : std::uint8_t {
  kLive,      ///< a recorder, or a recovery, is at work
  kOrphan,    ///< a recorder died, and its rows wait for recovery
  kFinished,  ///< all rows that were accepted are in files
};

/// "live", "orphan", "finished".
std::string_view NameOf(FolderUse use);

/// A folder of a recorder's files.
struct FolderState {
  std::string folder = {};
  FolderUse use = FolderUse::kFinished;
  std::string holder = {};                  ///< of a live one: the process
  std::vector<std::string> recorders = {};  ///< ULIDs of those that are at work, or died
  Manifest manifest = {};

  std::uint64_t rows() const;
  std::uint64_t bytes() const;
};

/// `directory` itself when it is a recorder's folder, else those in it, by name. NotFound when it is not there.
core::Result<std::vector<FolderState>> ListFolders(const storage::Environment& environment,
                                                   const std::string& directory);

/// Take the folder over from a recorder that died, and publish what it left. Conflict while one is at work in it.
core::Result<std::vector<RecoveredRecorder>> TakeOver(const storage::Environment& environment,
                                                      const std::string& folder);

}  // namespace sluice::recorder

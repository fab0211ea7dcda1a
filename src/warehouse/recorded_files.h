#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.h"
#include "recorder/manifest.h"
#include "storage/file_system.h"

namespace sluice::warehouse {

/// A folder that recorders wrote into: its finished files.
struct RecordedFolder {
  std::string path = {};
  std::vector<recorder::ManifestFile> files = {};  ///< of recorders that were closed, by their sequence
  std::uint64_t rows = 0;
  std::vector<std::string> notes = {};  ///< what is there and is not for loading, for the operator
  std::uint64_t files_open = 0;         ///< of recorders that were not closed
};

/// The recorders' folders at and below `path`, by name. InvalidInput when there is none: it is not ours. NotFound when
/// `path` is not there.
core::Result<std::vector<RecordedFolder>> FindRecordedFolders(storage::FileSystem& files, const std::string& path);

/// Why the bytes of a recorded file are not those that were recorded (gone, of another size, changed); "" when they
/// are. Reads the whole file.
core::Result<std::string> DamageOf(storage::FileSystem& files, const std::string& path,
                                   const recorder::ManifestFile& file);

}  // namespace sluice::warehouse

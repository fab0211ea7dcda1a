#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "recorder/record_schema.h"
#include "storage/environment.h"

namespace sluice::recorder {

/// What a recorder at work leaves in the folder of its files, `.recorder-<ULID>.json`, so that whoever comes after it
/// finds its rows. Removed at the end of Close. A format of ours: docs/formats/recorder.md.
struct RecorderMarker {
  std::string recorder = {};  ///< ULID
  std::string mapping = {};   ///< the folder of its memory; "": private memory, of which nothing is left
  std::string test_id = {};
  std::string worker_id = {};
  std::string file_pattern = {};
  std::string codec = {};
  RecordSchema schema = {};
  bool stamps_ticks = false;
  std::string started = {};  ///< ISO 8601, UTC

  std::string ToJson() const;
  static core::Result<RecorderMarker> OfJson(std::string_view text);
};

core::Status WriteMarker(const storage::Environment& environment, const std::string& folder,
                         const RecorderMarker& marker);
/// Whether this is the path of a ring, among those of a recorder's memory.
bool IsRingPath(std::string_view path);
/// The files of its memory, rings first; none when the machine was started anew.
core::Result<std::vector<std::string>> ListMemory(storage::FileSystem& files, const RecorderMarker& marker);
/// Remove all that a recorder left beside its files, once its rows are published: spool, memory, marker. Again: as
/// good.
core::Status RemoveRemains(storage::FileSystem& files, const std::string& folder, const RecorderMarker& marker);
/// Of recorders that are at work in the folder, or were when they died; none when there is no folder.
core::Result<std::vector<RecorderMarker>> ReadMarkers(const storage::Environment& environment,
                                                      const std::string& folder);

/// Remove a file or an empty folder; one that is gone already is no error.
core::Status RemoveIfThere(storage::FileSystem& files, const std::string& path);

/// In the folder of its files.
std::string SpoolPath(const std::string& folder, const std::string& recorder);
std::string RingPath(const std::string& mapping, std::uint32_t ordinal);
std::string SymbolsPath(const std::string& mapping);
std::string ClockPath(const std::string& mapping);

}  // namespace sluice::recorder

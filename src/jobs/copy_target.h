#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "jobs/copy_plan.h"
#include "storage/file_system.h"

namespace sluice::jobs {

/// Where the outputs of a copy go.
struct CopyTarget {
  bool folder = false;
  bool table = false;  ///< a Delta table; the copy is one commit
  bool table_exists = false;
  std::string path = {};
  /// Parquet files of a folder that an overwrite replaces.
  std::vector<std::string> superseded = {};
};

/// Read the target of a copy and check it against the mode. AlreadyExists when it is there and may not be replaced;
/// UsageError for what is neither a Parquet file nor a folder; Unsupported, by name, for targets of a later version.
core::Result<CopyTarget> ResolveCopyTarget(const std::string& target, CopyMode mode, storage::FileSystem& files);

/// Whether a new table may be made in the folder `root`: AlreadyExists when it holds what no table would, as vacuum
/// would delete it. What a killed creation of a table left (data files, partition folders) is no obstacle.
core::Status CheckRoomForTable(const std::string& root, storage::FileSystem& files);

/// The output of each input: the one file, or a file of the input's name in the folder, numbered where names meet.
std::vector<std::string> OutputNames(const CopyTarget& target, const std::vector<std::string>& inputs);

}  // namespace sluice::jobs

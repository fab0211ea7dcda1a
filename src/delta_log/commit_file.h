#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "core/random.h"
#include "core/result.h"
#include "storage/file_system.h"

namespace sluice::delta_log {

/// The version is in the log, and on disk.
struct Committed {
  std::int64_t version = 0;
};
/// Somebody else's commit has this version.
struct Conflict {
  std::int64_t version = 0;
};
/// The version may be in the log, or may be and not outlive a power cut. Look before doing it again; keep its files.
struct Unknown {
  std::int64_t version = 0;
  std::string what = {};
};

using CommitOutcome = std::variant<Committed, Conflict, Unknown>;

/// Put `bytes` as the commit `version` of the table at `root`, unless that version is there: a hidden temporary file,
/// synced, gets its name by a hard link (or renameat2), which never replaces a file. `bytes` must be unlike those of
/// every other commit (a fresh txnId), so that a commit whose reply was lost is known again.
///
/// The log's folder must exist. Crash: the version is absent or whole; `.<version>.json.<uuid>.tmp` may stay behind.
/// Errors: nothing was committed. Unsupported: the file system has neither hard links nor that rename.
core::Result<CommitOutcome> PutCommit(storage::FileSystem& files, core::Random& random, const std::string& root,
                                      std::int64_t version, std::string_view bytes);

/// Put a small file into the log unless it is there; not synced, for what may be lost (a version checksum). True when
/// it was put.
core::Result<bool> PutUnlessThere(storage::FileSystem& files, core::Random& random, const std::string& path,
                                  std::string_view bytes);

/// Put a small file into the log, replacing what is there: written aside, synced, renamed. The folder is not synced.
core::Status ReplaceLogFile(storage::FileSystem& files, core::Random& random, const std::string& path,
                            std::string_view bytes);

/// The hidden name next to `path` under which it is written: `.<name>.<uuid>.tmp`.
std::string LogTemporaryPath(std::string_view path, core::Random& random);

}  // namespace sluice::delta_log

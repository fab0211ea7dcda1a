#pragma once

#include <string>

#include "core/result.h"
#include "storage/file_system.h"
#include "storage/publish.h"

namespace sluice::storage {

/// The decision to publish several files, on disk:
///
///     {"version":1, "mode":"create"|"replace", "files":[{"temp","final","bytes","checksum"}, …]}
///
/// Paths below the journal's folder are written relative to it, so that a tree can be moved between crash and recovery.

/// Write the journal of `request` aside, sync it, give it its name and sync its folder. Returns its path. After
/// an error there is no journal, except after OutcomeUnknown.
core::Result<std::string> WriteJournal(FileSystem& files, const PublishRequest& request);

/// Read a journal; id and owner come from its name. Corruption when it is not one; at most 64 MiB.
core::Result<PublishRequest> ReadJournal(FileSystem& files, const std::string& journal_path);

}  // namespace sluice::storage

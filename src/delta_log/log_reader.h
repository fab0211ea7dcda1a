#pragma once

#include <functional>
#include <optional>
#include <span>

#include "core/result.h"
#include "delta/action.h"
#include "delta/action_json.h"
#include "delta_log/log_segment.h"
#include "storage/environment.h"

namespace sluice::delta_log {

/// Read and parse one commit or compaction. NotFound when it is gone; Corruption with file, line and byte.
core::Result<delta::ActionSet> ReadCommit(const storage::Environment& environment, const CommitFile& file,
                                          delta::ActionSelection selection = delta::ActionSelection::kAll);

/// Read `files` several at a time on the executor and hand each one to `visit`, in order; an error that `visit` returns
/// ends it. Memory: 64 MiB or an eighth of the allowance of files, parsed, or the greatest file.
core::Status ReadCommits(const storage::Environment& environment, std::span<const CommitFile> files,
                         delta::ActionSelection selection,
                         const std::function<core::Status(const CommitFile&, core::Result<delta::ActionSet>)>& visit);

/// What the writer said about a commit; nullopt when it said nothing. Reads no more of the file than its first line
/// where that is it.
core::Result<std::optional<delta::CommitInfo>> ReadCommitInfo(const storage::Environment& environment,
                                                              const CommitFile& file);

}  // namespace sluice::delta_log

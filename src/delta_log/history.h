#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "delta/action.h"
#include "storage/environment.h"

namespace sluice::delta_log {

/// One commit of a table.
struct HistoryEntry {
  std::int64_t version = 0;
  /// What the commit carries (in-commit timestamps), else the time of its file, made to ascend: what time travel goes
  /// by.
  std::int64_t timestamp_ms = 0;
  std::optional<delta::CommitInfo> info = {};  ///< nullopt: the writer said nothing
};

/// The commits of the table at `root` that are there, newest first, at most `limit` of them. Only those are read.
/// Errors as OpenSnapshot.
core::Result<std::vector<HistoryEntry>> ReadHistory(const storage::Environment& environment, const std::string& root,
                                                    std::size_t limit);

}  // namespace sluice::delta_log

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "delta/action.h"

namespace sluice::delta {

/// What a file of the log is; each has its own actions and rules.
enum class LogFileKind : std::uint8_t {
  kCommit,
  kCompaction,  ///< the newest actions of several commits
  kCheckpoint,  ///< the whole state: the top file of a V2 checkpoint
};

/// A rule that the actions of one file break.
struct RuleBreach {
  enum class List : std::uint8_t { kAdds, kRemoves, kTransactions, kDomains };

  List list = List::kAdds;  ///< and the place of the offending action in it
  std::size_t index = 0;
  std::string message = {};
};

/// Check what may not stand in one file of the log together (PROTOCOL.md, "Action Reconciliation"): one txn per
/// application, one domainMetadata per domain, one add and one remove per path, and never an add and a remove of the
/// same logical file (path and deletion vector). Compactions and checkpoints keep one remove per logical file instead.
/// Paths below `table_root` are the same with and without it. nullopt: all is well. Time: linear.
std::optional<RuleBreach> FindRuleBreach(const ActionSet& actions, LogFileKind kind, std::string_view table_root = {});

/// The same for what is about to be committed: InvalidInput for a breach.
core::Status CheckCommitRules(const ActionSet& commit, std::string_view table_root = {});

}  // namespace sluice::delta

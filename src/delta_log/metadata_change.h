#pragma once

#include <optional>
#include <string>

#include "delta/action.h"

namespace sluice::delta_log {

/// What keeps a transaction that was planned under `before` from going on under `after`, in words: "the schema
/// changed"; nullopt when rows and files mean the same under both. Harmless are: switching on row tracking, deletion
/// vectors, in-commit timestamps, checkpoints of V2 and column mapping by name (with names as they were), new marks of
/// identity columns, and properties about upkeep.
std::optional<std::string> MetadataObstacle(const delta::Metadata& before, const delta::Metadata& after);

/// What keeps a transaction from going on when `before` becomes `after`; nullopt when features were added at most, all
/// of them without effect on work in progress.
std::optional<std::string> ProtocolObstacle(const delta::Protocol& before, const delta::Protocol& after);

}  // namespace sluice::delta_log

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/result.h"
#include "delta/action.h"
#include "delta/data_type.h"
#include "delta/protocol_gate.h"
#include "delta/table_properties.h"
#include "delta_log/conflict.h"
#include "delta_log/snapshot.h"

namespace sluice::delta_log {

/// What a transaction does, for the gate, for its commitInfo and for conflicts.
struct OperationInfo {
  std::string name = {};  ///< "WRITE", "DELETE", "OPTIMIZE", "SET TBLPROPERTIES", …
  delta::Operation kind = delta::Operation::kReplaceRows;
  ConflictRule rule = ConflictRule::kGeneral;
  delta::StringMap parameters = {};  ///< nested values as JSON text
  /// An overwrite that may change schema and partition columns.
  bool replaces_schema = false;
  /// Rows that are copied keep their row ids (materialised by the caller).
  bool preserves_row_ids = false;
  std::optional<std::string> user_metadata = {};
  delta::StringMap tags = {};
};

/// The rules of a table as they are with a commit.
struct TableRules {
  delta::Protocol protocol = {};
  delta::Metadata metadata = {};
  delta::TableSchema schema = {};  ///< with column mapping resolved
  delta::TableProperties properties = {};

  /// In-commit timestamps are active.
  bool in_commit_timestamps() const;
};

/// Corruption or InvalidInput for a metadata action of `actions` that cannot be read.
core::Result<TableRules> RulesAfter(const Snapshot& base, const delta::ActionSet& actions);

/// What a try is made from.
struct CommitRequest {
  const TransactionState& state;
  const OperationInfo& operation;
  const delta::StringMap& metrics;
  std::int64_t now_ms = 0;
  /// When the commit before was written, by its file; for switching on in-commit timestamps.
  std::optional<std::int64_t> base_file_time_ms = {};
};

/// All actions of one try to commit on top of `base`: those of the state and its bins; times of removal and of
/// transactions filled in; row ids and their mark; in-commit timestamp; commitInfo. `rules` are updated where switching
/// on in-commit timestamps changes the metadata.
core::Result<delta::ActionSet> MakeCommit(const CommitRequest& request, const Snapshot& base, TableRules& rules);

}  // namespace sluice::delta_log

#pragma once

#include <optional>
#include <string>

#include "core/result.h"
#include "delta/action.h"
#include "delta_log/snapshot.h"

namespace sluice::delta_log {

/// delta::CheckCanRead, and the table at `root` named in the error.
core::Status CheckCanReadTable(const std::string& root, const delta::Protocol& protocol);

/// Set protocol and metadata of a snapshot, with what follows from them: schema, properties, notes.
///
/// Unsupported: reader features of later protocols, by name; a format other than Parquet. Corruption: a schema that
/// cannot be read, partition columns that it does not have.
core::Status SetProtocolAndMetadata(Snapshot& snapshot, delta::Protocol protocol, delta::Metadata metadata);

/// Whether commits of this table carry their time.
bool HasInCommitTimestamps(const Snapshot& snapshot);

/// Drop the transactions that are older than the table's delta.setTransactionRetentionDuration.
void ExpireTransactions(Snapshot& snapshot, std::int64_t now_ms);

}  // namespace sluice::delta_log

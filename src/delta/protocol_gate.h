#pragma once

#include <cstdint>

#include "core/result.h"
#include "delta/action.h"
#include "delta/data_type.h"

namespace sluice::delta {

/// What a write does to the table: some features stand in the way of some operations only.
enum class Operation : std::uint8_t {
  kMaintain,      ///< checkpoint, cleanup, vacuum: no action about files or metadata
  kAlter,         ///< metadata only
  kAppend,        ///< new rows in new files
  kReplaceFiles,  ///< removes whole files and may add new rows: overwrite, replace-where along files
  kMarkRows,      ///< deletes rows with deletion vectors, and files of which no row is left
  kRewriteRows,   ///< deletes rows by writing the rest of their files anew
  kReplaceRows,   ///< deletes or changes rows of files and adds new ones: update, merge, replace-where within files
  kRearrange,     ///< optimize: the same rows in other files
};

/// Whether this version can read a table with `protocol`. Unsupported names each reader feature that it cannot;
/// Corruption for lists that contradict the version numbers.
core::Status CheckCanRead(const Protocol& protocol);

/// Whether this version can write to the table: the read gate, every writer feature, and what is active on the table,
/// before a byte is written. Unsupported names the features, and the columns or the property that make them active;
/// InvalidInput for rows that an append-only table would lose. Expressions of constraints and invariants are not looked
/// at. The default is the strictest operation.
core::Status CheckCanWrite(const Protocol& protocol, const Metadata& metadata, const TableSchema& schema,
                           Operation operation = Operation::kReplaceRows);

}  // namespace sluice::delta

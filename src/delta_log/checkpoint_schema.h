#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <vector>

#include "core/result.h"
#include "delta/data_type.h"
#include "delta/statistics.h"
#include "delta_log/snapshot.h"

namespace sluice::delta_log {

/// Which columns a checkpoint file has (PROTOCOL.md, "Checkpoint Schema"). Everything is optional but the keys of maps;
/// one row is one action, and all columns but its own are null.
struct CheckpointLayout {
  bool state = true;          ///< protocol, metaData, txn, domainMetadata; false in sidecars
  bool v2 = false;            ///< checkpointMetadata, sidecar
  bool stats_json = true;     ///< add.stats
  bool stats_struct = true;   ///< add.stats_parsed and add.partitionValues_parsed
  bool tight_bounds = false;  ///< stats_parsed.tightBounds: the table can have deletion vectors
  std::vector<delta::StatisticsColumn> statistics = {};
  std::vector<const delta::Field*> partitions = {};
};

/// What the table's schema and properties ask for. Borrows fields of `snapshot`.
core::Result<CheckpointLayout> CheckpointLayoutOf(const Snapshot& snapshot);

/// The places of fields in the structs of the schema, for who fills them.
struct AddColumn {
  enum : int {
    kPath,
    kPartitionValues,
    kSize,
    kModificationTime,
    kDataChange,
    kTags,
    kDeletionVector,
    kBaseRowId,
    kDefaultRowCommitVersion,
    kClusteringProvider,
    kFirstOptional,  ///< stats, stats_parsed, partitionValues_parsed: those of the layout, in this order
  };
};
struct RemoveColumn {
  enum : int {
    kPath,
    kDeletionTimestamp,
    kDataChange,
    kExtendedFileMetadata,
    kPartitionValues,
    kSize,
    kDeletionVector,
    kBaseRowId,
    kDefaultRowCommitVersion,
  };
};
struct VectorColumn {
  enum : int { kStorageType, kPathOrInline, kOffset, kSizeInBytes, kCardinality };
};

/// Columns named as the actions are: add, remove, and those of the layout.
core::Result<std::shared_ptr<arrow::Schema>> CheckpointSchema(const CheckpointLayout& layout);

/// The type of stats_parsed; nullptr without statistics.
core::Result<std::shared_ptr<arrow::DataType>> StatisticsType(const CheckpointLayout& layout);

}  // namespace sluice::delta_log

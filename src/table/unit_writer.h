#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/result.h"
#include "delta/action.h"
#include "delta_log/snapshot.h"
#include "storage/environment.h"
#include "table/clustering_key.h"
#include "table/clustering_spec.h"
#include "table/data_writer.h"
#include "table/rewrite_file.h"
#include "table/skipping_estimate.h"
#include "table/table_shape.h"

namespace sluice::table {

/// The new files of a unit: on disk, and not yet in the table.
struct WrittenUnit {
  const RewriteUnit* unit = nullptr;
  std::vector<delta::AddFile> adds = {};
  std::uint64_t rows = 0;
  std::unique_ptr<DataWriter> writer = {};  ///< Discard removes the files
};

/// How the rows of a unit are clustered.
struct CubeLayout {
  ClusteringKey key;
  std::vector<std::uint64_t> sample_keys = {};  ///< ascending
  std::size_t files = 1;
  std::uint64_t rows = 0;
};

/// Writes the rows of units to new files. Every unit's rows are counted: Corruption when they are not as many as the
/// log says.
///
/// Threads: one caller. Destroyed units whose writer did not finish leave nothing behind.
class UnitWriter {
 public:
  /// Borrows the environment.
  UnitWriter(const storage::Environment& environment, std::shared_ptr<const delta_log::Snapshot> snapshot,
             TableShape shape, std::uint64_t target_bytes)
      : environment_(environment),
        snapshot_(std::move(snapshot)),
        shape_(std::move(shape)),
        target_bytes_(target_bytes) {}

  /// Each unit to a file of its own, in the order of its files. `written` has those that were, after an error too.
  core::Status Pack(std::span<const RewriteUnit> units, std::vector<WrittenUnit>& written) const;

  /// Look at a sample of a unit's rows; what clustering is going to change is told to `estimate`.
  core::Result<CubeLayout> LayOut(const RewriteUnit& unit, const ClusteringSpec& spec,
                                  SkippingEstimate& estimate) const;
  core::Result<WrittenUnit> Cluster(const RewriteUnit& unit, const ClusteringSpec& spec,
                                    const CubeLayout& layout) const;

 private:
  core::Result<std::unique_ptr<DataWriter>> OpenWriter(const RewriteUnit& unit, bool clustered) const;
  core::Result<WrittenUnit> Finish(const RewriteUnit& unit, std::unique_ptr<DataWriter> writer) const;

  const storage::Environment& environment_;
  std::shared_ptr<const delta_log::Snapshot> snapshot_;
  TableShape shape_;
  std::uint64_t target_bytes_;
};

}  // namespace sluice::table

#pragma once

#include <cstdint>
#include <vector>

#include "core/result.h"
#include "storage/environment.h"
#include "table/clustering_key.h"
#include "table/data_writer.h"
#include "table/scan.h"

namespace sluice::table {

/// How rows are brought into the order of a key.
struct ClusterPlan {
  const ClusteringKey& key;
  const std::vector<std::uint64_t>& sample;  ///< keys of some rows, ascending
  std::size_t files = 1;                     ///< how many are wanted
  std::uint64_t rows_total = 0;              ///< that will come, about
};

/// Sort all rows of `scan` by key, then by the key's columns, then in the order they come, and write them to about so
/// many files, each of a range of keys. A distribution sort: rows are dealt out to ranges of keys that the sample says
/// are of like size, to disk when they are more than a quarter of the environment's memory, and each range is sorted by
/// itself. A range that turns out too large, as when all rows have one key, is sorted in pieces: the order within its
/// file suffers, nothing else.
core::Status ClusterRows(const storage::Environment& environment, Scan& scan, const ClusterPlan& plan,
                         DataWriter& writer);

}  // namespace sluice::table

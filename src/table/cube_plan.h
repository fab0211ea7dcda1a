#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/random.h"
#include "table/clustering_spec.h"
#include "table/rewrite_file.h"

namespace sluice::table {

inline constexpr std::string_view kCubeId = "ZCUBE_ID";
inline constexpr std::string_view kCubeColumns = "ZCUBE_ZORDER_BY";
inline constexpr std::string_view kCubeCurve = "ZCUBE_ZORDER_CURVE";
inline constexpr std::string_view kGridId = "SLUICE_GRID";  ///< of the boundaries that keys were made with
inline constexpr std::array kCubeTags = {kCubeId, kCubeColumns, kCubeCurve, kGridId};
inline constexpr std::string_view kClusteringProvider = "sluice";

struct CubeOptions {
  std::int64_t bytes_min = 0;  ///< a cube of so many bytes is left alone
  bool full = false;           ///< no cube is left alone
};

/// Which files of a partition are clustered together: files of no cube and of cubes that are still small, in cubes of
/// up to one and a half times the minimum. Files that were clustered by other columns or another curve are left alone
/// unless `full`, and those of other providers always. A lone cube is left alone when nothing came.
std::vector<RewriteUnit> PlanCubes(RewritePartition partition, const ClusteringSpec& spec, CubeOptions options,
                                   core::Random& random);

}  // namespace sluice::table

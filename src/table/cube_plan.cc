#include "table/cube_plan.h"

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>

#include "core/uuid.h"

namespace sluice::table {

std::vector<RewriteUnit> PlanCubes(RewritePartition partition, const ClusteringSpec& spec, CubeOptions options,
                                   core::Random& random) {
  const std::string columns = nlohmann::json(spec.names()).dump();
  const std::string curve = spec.curve_name();
  std::map<std::string_view, std::int64_t> cube_bytes;
  for (const RewriteFile& file : partition.files) cube_bytes[file.tag(kCubeId)] += file.size_bytes;
  const auto wanted = [&](const RewriteFile& file) {
    if (file.clustering_provider && *file.clustering_provider != kClusteringProvider) return false;
    const std::string_view cube = file.tag(kCubeId);
    if (options.full || cube.empty()) return true;
    const bool same = file.tag(kCubeColumns) == columns && file.tag(kCubeCurve) == curve;
    return same && cube_bytes[cube] < options.bytes_min;
  };
  std::set<std::string_view> cubes;
  std::vector<const RewriteFile*> chosen;
  for (const RewriteFile& file : partition.files) {
    if (!wanted(file)) continue;
    cubes.insert(file.tag(kCubeId));
    chosen.push_back(&file);
  }
  const bool lone = cubes.size() == 1 && !cubes.begin()->empty() && !options.full;
  if (chosen.empty() || lone) return {};

  const std::int64_t bytes_max = options.bytes_min + options.bytes_min / 2;
  std::vector<RewriteUnit> units;
  std::int64_t bytes = 0;
  for (const RewriteFile* file : chosen) {
    if (units.empty() || bytes + file->live_bytes() > bytes_max) {
      units.emplace_back().tags = {{std::string(kCubeId), core::FormatUuid(core::NewUuid(random))},
                                   {std::string(kCubeColumns), columns},
                                   {std::string(kCubeCurve), curve},
                                   {std::string(kGridId), core::FormatUuid(core::NewUuid(random))}};
      bytes = 0;
    }
    bytes += file->live_bytes();
    units.back().files.push_back(*file);
  }
  return units;
}

}  // namespace sluice::table

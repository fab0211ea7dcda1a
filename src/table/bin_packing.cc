#include "table/bin_packing.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "table/cube_plan.h"

namespace sluice::table {
namespace {

constexpr double kDeletedShareMax = 0.05;

bool HasManyDeleted(const RewriteFile& file) {
  return file.deleted > 0 && (!file.records || file.deleted_share() > kDeletedShareMax);
}

/// When rows came into the table, as some writers note it: the span of all inputs is that of the output.
void KeepInsertionTimes(const std::vector<RewriteFile>& files, delta::StringMap& tags) {
  for (const std::string_view name : {"INSERTION_TIME", "MIN_INSERTION_TIME", "MAX_INSERTION_TIME"}) {
    const bool latest = name.starts_with("MAX");
    const auto before = [&](const RewriteFile& left, const RewriteFile& right) {
      const auto key = [&](const RewriteFile& file) { return std::pair(file.tag(name).size(), file.tag(name)); };
      return latest ? key(right) < key(left) : key(left) < key(right);  // whole numbers of microseconds, as text
    };
    const std::string_view value = std::min_element(files.begin(), files.end(), before)->tag(name);
    if (!value.empty()) tags.emplace(name, value);
  }
}

/// A cube stays one when nothing but its files comes together.
void KeepCube(const std::vector<RewriteFile>& files, delta::StringMap& tags) {
  const auto shared = [&](std::string_view name) {
    return std::all_of(files.begin(), files.end(),
                       [&](const RewriteFile& file) { return file.tag(name) == files.front().tag(name); });
  };
  const bool same = std::all_of(kCubeTags.begin(), kCubeTags.end(), shared);
  for (const std::string_view name : kCubeTags) {
    if (same && !files.front().tag(name).empty()) tags.emplace(name, files.front().tag(name));
  }
}

}  // namespace

std::vector<RewriteUnit> PackBins(RewritePartition partition, std::uint64_t target_bytes) {
  const auto target = static_cast<std::int64_t>(target_bytes);
  std::vector<RewriteUnit> bins;
  RewriteUnit bin;
  std::int64_t bytes = 0;
  const auto close = [&] {
    const bool worth = bin.files.size() > 1 || (bin.files.size() == 1 && HasManyDeleted(bin.files.front()));
    if (worth) {
      KeepInsertionTimes(bin.files, bin.tags);
      KeepCube(bin.files, bin.tags);
      bins.push_back(std::move(bin));
    }
    bin = {};
    bytes = 0;
  };
  for (RewriteFile& file : partition.files) {
    if (file.size_bytes >= target - target / 4 && !HasManyDeleted(file)) continue;
    if (bytes + file.live_bytes() > target) close();
    bytes += file.live_bytes();
    bin.files.push_back(std::move(file));
  }
  close();
  return bins;
}

}  // namespace sluice::table

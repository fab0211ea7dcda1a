#include "table/key_cuts.h"

#include <algorithm>
#include <bit>

namespace sluice::table {
namespace {

/// The key in (low, high] that has the most zeros at its end.
std::uint64_t RoundestBetween(std::uint64_t low, std::uint64_t high) {
  const int bit = 63 - std::countl_zero(low ^ high);
  return (high >> bit) << bit;
}

std::vector<std::uint64_t> CutFiles(const std::vector<std::uint64_t>& sorted, std::size_t files) {
  std::vector<std::uint64_t> firsts;
  const std::size_t share = sorted.size() / files;
  const std::size_t slack = share / 10;
  for (std::size_t file = 1; file < files; ++file) {
    const std::size_t place = sorted.size() * file / files;
    if (place == 0 || place >= sorted.size()) continue;
    const std::uint64_t low = sorted[place - std::min(place, slack + 1)];
    const std::uint64_t high = sorted[std::min(place + slack, sorted.size() - 1)];
    if (low == high) continue;  // one key all around: where it begins or ends is cut elsewhere
    const std::uint64_t first = RoundestBetween(low, high);
    if (firsts.empty() || first > firsts.back()) firsts.push_back(first);
  }
  return firsts;
}

}  // namespace

std::uint32_t KeyCuts::BucketOf(std::uint64_t key) const {
  return static_cast<std::uint32_t>(std::upper_bound(firsts.begin(), firsts.end(), key) - firsts.begin());
}

KeyCuts CutKeys(const std::vector<std::uint64_t>& sorted, std::size_t files, std::size_t buckets_per_file) {
  KeyCuts cuts;
  const std::vector<std::uint64_t> file_firsts = CutFiles(sorted, std::max<std::size_t>(files, 1));
  cuts.files = static_cast<std::uint32_t>(file_firsts.size() + 1);
  auto begin = sorted.begin();
  for (std::uint32_t file = 0; file < cuts.files; ++file) {
    const bool last = file + 1 == cuts.files;
    const auto end = last ? sorted.end() : std::lower_bound(begin, sorted.end(), file_firsts[file]);
    const auto rows = static_cast<std::size_t>(end - begin);
    if (file > 0) cuts.firsts.push_back(file_firsts[file - 1]);
    cuts.file_of.push_back(file);
    for (std::size_t bucket = 1; bucket < buckets_per_file && rows > 0; ++bucket) {
      const std::uint64_t first = begin[static_cast<std::ptrdiff_t>(rows * bucket / buckets_per_file)];
      const bool above = cuts.firsts.empty() ? first > *begin : first > cuts.firsts.back();
      if (!above) continue;
      cuts.firsts.push_back(first);
      cuts.file_of.push_back(file);
    }
    begin = end;
  }
  return cuts;
}

}  // namespace sluice::table

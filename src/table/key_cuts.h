#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sluice::table {

/// How clustered rows are dealt out: a bucket is a range of keys, a file some buckets that follow each other.
struct KeyCuts {
  std::vector<std::uint64_t> firsts = {};   ///< the first key of each bucket but the first, ascending
  std::vector<std::uint32_t> file_of = {};  ///< of each bucket, ascending
  std::uint32_t files = 1;

  std::size_t buckets() const { return firsts.size() + 1; }
  /// The bucket of a key.
  std::uint32_t BucketOf(std::uint64_t key) const;
};

/// Cut the keys of a sample, ascending, into `files` of about as many rows each, and those into `buckets_per_file`.
/// Files are cut where the top bits of the key change, if they do near by: their boxes are less jagged. There are fewer
/// files and buckets when the sample has too few distinct keys.
KeyCuts CutKeys(const std::vector<std::uint64_t>& sorted, std::size_t files, std::size_t buckets_per_file);

}  // namespace sluice::table

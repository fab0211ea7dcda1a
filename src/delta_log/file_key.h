#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/huge_pages.h"
#include "delta/action.h"

namespace sluice::delta_log {

/// What a file is known by in a replay: 128 bits of its canonical path (delta/path.h), or of path and deletion vector.
/// XXH3-128 (xxhash.com, Collet): two of a billion files share a key by accident with a probability below 1e-20.
struct FileKey {
  std::uint64_t low = 0;
  std::uint64_t high = 0;

  bool operator==(const FileKey& other) const = default;
};

/// delta::CanonicalPath, without a copy for the usual path; `storage` holds the others.
std::string_view CanonicalView(std::string_view encoded, std::string_view root, std::string& storage);

FileKey KeyOfPath(std::string_view canonical_path);
/// The key of the logical file: `path` with this deletion vector, or with none (nullptr).
FileKey KeyOfFile(FileKey path, const delta::DeletionVectorDescriptor* deletion_vector);

/// Keys that were seen. 16 to 48 bytes a key. Threads: many may ask while nobody inserts.
class FileKeySet {
 public:
  /// Make room for so many keys.
  void Reserve(std::size_t keys);
  /// False when it was there.
  bool Insert(FileKey key);
  bool Contains(FileKey key) const;
  /// Fetch the place of a key that will be asked for or inserted soon: in a big set each is a miss of every cache.
  void Prefetch(FileKey key) const { __builtin_prefetch(&slots_[key.low & (slots_.size() - 1)], 1); }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  std::size_t SlotOf(FileKey key) const;
  void Resize(std::size_t slots);

  std::vector<FileKey, core::HugePageAllocator<FileKey>> slots_;  // a power of two; {0, 0} is free
  std::size_t size_ = 0;
};

}  // namespace sluice::delta_log

#include "delta_log/file_key.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "delta/path.h"

namespace sluice::delta_log {
namespace {

constexpr std::size_t kSlotsMin = 64;

FileKey ToKey(XXH128_hash_t hash) { return {.low = hash.low64, .high = hash.high64}; }

/// {0, 0} marks a free slot.
FileKey Taken(FileKey key) { return key == FileKey{} ? FileKey{.low = 1} : key; }

}  // namespace

std::string_view CanonicalView(std::string_view encoded, std::string_view root, std::string& storage) {
  if (delta::IsCanonicalPath(encoded)) return encoded;
  storage = delta::CanonicalPath(encoded, root);
  return storage;
}

FileKey KeyOfPath(std::string_view canonical_path) {
  return ToKey(XXH3_128bits(canonical_path.data(), canonical_path.size()));
}

FileKey KeyOfFile(FileKey path, const delta::DeletionVectorDescriptor* deletion_vector) {
  if (deletion_vector == nullptr) return path;
  const std::string id = deletion_vector->UniqueId();
  XXH128_hash_t hash = XXH3_128bits_withSeed(id.data(), id.size(), path.low);
  hash.high64 ^= path.high;
  return ToKey(hash);
}

std::size_t FileKeySet::SlotOf(FileKey key) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = key.low & mask;
  while (slots_[slot] != FileKey{} && slots_[slot] != key) slot = (slot + 1) & mask;
  return slot;
}

void FileKeySet::Reserve(std::size_t keys) {
  const std::size_t slots = std::max(kSlotsMin, std::bit_ceil(keys + keys / 2 + 1));
  if (slots > slots_.size()) Resize(slots);
}

bool FileKeySet::Insert(FileKey key) {
  if ((size_ + 1) * 3 > slots_.size() * 2) Resize(std::max(kSlotsMin, slots_.size() * 2));
  key = Taken(key);
  FileKey& slot = slots_[SlotOf(key)];
  if (slot == key) return false;
  slot = key;
  ++size_;
  return true;
}

bool FileKeySet::Contains(FileKey key) const {
  if (slots_.empty()) return false;
  key = Taken(key);
  return slots_[SlotOf(key)] == key;
}

void FileKeySet::Resize(std::size_t slots) {
  const auto old = std::exchange(slots_, decltype(slots_)(slots));
  for (const FileKey& key : old) {
    if (key != FileKey{}) slots_[SlotOf(key)] = key;
  }
}

}  // namespace sluice::delta_log

#include "parquet/page_store.h"

#include <algorithm>

#include "core/byte_size.h"
#include "schema/arrow_error.h"

namespace sluice::parquet {
namespace {

// Blocks grow with the chunk: files of thousands of columns must not begin with a large one each.
constexpr std::size_t kSmallestBlock = 16 * core::kKiB;
constexpr std::size_t kLargestBlock = 4 * core::kMiB;

}  // namespace

std::uint8_t* PageStore::Room(std::size_t bytes) {
  if (blocks_.empty() || blocks_.back().capacity - blocks_.back().used < bytes) return nullptr;
  return blocks_.back().bytes + blocks_.back().used;
}

core::Result<std::uint8_t*> PageStore::Reserve(std::size_t bytes) {
  if (std::uint8_t* room = Room(bytes)) return room;
  const std::size_t usual = std::clamp(static_cast<std::size_t>(size_) / 4, kSmallestBlock, kLargestBlock);
  Block block{nullptr, std::max(bytes, usual), 0};
  SLUICE_TRY(pool_->Allocate(static_cast<std::int64_t>(block.capacity), &block.bytes));
  blocks_.push_back(block);
  return block.bytes;
}

void PageStore::Commit(std::size_t bytes) {
  blocks_.back().used += bytes;
  size_ += bytes;
}

std::vector<std::span<const std::uint8_t>> PageStore::pieces() const {
  std::vector<std::span<const std::uint8_t>> pieces;
  for (const Block& block : blocks_) pieces.emplace_back(block.bytes, block.used);
  return pieces;
}

void PageStore::Clear() {
  for (const Block& block : blocks_) pool_->Free(block.bytes, static_cast<std::int64_t>(block.capacity));
  blocks_.clear();
  size_ = 0;
}

}  // namespace sluice::parquet

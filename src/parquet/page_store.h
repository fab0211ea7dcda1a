#pragma once

#include <arrow/memory_pool.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/result.h"

namespace sluice::parquet {

/// Finished pages, one after the other, until they can be written: blocks that are filled to the end and never moved.
class PageStore {
 public:
  explicit PageStore(arrow::MemoryPool* pool) : pool_(pool) {}
  ~PageStore() { Clear(); }
  PageStore(const PageStore&) = delete;
  PageStore& operator=(const PageStore&) = delete;

  /// Room for `bytes` in one piece behind the last page; nullptr when that takes another block. Valid until the next
  /// call. The bytes count only after Commit.
  std::uint8_t* Room(std::size_t bytes);
  /// The same, with another block where needed.
  core::Result<std::uint8_t*> Reserve(std::size_t bytes);
  /// The first `bytes` of what was reserved hold a page, or a part of it.
  void Commit(std::size_t bytes);
  std::uint64_t size() const { return size_; }
  /// The pages in pieces, in order.
  std::vector<std::span<const std::uint8_t>> pieces() const;
  void Clear();

 private:
  struct Block {
    std::uint8_t* bytes;
    std::size_t capacity;
    std::size_t used;
  };

  arrow::MemoryPool* pool_;
  std::vector<Block> blocks_;
  std::uint64_t size_ = 0;
};

}  // namespace sluice::parquet

#pragma once

#include <arrow/memory_pool.h>

#include <atomic>
#include <cstdint>

namespace sluice::library {

/// The memory of one engine, up to a limit. Lives until the engine has left it and the last buffer of it is freed: rows
/// that were handed out may outlive the engine. Threads: any.
class EnginePool final : public arrow::MemoryPool {
 public:
  /// Held by the caller until Leave.
  static EnginePool* Make(std::uint64_t bytes_max) { return new EnginePool(bytes_max); }
  void Leave() { Drop(); }

  using arrow::MemoryPool::Allocate;
  using arrow::MemoryPool::Free;
  using arrow::MemoryPool::Reallocate;
  arrow::Status Allocate(std::int64_t size, std::int64_t alignment, std::uint8_t** out) override;
  arrow::Status Reallocate(std::int64_t old_size, std::int64_t new_size, std::int64_t alignment,
                           std::uint8_t** buffer) override;
  void Free(std::uint8_t* buffer, std::int64_t size, std::int64_t alignment) override;
  void ReleaseUnused() override { capped_.ReleaseUnused(); }
  std::int64_t bytes_allocated() const override { return capped_.bytes_allocated(); }
  std::int64_t max_memory() const override { return capped_.max_memory(); }
  std::int64_t total_bytes_allocated() const override { return capped_.total_bytes_allocated(); }
  std::int64_t num_allocations() const override { return capped_.num_allocations(); }
  std::string backend_name() const override { return capped_.backend_name(); }

 private:
  explicit EnginePool(std::uint64_t bytes_max);
  ~EnginePool() override = default;
  void Drop();

  arrow::CappedMemoryPool capped_;
  std::atomic<std::int64_t> holders_{1};  // the engine, and every buffer
};

}  // namespace sluice::library

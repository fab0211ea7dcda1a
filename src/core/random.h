#pragma once

#include <cstdint>

namespace sluice::core {

/// Where randomness comes from. Threads: one at a time.
class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t Next() = 0;
};

/// Seeded by the operating system.
class SystemRandom final : public Random {
 public:
  std::uint64_t Next() override;
};

/// A repeatable sequence (splitmix64, Steele et al. 2014); for tests.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  std::uint64_t Next() override;

 private:
  std::uint64_t state_;
};

}  // namespace sluice::core

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/result.h"

namespace sluice::http {

/// The body of a request, made while it is sent, so that its size costs no memory.
///
/// Threads: one at a time.
class BodySource {
 public:
  virtual ~BodySource() = default;
  /// How many bytes Read will give in all; known before the first.
  virtual std::uint64_t size() const = 0;
  /// Fill `out` as far as possible; fewer bytes than asked only at the end.
  virtual core::Result<std::size_t> Read(std::span<char> out) = 0;
  /// Begin again: the same bytes once more.
  virtual core::Status Rewind() = 0;
};

}  // namespace sluice::http

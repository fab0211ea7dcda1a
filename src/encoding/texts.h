#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace sluice::encoding {

/// Byte strings one after the other. `bytes` is readable for ByteBuffer::kSlackBytes behind the last one.
struct Texts {
  const std::uint8_t* bytes = nullptr;
  std::span<const std::uint32_t> lengths = {};

  std::size_t size() const { return lengths.size(); }
  std::string_view View(std::size_t begin, std::size_t length) const {
    return {reinterpret_cast<const char*>(bytes) + begin, length};
  }
};

}  // namespace sluice::encoding

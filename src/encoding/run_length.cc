#include "encoding/run_length.h"

#include <algorithm>
#include <bit>

#include "encoding/bit_packing.h"

namespace sluice::encoding {
namespace {

constexpr std::size_t kGroup = 8;
// A run costs a header and a value, and cuts the packed values around it in two: below so many bits it does not pay.
constexpr std::size_t kRunBitsMin = 40;

void EncodeLiterals(std::span<const std::uint32_t> values, unsigned width, ByteBuffer& out) {
  if (values.empty()) return;
  AppendVarint((((values.size() + kGroup - 1) / kGroup) << 1) | 1, out);
  PackBits(values, width, out);
}

std::size_t RunLength(std::span<const std::uint32_t> values) {
  std::size_t length = 1;
  while (length < values.size() && values[length] == values[0]) ++length;
  return length;
}

}  // namespace

unsigned BitWidth(std::uint64_t largest) { return static_cast<unsigned>(std::bit_width(largest)); }

void EncodeRun(std::uint32_t value, std::size_t count, unsigned width, ByteBuffer& out) {
  if (count == 0) return;
  AppendVarint(count << 1, out);
  out.Append(&value, (width + 7) / 8);
}

void EncodeRuns(std::span<const std::uint32_t> values, unsigned width, ByteBuffer& out) {
  std::size_t literals = 0;  // where those that wait begin
  std::size_t i = 0;
  while (i + kGroup <= values.size()) {
    if (values[i] != values[i + 1] || values[i] != values[i + kGroup - 1]) {
      i += kGroup;
      continue;
    }
    const std::size_t run = RunLength(values.subspan(i));
    if (run < kGroup || run * width < kRunBitsMin) {
      i += kGroup;
      continue;
    }
    EncodeLiterals(values.subspan(literals, i - literals), width, out);
    EncodeRun(values[i], run, width, out);
    i += run;
    literals = i;
  }
  const auto rest = values.subspan(literals);
  if (!rest.empty() && RunLength(rest) == rest.size()) {
    EncodeRun(rest[0], rest.size(), width, out);
  } else {
    EncodeLiterals(rest, width, out);
  }
}

void EncodeBitRuns(std::span<const std::uint8_t> bits, std::size_t count, ByteBuffer& out) {
  const std::size_t whole = count / 8;
  const auto flush = [&](std::size_t begin, std::size_t end) {
    if (begin == end) return;
    AppendVarint(((end - begin) << 1) | 1, out);
    out.Append(&bits[begin], end - begin);
  };
  std::size_t literals = 0;
  std::size_t i = 0;
  while (i < whole) {
    std::size_t end = i + 1;
    if (bits[i] == 0x00 || bits[i] == 0xFF) {
      while (end < whole && bits[end] == bits[i]) ++end;
    }
    if ((end - i) * 8 >= kRunBitsMin) {
      flush(literals, i);
      EncodeRun(bits[i] & 1U, (end - i) * 8, 1, out);
      literals = end;
    }
    i = end;
  }
  flush(literals, (count + 7) / 8);
}

}  // namespace sluice::encoding

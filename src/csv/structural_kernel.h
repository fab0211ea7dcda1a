#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "csv/structural_scan.h"

/// What the functions of a kernel are compiled for; set before this header by a kernel for special instructions.
#ifndef SLUICE_CSV_TARGET
#define SLUICE_CSV_TARGET
#endif

// The two scans over blocks of 64 bytes, as Langdale and Lemire's "Parsing Gigabytes of JSON per Second" (2019) finds
// quoted text: a bit per byte and kind, and the prefix XOR of the quotes. `Block` makes the bits.
namespace sluice::csv {
namespace {  // NOLINT: each kernel has its own instance for its own instructions

/// A bit per byte of a block.
struct BlockBits {
  std::uint64_t quote = 0;
  std::uint64_t delimiter = 0;
  std::uint64_t cr = 0;
  std::uint64_t lf = 0;
};

SLUICE_CSV_TARGET inline std::uint64_t AllOnesIf(std::uint64_t bit63) {
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(bit63) >> 63);
}

SLUICE_CSV_TARGET inline void KeepFirst(std::size_t bytes, BlockBits* bits) {
  const std::uint64_t valid = (std::uint64_t{1} << bytes) - 1;
  bits->quote &= valid;
  bits->delimiter &= valid;
  bits->cr &= valid;
  bits->lf &= valid;
}

template <typename Block>
SLUICE_CSV_TARGET CutScan FindCutWith(const Dialect& dialect, const char* text, std::size_t size) {
  const Block block(dialect);
  CutScan scan;
  std::uint64_t lines = 0;
  std::size_t records = 0;
  std::uint64_t inside_before = 0;
  std::uint64_t may_open = 1;  // bit 0: the byte before the block lets a quote open
  std::uint64_t closed = 0;    // bit 0: the byte before the block is a closing quote
  std::uint64_t after_cr = 0;  // bit 0: the byte before the block is CR
  for (std::size_t position = 0; position < size; position += 64) {
    BlockBits bits = block.Load(text + position);
    std::uint64_t valid = ~std::uint64_t{0};
    if (size - position < 64) {
      KeepFirst(size - position, &bits);
      valid = (std::uint64_t{1} << (size - position)) - 1;
    }
    const std::uint64_t inside = block.PrefixXor(bits.quote) ^ inside_before;
    const std::uint64_t line_end = bits.cr | (bits.lf & ~(bits.cr << 1 | after_cr));
    const std::uint64_t border = bits.delimiter | bits.cr | bits.lf | bits.quote;
    const std::uint64_t opening = bits.quote & inside;
    const std::uint64_t closing = bits.quote & ~inside;
    const std::uint64_t odd = (opening & ~(border << 1 | may_open)) | ((closing << 1 | closed) & ~border & valid);
    if (odd != 0) {
      scan.regular = false;
      // The LF of a CRLF may be the first byte of this block.
      if (scan.end > 0 && scan.end == position && after_cr != 0 && text[position] == '\n') ++scan.end;
      return scan;
    }
    const std::uint64_t newline = (bits.cr | bits.lf) & ~inside;
    if (newline != 0) {
      const int last = 63 - std::countl_zero(newline);
      scan.end = position + static_cast<std::size_t>(last) + 1;
      scan.lines = lines + static_cast<std::uint64_t>(std::popcount(line_end & (~std::uint64_t{0} >> (63 - last))));
      records += static_cast<std::size_t>(std::popcount(line_end & ~inside));
      scan.records = records;
    }
    lines += static_cast<std::uint64_t>(std::popcount(line_end));
    inside_before = AllOnesIf(inside);
    may_open = border >> 63;
    closed = closing >> 63;
    after_cr = bits.cr >> 63;
  }
  scan.open = inside_before != 0;
  return scan;
}

/// Write the positions of the set bits; garbage up to 8 places behind them.
SLUICE_CSV_TARGET inline void WritePositions(std::uint64_t bits, std::size_t base, std::uint32_t* out) {
  const int count = std::popcount(bits);
  const auto start = static_cast<std::uint32_t>(base);
  for (int written = 0; written < count; written += 8) {
    for (int i = 0; i < 8; ++i) {
      out[written + i] = start + static_cast<std::uint32_t>(std::countr_zero(bits));
      bits &= bits - 1;
    }
  }
}

template <typename Block>
SLUICE_CSV_TARGET void FindFieldsWith(const Dialect& dialect, FieldScan* scan) {
  const Block block(dialect);
  std::size_t position = scan->position;
  std::size_t separator_count = scan->separator_count;
  std::size_t record_count = scan->record_count;
  while (position < scan->size && separator_count < scan->separators_stop && record_count < scan->records_stop) {
    BlockBits bits = block.Load(scan->text + position);
    if (scan->size - position < 64) KeepFirst(scan->size - position, &bits);
    const std::uint64_t inside = block.PrefixXor(bits.quote) ^ scan->inside;
    std::uint64_t record_end = (bits.cr | (bits.lf & ~(bits.cr << 1 | scan->after_cr))) & ~inside;
    const std::uint64_t separator = (bits.delimiter & ~inside) | record_end;
    WritePositions(separator, position, scan->separators + separator_count);
    for (; record_end != 0; record_end &= record_end - 1) {
      const std::uint64_t before = (record_end & (~record_end + 1)) - 1;
      scan->record_ends[record_count++] =
          static_cast<std::uint32_t>(separator_count) + static_cast<std::uint32_t>(std::popcount(separator & before));
    }
    separator_count += static_cast<std::size_t>(std::popcount(separator));
    scan->inside = AllOnesIf(inside);
    scan->after_cr = bits.cr >> 63;
    position += 64;
  }
  scan->position = position;
  scan->separator_count = separator_count;
  scan->record_count = record_count;
}

template <typename Block>
SLUICE_CSV_TARGET std::uint64_t CountLineEndsWith(const char* text, std::size_t size) {
  const Block block(Dialect{});
  std::uint64_t lines = 0;
  std::uint64_t after_cr = 0;
  for (std::size_t position = 0; position < size; position += 64) {
    BlockBits bits = block.Load(text + position);
    if (size - position < 64) KeepFirst(size - position, &bits);
    lines += static_cast<std::uint64_t>(std::popcount(bits.cr | (bits.lf & ~(bits.cr << 1 | after_cr))));
    after_cr = bits.cr >> 63;
  }
  return lines;
}

}  // namespace
}  // namespace sluice::csv

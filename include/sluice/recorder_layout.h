#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

/// Where a row lies in the memory of a recorder. For the recorder's own headers; a program uses recorder.h.
namespace sluice::recording {

/// How a value of a column is kept.
enum class Kind : std::uint8_t {
  kBool,     ///< 1 byte
  kInt32,    ///< 4
  kInt64,    ///< 8
  kFloat,    ///< 4
  kDouble,   ///< 8
  kDecimal,  ///< 16: the unscaled number, little-endian
  kTime,     ///< 8: ticks since 1970
  kStamp,    ///< 8: ticks of the recorder's clock
  kSymbol,   ///< 4: the number of an interned text
  kText,     ///< 8: place in the block's arena, then length
};

constexpr std::uint32_t WidthOf(Kind kind) {
  switch (kind) {
    case Kind::kBool: return 1;
    case Kind::kInt32:
    case Kind::kFloat:
    case Kind::kSymbol: return 4;
    case Kind::kDecimal: return 16;
    default: return 8;
  }
}

struct Shape {
  Kind kind = Kind::kInt64;
  bool nullable = false;
};

/// What a block begins with.
struct BlockHeader {
  std::uint64_t rows_before = 0;  ///< rows of this thread in the blocks before this one
  std::uint32_t rows = 0;         ///< that it holds once the next block has begun
  std::uint32_t reserved = 0;
};

inline constexpr std::uint32_t kBlockHeaderBytes = 64;
inline constexpr std::uint32_t kBlockBytesTarget = 512 * 1024;
inline constexpr std::uint32_t kBlockRowsMin = 256;
inline constexpr std::uint32_t kBlockRowsMax = 32'768;
inline constexpr std::uint32_t kTextBytesGuessed = 24;         ///< of a text, for sharing a block out
inline constexpr std::uint32_t kTextBytesMax = 64 * 1024;      ///< of one text; longer ones are cut
inline constexpr std::uint32_t kRowTextBytesMax = 256 * 1024;  ///< of all texts of a row; such an arena fits always
inline constexpr std::uint32_t kArenaSlack = 32;               ///< short copies may write beyond their end

/// The offsets of everything in a block: values and validity bits by column, then the arena of texts.
template <std::size_t kColumns>
struct Layout {
  std::uint32_t rows = 0;         ///< of a block, a power of two
  std::uint32_t arena = 0;        ///< where it begins
  std::uint32_t arena_bytes = 0;  ///< without its slack; 0 without texts
  std::uint32_t block_bytes = 0;  ///< a multiple of 4096
  std::array<std::uint32_t, kColumns> values = {};
  std::array<std::uint32_t, kColumns> validity = {};  ///< 0: never null
};

/// The same numbers for a schema that is known at run time; the arrays have a place for each column.
struct LayoutView {
  std::uint32_t rows = 0;
  std::uint32_t arena = 0;
  std::uint32_t arena_bytes = 0;
  std::uint32_t block_bytes = 0;
};

/// Lay columns out. The only place that decides it: what is written by a compiled schema is read by a run-time one.
constexpr LayoutView PlaceColumns(std::span<const Shape> columns, std::span<std::uint32_t> values,
                                  std::span<std::uint32_t> validity) {
  const auto aligned = [](std::uint32_t at, std::uint32_t to) { return (at + to - 1) / to * to; };
  std::uint32_t row_bytes = 0;
  std::uint32_t texts = 0;
  for (const Shape& column : columns) {
    row_bytes += WidthOf(column.kind);
    texts += column.kind == Kind::kText ? 1 : 0;
  }
  LayoutView layout;
  const std::uint32_t rows = kBlockBytesTarget / (row_bytes + texts * kTextBytesGuessed + 1);
  layout.rows = std::bit_floor(rows < kBlockRowsMin ? kBlockRowsMin : rows > kBlockRowsMax ? kBlockRowsMax : rows);
  std::uint32_t at = kBlockHeaderBytes;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    values[i] = at;
    at = aligned(at + layout.rows * WidthOf(columns[i].kind), 64);
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    validity[i] = columns[i].nullable ? at : 0;
    if (columns[i].nullable) at = aligned(at + layout.rows / 8, 64);
  }
  layout.arena = at;
  const std::uint32_t guessed = layout.rows * texts * kTextBytesGuessed;
  layout.arena_bytes = texts == 0 ? 0 : guessed < kRowTextBytesMax ? kRowTextBytesMax : guessed;
  layout.block_bytes = aligned(at + layout.arena_bytes + kArenaSlack, 4096);
  return layout;
}

template <std::size_t kColumns>
constexpr Layout<kColumns> LayoutOf(const std::array<Shape, kColumns>& columns) {
  Layout<kColumns> layout;
  const LayoutView view = PlaceColumns(columns, layout.values, layout.validity);
  layout.rows = view.rows;
  layout.arena = view.arena;
  layout.arena_bytes = view.arena_bytes;
  layout.block_bytes = view.block_bytes;
  return layout;
}

}  // namespace sluice::recording

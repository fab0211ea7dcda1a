#include "parquet/column_chunk.h"

#include <arrow/array/array_base.h>
#include <arrow/util/bit_util.h>
#include <arrow/util/bitmap_ops.h>
#include <fmt/format.h>
#include <isa-l/crc.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "parquet/page_header.h"

namespace sluice::parquet {
namespace {

constexpr std::size_t kHeaderBytesMax = 64;

// Rows with lists are looked at so many at a time: their bytes are not known before.
constexpr std::int64_t kNestedRows = 64;

std::int64_t CountPresent(const arrow::Array& values, std::int64_t slot, std::int64_t count) {
  if (values.null_count() == 0) return count;
  return arrow::internal::CountSetBits(values.null_bitmap_data(), values.offset() + slot, count);
}

// Of an empty outermost list above `column`; -1 where there is none.
std::int16_t ListLevel(const ::parquet::ColumnDescriptor& column) {
  std::int16_t level = -1;
  // From the leaf up to the root, which counts for nothing.
  for (const auto* node = column.schema_node().get(); node->parent() != nullptr; node = node->parent()) {
    if (node->is_repeated()) {
      level = 0;
    } else if (level >= 0 && node->is_optional()) {
      ++level;
    }
  }
  return level;
}

}  // namespace

core::Result<std::unique_ptr<ColumnChunk>> ColumnChunk::Make(const ::parquet::ColumnDescriptor& column,
                                                             const ColumnLayout& layout, const ChunkOptions& options,
                                                             ::parquet::BloomFilter* bloom, arrow::MemoryPool* pool) {
  SLUICE_ASSIGN_OR_RETURN(auto values, ColumnValues::Make(column, layout, bloom));
  return std::unique_ptr<ColumnChunk>(new ColumnChunk(column, options, std::move(values), pool));
}

ColumnChunk::ColumnChunk(const ::parquet::ColumnDescriptor& column, const ChunkOptions& options,
                         std::unique_ptr<ColumnValues> values, arrow::MemoryPool* pool)
    : options_(options),
      values_(std::move(values)),
      list_level_(ListLevel(column)),
      levels_(column.max_definition_level(), column.max_repetition_level()),
      dictionary_(pool),
      data_(pool) {}

core::Status ColumnChunk::Append(const LeafColumn& leaf, PageCompressor& compressor) {
  if (list_level_ > 0) {
    null_rows_ +=
        std::ranges::count_if(leaf.definition_levels, [&](std::int16_t level) { return level < list_level_; });
  }
  std::int64_t entry = 0;
  std::int64_t slot = 0;
  while (entry < leaf.entries) {
    const Piece piece = NextPiece(leaf, entry, slot);
    if (piece.entries == 0) {
      SLUICE_TRY(EndPage(compressor));
      continue;
    }
    levels_.Append(leaf, entry, entry + piece.entries, slot);
    SLUICE_TRY(values_->Append(*leaf.values, slot, slot + piece.slots));
    page_nulls_ += piece.entries - CountPresent(*leaf.values, slot, piece.slots);
    page_rows_ += piece.rows;
    entry += piece.entries;
    slot += piece.slots;
    if (page_rows_ >= options_.page_rows_max) SLUICE_TRY(EndPage(compressor));
  }
  return core::Ok();
}

// What fits into the page at hand; nothing when it is full.
ColumnChunk::Piece ColumnChunk::NextPiece(const LeafColumn& leaf, std::int64_t entry, std::int64_t slot) const {
  const std::int64_t bytes_left = options_.page_bytes_max - values_->gathered_bytes();
  if (!leaf.definition_levels.empty()) {
    return bytes_left <= 0 && page_rows_ > 0 ? Piece{0, 0, 0} : NextRows(leaf, entry);
  }
  const std::int64_t rows = std::min(leaf.entries - entry, options_.page_rows_max - page_rows_);
  std::int64_t fitting = values_->Fitting(*leaf.values, slot, slot + rows, std::max<std::int64_t>(bytes_left, 0));
  if (fitting == 0 && page_rows_ == 0) fitting = 1;  // a value may be longer than a page
  return {fitting, fitting, fitting};
}

// Some whole rows of a nested column.
ColumnChunk::Piece ColumnChunk::NextRows(const LeafColumn& leaf, std::int64_t entry) const {
  const std::int64_t rows_max = std::min(kNestedRows, options_.page_rows_max - page_rows_);
  Piece piece{0, 0, 0};
  for (std::int64_t i = entry; i < leaf.entries; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const bool row_begins = leaf.repetition_levels.empty() || leaf.repetition_levels[at] == 0;
    if (row_begins && piece.rows == rows_max) break;
    piece.rows += row_begins ? 1 : 0;
    piece.slots += leaf.definition_levels[at] >= leaf.slot_level ? 1 : 0;
    ++piece.entries;
  }
  return piece;
}

core::Status ColumnChunk::EndPage(PageCompressor& compressor) {
  const std::int64_t entries = levels_.entries();
  if (entries == 0) return core::Ok();
  body_.clear();
  levels_.Encode(body_);
  ColumnValues::Page page = values_->EncodePage(body_);
  const std::uint64_t offset = data_.size();
  SLUICE_ASSIGN_OR_RETURN(const std::int32_t bytes, Store(body_, false, entries, page.encoding, compressor, data_));
  pages_.push_back({.offset = offset,
                    .bytes = bytes,
                    .first_row = rows_,
                    .entries = entries,
                    .nulls = page_nulls_,
                    .encoding = page.encoding,
                    .bounds = std::move(page.bounds)});
  entries_ += entries;
  nulls_ += page_nulls_;
  rows_ += page_rows_;
  encoded_ += static_cast<std::int64_t>(body_.size());
  page_rows_ = 0;
  page_nulls_ = 0;
  levels_.Clear();
  return core::Ok();
}

core::Status ColumnChunk::Finish(PageCompressor& compressor) {
  SLUICE_TRY(EndPage(compressor));
  if (values_->dictionary_size() == 0) return core::Ok();
  body_.clear();
  values_->EncodeDictionary(body_);
  SLUICE_TRY(Store(body_, true, values_->dictionary_size(), ::parquet::Encoding::PLAIN, compressor, dictionary_));
  return core::Ok();
}

// Compress `body` behind a header; the bytes of both.
core::Result<std::int32_t> ColumnChunk::Store(const encoding::ByteBuffer& body, bool dictionary, std::int64_t entries,
                                              ::parquet::Encoding::type encoding, PageCompressor& compressor,
                                              PageStore& store) {
  constexpr std::size_t kPageBytesMax = std::numeric_limits<std::int32_t>::max() / 2;
  if (body.size() > kPageBytesMax) {
    return core::LimitExceeded(fmt::format("a page of {} bytes: Parquet counts them in 32 bits", body.size()));
  }
  SLUICE_ASSIGN_OR_RETURN(const std::size_t bytes_max, compressor.BytesMax(options_.codec, body.size()));
  // Mostly there is room for the most that the page may become, and its header is as long as the last one.
  const std::size_t header_expected = header_.size();
  std::uint8_t* room = store.Room(kHeaderBytesMax + bytes_max);
  std::uint8_t* compressed = room != nullptr ? room + header_expected : compressor.Scratch(bytes_max);
  SLUICE_ASSIGN_OR_RETURN(const std::size_t bytes, compressor.Compress(options_.codec, body.bytes(), compressed));
  const std::uint32_t crc = crc32_gzip_refl(0, compressed, bytes);
  header_.clear();
  AppendPageHeader({.dictionary = dictionary,
                    .bytes_encoded = static_cast<std::int32_t>(body.size()),
                    .bytes_compressed = static_cast<std::int32_t>(bytes),
                    .crc = crc,
                    .entries = static_cast<std::int32_t>(entries),
                    .encoding = encoding},
                   header_);
  if (room == nullptr) {
    SLUICE_ASSIGN_OR_RETURN(room, store.Reserve(header_.size() + bytes));
  }
  if (compressed != room + header_.size()) std::memmove(room + header_.size(), compressed, bytes);
  std::memcpy(room, header_.data(), header_.size());
  store.Commit(header_.size() + bytes);
  bytes_before_codec_ += static_cast<std::int64_t>(header_.size() + body.size());
  return static_cast<std::int32_t>(header_.size() + bytes);
}

std::int64_t ColumnChunk::encoded_bytes() const {
  const std::int64_t waiting = levels_.entries();
  const std::int64_t estimate =
      entries_ > 0 ? static_cast<std::int64_t>(static_cast<double>(encoded_) / static_cast<double>(entries_) *
                                               static_cast<double>(waiting))
                   : values_->gathered_bytes();
  return encoded_ + estimate + values_->dictionary_bytes();
}

}  // namespace sluice::parquet

#pragma once

#include <parquet/schema.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/result.h"
#include "encoding/byte_buffer.h"
#include "parquet/column_layout.h"
#include "parquet/column_values.h"
#include "parquet/leaf_column.h"
#include "parquet/page_compressor.h"
#include "parquet/page_levels.h"
#include "parquet/page_store.h"

namespace sluice::parquet {

/// What a column chunk is made with.
struct ChunkOptions {
  PageCodec codec = {};
  std::int64_t page_rows_max = 20'000;
  std::int64_t page_bytes_max = std::int64_t{1} << 20;
};

/// A data page that waits to be written.
struct FinishedPage {
  std::uint64_t offset = 0;  ///< in the chunk's data pages
  std::int32_t bytes = 0;    ///< compressed, with its header
  std::int64_t first_row = 0;
  std::int64_t entries = 0;
  std::int64_t nulls = 0;
  ::parquet::Encoding::type encoding = ::parquet::Encoding::PLAIN;
  std::optional<EncodedBounds> bounds;
};

/// One leaf column of one row group: cuts entries into pages, encodes and compresses them, and keeps them.
///
/// Order: Append* Finish, then the pages. Threads: one at a time.
class ColumnChunk {
 public:
  /// Borrows `column`, `bloom` (which may be nullptr) and `pool`.
  static core::Result<std::unique_ptr<ColumnChunk>> Make(const ::parquet::ColumnDescriptor& column,
                                                         const ColumnLayout& layout, const ChunkOptions& options,
                                                         ::parquet::BloomFilter* bloom, arrow::MemoryPool* pool);

  core::Status Append(const LeafColumn& leaf, PageCompressor& compressor);
  /// End the last page and make the dictionary's.
  core::Status Finish(PageCompressor& compressor);

  /// Encoded bytes so far, the page at hand and the dictionary with them.
  std::int64_t encoded_bytes() const;
  std::int64_t entries() const { return entries_; }
  std::int64_t nulls() const { return nulls_; }
  /// Rows that are NULL down to the outermost list; `nulls` where there is none.
  std::int64_t null_rows() const { return list_level_ < 0 ? nulls_ : null_rows_; }
  const std::vector<FinishedPage>& pages() const { return pages_; }
  std::optional<EncodedBounds> bounds() const { return values_->bounds(); }
  bool has_nan() const { return values_->has_nan(); }
  /// The dictionary's page, empty when there is none, and the data pages; both with their headers.
  PageStore& dictionary() { return dictionary_; }
  PageStore& data() { return data_; }
  /// Bytes of all pages with their headers, as they stand in the file.
  std::int64_t bytes() const { return static_cast<std::int64_t>(dictionary_.size() + data_.size()); }
  /// Bytes of all pages before they were compressed, with their headers.
  std::int64_t bytes_before_codec() const { return bytes_before_codec_; }

 private:
  ColumnChunk(const ::parquet::ColumnDescriptor& column, const ChunkOptions& options,
              std::unique_ptr<ColumnValues> values, arrow::MemoryPool* pool);

  struct Piece {  // of a leaf, to go to one page
    std::int64_t entries;
    std::int64_t rows;
    std::int64_t slots;
  };
  Piece NextPiece(const LeafColumn& leaf, std::int64_t entry, std::int64_t slot) const;
  Piece NextRows(const LeafColumn& leaf, std::int64_t entry) const;
  core::Status EndPage(PageCompressor& compressor);
  core::Result<std::int32_t> Store(const encoding::ByteBuffer& body, bool dictionary, std::int64_t entries,
                                   ::parquet::Encoding::type encoding, PageCompressor& compressor, PageStore& store);

  ChunkOptions options_;
  std::unique_ptr<ColumnValues> values_;
  std::int16_t list_level_;  // the definition level of an empty outermost list; -1 where there is none
  PageLevels levels_;
  encoding::ByteBuffer body_;
  encoding::ByteBuffer header_;
  PageStore dictionary_;
  PageStore data_;
  std::vector<FinishedPage> pages_;
  std::int64_t entries_ = 0;
  std::int64_t nulls_ = 0;
  std::int64_t null_rows_ = 0;
  std::int64_t rows_ = 0;  // in pages that are finished
  std::int64_t page_rows_ = 0;
  std::int64_t page_nulls_ = 0;
  std::int64_t encoded_ = 0;
  std::int64_t bytes_before_codec_ = 0;
};

}  // namespace sluice::parquet

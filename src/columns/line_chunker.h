#pragma once

#include <arrow/type_fwd.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "columns/reject.h"
#include "core/result.h"
#include "storage/byte_stream.h"

namespace sluice::columns {

/// One record's place in its chunk.
struct RecordSpan {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;   ///< its line end not included
  std::uint32_t line = 0;  ///< line ends in the chunk before it
};

/// Whole records of an input, and where they are in it. kTextPadding zero bytes are readable behind `text()`.
struct TextChunk {
  std::shared_ptr<arrow::Buffer> buffer = {};
  std::size_t size = 0;
  std::uint64_t offset = 0;              ///< of the first byte in the input
  std::uint64_t stored_bytes_read = 0;   ///< ByteStream::stored_bytes_read after reading it
  bool first = false;                    ///< the input begins with it
  std::vector<RecordSpan> records = {};  ///< filled by the chunker, or by FindLines
  std::uint64_t lines = 0;               ///< line ends in the chunk; filled with `records`
  /// The chunk holds the first bytes of one record that is longer than the limit; `oversized_bytes` is its true length.
  std::uint64_t oversized_bytes = 0;

  std::string_view text() const;
};

/// Make each line of a chunk a record: CR before LF cut off, lines of nothing but spaces and tabs left out. Does
/// nothing to an oversized chunk. Apart from the chunker, so that it runs in the chunk's own task.
void FindLines(TextChunk& chunk);

/// The reject of a record; its line counts from 0 at the chunk's begin.
Reject RejectOf(const TextChunk& chunk, const RecordSpan& span, const std::string& source, std::string column,
                std::string reason);

struct LineChunkerOptions {
  std::size_t chunk_bytes = std::size_t{4} << 20;        ///< a chunk is cut after the last line end in so many bytes
  std::size_t record_bytes_max = std::size_t{64} << 20;  ///< a longer line becomes an oversized chunk
};

/// Cuts an input into chunks of whole lines. A UTF-8 byte order mark is skipped.
///
/// Threads: one at a time. The cuts depend on the bytes and the options only. Limits: one chunk, and no more than
/// `record_bytes_max` of a line, is held.
class LineChunker {
 public:
  LineChunker(std::unique_ptr<storage::ByteStream> stream, LineChunkerOptions options, arrow::MemoryPool* pool);
  /// The next lines; nullopt at the end of the input.
  core::Result<std::optional<TextChunk>> Next();

 private:
  core::Status Fill(std::size_t bytes);
  core::Status FillToLineEnd();
  core::Result<TextChunk> CutAt(std::size_t end);
  core::Result<TextChunk> CutOversized();

  std::unique_ptr<storage::ByteStream> stream_;
  LineChunkerOptions options_;
  arrow::MemoryPool* pool_;
  std::shared_ptr<arrow::ResizableBuffer> buffer_;
  std::size_t filled_ = 0;
  std::size_t line_end_ = 0;  // one past the last line end in the buffer; 0 = none
  std::uint64_t offset_ = 0;  // of the buffer in the input
  bool first_ = true;
  bool stream_ended_ = false;
};

}  // namespace sluice::columns

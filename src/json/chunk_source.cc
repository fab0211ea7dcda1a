#include "json/chunk_source.h"

#include <arrow/buffer.h>

#include <algorithm>
#include <utility>

#include "columns/text_buffer.h"
#include "json/document_outline.h"
#include "json/document_splitter.h"
#include "json/nesting_scanner.h"
#include "storage/input_stream.h"
#include "storage/memory_stream.h"

namespace sluice::json {

namespace {

/// Bytes looked at to tell lines from a document.
constexpr std::size_t kSampleBytes = 64 * 1024;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kSpace = " \t\r\n";

class LineSource final : public ChunkSource {
 public:
  LineSource(std::unique_ptr<storage::ByteStream> stream, const JsonOptions& options, arrow::MemoryPool* pool)
      : chunker_(std::move(stream), {.chunk_bytes = options.chunk_bytes, .record_bytes_max = options.record_bytes_max},
                 pool) {}
  core::Result<std::optional<columns::TextChunk>> Next() override { return chunker_.Next(); }
  bool by_lines() const override { return true; }

 private:
  columns::LineChunker chunker_;
};

/// The array inside a document held in memory.
class RecordsSource final : public ChunkSource {
 public:
  RecordsSource(std::unique_ptr<DocumentSplitter> array, std::string inherited, std::uint64_t stored_bytes)
      : array_(std::move(array)), inherited_(std::move(inherited)), stored_bytes_(stored_bytes) {}
  core::Result<std::optional<columns::TextChunk>> Next() override {
    SLUICE_ASSIGN_OR_RETURN(std::optional<columns::TextChunk> chunk, array_->Next());
    if (chunk) chunk->stored_bytes_read = stored_bytes_;
    return chunk;
  }
  std::string_view inherited() const override { return inherited_; }
  bool by_lines() const override { return false; }

 private:
  std::unique_ptr<DocumentSplitter> array_;
  std::string inherited_;
  std::uint64_t stored_bytes_;
};

core::Result<std::size_t> ReadAll(storage::ByteStream& stream, arrow::ResizableBuffer& buffer, std::size_t bytes_max,
                                  const std::string& source) {
  std::size_t filled = 0;
  for (std::size_t room = std::min(kSampleBytes, bytes_max + 1);; room = std::min(room * 2, bytes_max + 1)) {
    SLUICE_TRY(columns::GrowTextBuffer(buffer, room));
    char* data = reinterpret_cast<char*>(buffer.mutable_data());
    SLUICE_ASSIGN_OR_RETURN(const std::size_t read, stream.Read({data + filled, room - filled}));
    const bool ended = read < room - filled;
    filled += read;
    if (ended) return filled;
    if (filled > bytes_max) {
      return core::LimitExceeded(source + ": the document is larger than " + std::to_string(bytes_max >> 20) + " MiB")
          .WithHint("a document with `records` is held in memory; a top-level array or NDJSON of any size is not");
    }
  }
}

core::Result<std::unique_ptr<ChunkSource>> OpenRecords(std::unique_ptr<storage::ByteStream> stream,
                                                       const std::string& source, const JsonOptions& options,
                                                       const std::string& records, arrow::MemoryPool* pool) {
  SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::ResizableBuffer> buffer, columns::NewTextBuffer(0, pool));
  SLUICE_ASSIGN_OR_RETURN(const std::size_t size, ReadAll(*stream, *buffer, options.document_bytes_max, source));
  columns::PadText(*buffer, size);
  char* data = reinterpret_cast<char*>(buffer->mutable_data());
  // Blanked rather than cut off, so that offsets stay those of the input.
  if (std::string_view(data, size).starts_with(kByteOrderMark)) std::fill_n(data, kByteOrderMark.size(), ' ');
  const std::string_view document(data, size);
  SLUICE_ASSIGN_OR_RETURN(DocumentOutline outline, OutlineDocument(document, source, records));
  const auto lines =
      std::count(document.begin(), document.begin() + static_cast<std::ptrdiff_t>(outline.array_begin), '\n');
  const std::string_view array = document.substr(outline.array_begin, outline.array_end - outline.array_begin);
  auto splitter = std::make_unique<DocumentSplitter>(
      storage::StreamFromMemory(array, buffer), source, options,
      InputPosition{.offset = outline.array_begin, .lines = static_cast<std::uint64_t>(lines)}, pool);
  return std::make_unique<RecordsSource>(std::move(splitter), std::move(outline.inherited),
                                         stream->stored_bytes_read());
}

/// NDJSON shows by its first line: a whole object, and more behind it.
bool LooksLikeLines(std::string_view sample) {
  if (sample.starts_with(kByteOrderMark)) sample.remove_prefix(kByteOrderMark.size());
  sample.remove_prefix(std::min(sample.find_first_not_of(kSpace), sample.size()));
  if (sample.empty()) return true;
  if (sample.front() != '{') return false;
  const std::string_view line = sample.substr(0, sample.find('\n'));
  if (line.size() == sample.size()) return false;
  NestingScanner scanner;
  std::size_t end = 0;
  if (scanner.Scan(line.data(), end, line.size()) != NestingScanner::Stop::kBalanced) return false;
  return line.find_first_not_of(kSpace, end) == std::string_view::npos &&
         sample.find_first_not_of(kSpace, line.size()) != std::string_view::npos;
}

}  // namespace

core::Result<std::unique_ptr<ChunkSource>> OpenChunks(std::unique_ptr<storage::ByteStream> stream,
                                                      const std::string& source, const JsonOptions& options,
                                                      const std::string& records, arrow::MemoryPool* pool) {
  if (!records.empty() && options.layout == Layout::kLines) {
    return core::ConfigurationError(source + ": `records` applies to a single JSON document, not to lines")
        .WithHint("take `records` out of the schema file, or give --format json");
  }
  if (!records.empty()) return OpenRecords(std::move(stream), source, options, records, pool);
  bool by_lines = options.layout == Layout::kLines;
  if (options.layout == Layout::kAuto) {
    SLUICE_ASSIGN_OR_RETURN(storage::PeekedStream peeked, storage::Peek(std::move(stream), kSampleBytes));
    by_lines = LooksLikeLines(peeked.head);
    stream = std::move(peeked.stream);
  }
  if (by_lines) return std::make_unique<LineSource>(std::move(stream), options, pool);
  return std::make_unique<DocumentSplitter>(std::move(stream), source, options, InputPosition{}, pool);
}

}  // namespace sluice::json

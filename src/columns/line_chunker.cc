#include "columns/line_chunker.h"

#include <arrow/buffer.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "columns/text_buffer.h"

namespace sluice::columns {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool IsBlank(std::string_view line) { return line.find_first_not_of(" \t\r") == std::string_view::npos; }

}  // namespace

std::string_view TextChunk::text() const { return {reinterpret_cast<const char*>(buffer->data()), size}; }

void FindLines(TextChunk& chunk) {
  if (chunk.oversized_bytes > 0) return;
  const std::string_view text = chunk.text();
  chunk.records.reserve(text.size() / 128);
  std::uint32_t line = 0;
  for (std::size_t begin = 0; begin < text.size(); ++line) {
    const void* found = std::memchr(text.data() + begin, '\n', text.size() - begin);
    const std::size_t line_end =
        found == nullptr ? text.size() : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
    chunk.lines += found == nullptr ? 0 : 1;
    std::size_t end = line_end;
    if (found != nullptr && end > begin && text[end - 1] == '\r') --end;
    // Most lines show by their first byte that they are not blank.
    if (end > begin && (static_cast<unsigned char>(text[begin]) > ' ' || !IsBlank(text.substr(begin, end - begin)))) {
      chunk.records.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), line});
    }
    begin = line_end + 1;
  }
}

Reject RejectOf(const TextChunk& chunk, const RecordSpan& span, const std::string& source, std::string column,
                std::string reason) {
  const std::size_t kept = std::min<std::size_t>(span.end - span.begin, kRejectTextBytesMax);
  return {.source = source,
          .line = span.line,
          .byte_begin = chunk.offset + span.begin,
          .byte_end = chunk.offset + (chunk.oversized_bytes > 0 ? chunk.oversized_bytes : span.end),
          .column = std::move(column),
          .reason = std::move(reason),
          .text = std::string(chunk.text().substr(span.begin, kept))};
}

LineChunker::LineChunker(std::unique_ptr<storage::ByteStream> stream, LineChunkerOptions options,
                         arrow::MemoryPool* pool)
    : stream_(std::move(stream)), options_(options), pool_(pool) {}

core::Status LineChunker::Fill(std::size_t bytes) {
  if (buffer_ == nullptr) {
    SLUICE_ASSIGN_OR_RETURN(buffer_, NewTextBuffer(bytes, pool_));
  }
  SLUICE_TRY(GrowTextBuffer(*buffer_, bytes));
  char* data = reinterpret_cast<char*>(buffer_->mutable_data());
  SLUICE_ASSIGN_OR_RETURN(const std::size_t read, stream_->Read({data + filled_, bytes - filled_}));
  stream_ended_ = filled_ + read < bytes;
  const void* newline = memrchr(data + filled_, '\n', read);
  if (newline != nullptr) line_end_ = static_cast<std::size_t>(static_cast<const char*>(newline) - data) + 1;
  filled_ += read;
  return core::Ok();
}

core::Status LineChunker::FillToLineEnd() {
  const std::size_t limit = options_.record_bytes_max + 1;
  while (!stream_ended_ && line_end_ == 0 && filled_ < limit) {
    const std::size_t wanted = filled_ < options_.chunk_bytes ? options_.chunk_bytes : filled_ * 2;
    SLUICE_TRY(Fill(std::max<std::size_t>(std::min(wanted, limit), filled_ + 1)));
  }
  return core::Ok();
}

core::Result<std::optional<TextChunk>> LineChunker::Next() {
  SLUICE_TRY(FillToLineEnd());
  std::size_t end = line_end_;
  if (end == 0 && filled_ > options_.record_bytes_max) {
    SLUICE_ASSIGN_OR_RETURN(TextChunk chunk, CutOversized());
    return std::optional<TextChunk>(std::move(chunk));
  }
  if (stream_ended_) end = filled_;
  if (end == 0) return std::optional<TextChunk>();
  SLUICE_ASSIGN_OR_RETURN(TextChunk chunk, CutAt(end));
  return std::optional<TextChunk>(std::move(chunk));
}

core::Result<TextChunk> LineChunker::CutAt(std::size_t end) {
  TextChunk chunk{.buffer = buffer_,
                  .size = end,
                  .offset = offset_,
                  .stored_bytes_read = stream_->stored_bytes_read(),
                  .first = std::exchange(first_, false)};
  const std::size_t rest = filled_ - end;
  SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::ResizableBuffer> next,
                          NewTextBuffer(std::max(options_.chunk_bytes, rest), pool_));
  std::memcpy(next->mutable_data(), buffer_->data() + end, rest);
  PadText(*buffer_, end);
  buffer_ = std::move(next);
  filled_ = rest;
  line_end_ = 0;
  offset_ += end;
  // The mark counts as bytes of the input, not of its first line.
  if (chunk.first && chunk.text().starts_with(kByteOrderMark)) {
    chunk.buffer = arrow::SliceBuffer(chunk.buffer, static_cast<std::int64_t>(kByteOrderMark.size()));
    chunk.size -= kByteOrderMark.size();
    chunk.offset += kByteOrderMark.size();
  }
  return chunk;
}

core::Result<TextChunk> LineChunker::CutOversized() {
  const std::uint64_t begin = offset_;
  std::string kept(reinterpret_cast<const char*>(buffer_->data()), std::min(filled_, kRejectTextBytesMax));
  while (!stream_ended_ && line_end_ == 0) {
    offset_ += filled_;
    filled_ = 0;
    SLUICE_TRY(Fill(options_.chunk_bytes));
  }
  const bool has_line_end = line_end_ != 0;
  std::size_t line_bytes = filled_;
  if (has_line_end) {
    const std::string_view text(reinterpret_cast<const char*>(buffer_->data()), filled_);
    line_bytes = text.find('\n');
  }
  const std::uint64_t length = offset_ + line_bytes - begin;
  SLUICE_ASSIGN_OR_RETURN(TextChunk chunk, CutAt(std::min(filled_, line_bytes + (has_line_end ? 1 : 0))));
  // What follows the long line stays for the next chunk; whether it holds a line end must be found out again.
  const void* newline = memrchr(buffer_->data(), '\n', filled_);
  if (newline != nullptr) {
    line_end_ = static_cast<std::size_t>(static_cast<const std::uint8_t*>(newline) - buffer_->data()) + 1;
  }
  SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::ResizableBuffer> text, NewTextBuffer(kept.size(), pool_));
  std::memcpy(text->mutable_data(), kept.data(), kept.size());
  PadText(*text, kept.size());
  chunk.buffer = std::move(text);
  chunk.size = kept.size();
  chunk.offset = begin;
  chunk.oversized_bytes = length;
  chunk.lines = has_line_end ? 1 : 0;
  chunk.records = {{0, static_cast<std::uint32_t>(kept.size()), 0}};
  return chunk;
}

}  // namespace sluice::columns

#include "csv/chunk_splitter.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "columns/reject.h"
#include "csv/quote_machine.h"
#include "schema/arrow_error.h"

namespace sluice::csv {
namespace {

constexpr std::size_t kSkipBytes = std::size_t{64} << 10;

bool EndsLine(char byte) { return byte == '\n' || byte == '\r'; }

}  // namespace

ChunkSplitter::ChunkSplitter(std::unique_ptr<storage::ByteStream> stream, SplitterOptions options, BufferPool& buffers,
                             const ScanKernel& kernel)
    : stream_(std::move(stream)), options_(options), buffers_(buffers), kernel_(kernel) {}

core::Status ChunkSplitter::Grow(std::size_t bytes) {
  if (buffer_ == nullptr) {
    SLUICE_ASSIGN_OR_RETURN(buffer_, buffers_.Take(bytes));
  } else if (bytes > capacity_) {
    SLUICE_TRY(buffer_->Resize(static_cast<std::int64_t>(bytes + kScanPadding), /*shrink_to_fit=*/false));
  }
  capacity_ = static_cast<std::size_t>(buffer_->size()) - kScanPadding;
  return core::Ok();
}

/// Have `bytes` in the buffer, fewer at the end only.
core::Status ChunkSplitter::Fill(std::size_t bytes) {
  if (!started_) bytes = std::max(bytes, std::size_t{3});  // a byte order mark
  SLUICE_TRY(Grow(bytes));
  char* const text = reinterpret_cast<char*>(buffer_->mutable_data());
  if (filled_ < bytes && !ended_) {
    SLUICE_ASSIGN_OR_RETURN(const std::size_t read, stream_->Read({text + filled_, bytes - filled_}));
    filled_ += read;
    ended_ = filled_ < bytes;
  }
  std::memset(text + filled_, 0, kScanPadding);
  if (std::exchange(started_, true)) return core::Ok();
  SkipByteOrderMark();
  return Fill(bytes);  // in its place
}

void ChunkSplitter::SkipByteOrderMark() {
  char* const text = reinterpret_cast<char*>(buffer_->mutable_data());
  if (filled_ < 3 || std::memcmp(text, "\xEF\xBB\xBF", 3) != 0) return;
  std::memmove(text, text + 3, filled_ - 3 + kScanPadding);
  filled_ -= 3;
  offset_ = 3;
}

core::Result<std::string_view> ChunkSplitter::Peek(std::size_t bytes) {
  SLUICE_TRY(Fill(bytes));
  return std::string_view(reinterpret_cast<const char*>(buffer_->data()), filled_);
}

void ChunkSplitter::FindCutByteWise(std::size_t size, Cut* cut) const {
  const char* const text = reinterpret_cast<const char*>(buffer_->data());
  QuoteMachine machine(dialect_);
  LineCount lines;
  const std::uint64_t lines_before = cut->lines;
  for (std::size_t i = cut->end; i < size; ++i) {
    lines.Take(text[i]);
    if (machine.Step(text[i]) != QuoteMachine::Event::kRecordEnd) continue;
    if (text[i] == '\r' && i + 1 < size && text[i + 1] == '\n') lines.Take(text[++i]);
    cut->end = i + 1;
    cut->lines = lines_before + lines.lines();
    ++cut->records;
  }
}

/// Cut the first `size` bytes; `last`: the input ends there.
ChunkSplitter::Cut ChunkSplitter::FindCut(std::size_t size, bool last) const {
  const char* const text = reinterpret_cast<const char*>(buffer_->data());
  if (!last && text[size - 1] == '\r') --size;  // it may be half of a CRLF
  Cut cut;
  if (dialect_.escape == '\0') {
    const CutScan scan = kernel_.find_cut(dialect_, text, size);
    cut = {scan.end, scan.lines, scan.records, scan.regular};
    if (scan.regular && !(last && scan.open)) return cut;
  }
  cut.regular = false;
  FindCutByteWise(size, &cut);
  return cut;
}

core::Result<Chunk> ChunkSplitter::Emit(const Cut& cut) {
  Chunk chunk{.buffer = std::move(buffer_),
              .end = cut.end,
              .offset = offset_,
              .first_line = line_,
              .stored_bytes_read = stream_->stored_bytes_read(),
              .records_max = cut.records,
              .regular = cut.regular,
              .first = std::exchange(first_, false)};
  const std::size_t rest = filled_ - cut.end;
  offset_ += cut.end;
  line_ += cut.lines;
  buffer_ = nullptr;
  capacity_ = 0;
  filled_ = 0;
  if (rest > 0) {
    SLUICE_TRY(Grow(std::max(rest, options_.chunk_bytes)));
    std::memcpy(buffer_->mutable_data(), chunk.text() + cut.end, rest);
    filled_ = rest;
  }
  return chunk;
}

/// The record that fills the buffer goes on behind the limit: find its end, keep its start.
core::Result<Chunk> ChunkSplitter::EmitOversized() {
  const std::size_t kept = std::min(filled_, columns::kRejectTextBytesMax);
  SLUICE_ASSIGN_OR_RETURN(BufferPool::Buffer start, buffers_.Take(kept));
  std::memcpy(start->mutable_data(), buffer_->data(), kept);
  Chunk chunk{.buffer = std::move(start),
              .end = kept,
              .offset = offset_,
              .first_line = line_,
              .records_max = 1,
              .first = std::exchange(first_, false)};
  QuoteMachine machine(dialect_);
  LineCount lines;
  std::size_t at = 0;
  while (!FindRecordEnd(&machine, &lines, &at)) {
    chunk.oversized_bytes += filled_;
    offset_ += filled_;
    filled_ = 0;
    at = 0;
    if (ended_) break;
    SLUICE_TRY(Fill(std::max(options_.chunk_bytes, kSkipBytes)));
  }
  chunk.oversized_bytes += at;
  SLUICE_TRY(DropThroughLineEnd(at));
  line_ += lines.lines();
  chunk.stored_bytes_read = stream_->stored_bytes_read();
  return chunk;
}

bool ChunkSplitter::FindRecordEnd(QuoteMachine* machine, LineCount* lines, std::size_t* at) const {
  const char* const text = reinterpret_cast<const char*>(buffer_->data());
  for (; *at < filled_; ++*at) {
    lines->Take(text[*at]);
    if (machine->Step(text[*at]) == QuoteMachine::Event::kRecordEnd) return true;
  }
  return false;
}

/// Drop the first `end` bytes and the line end behind them.
core::Status ChunkSplitter::DropThroughLineEnd(std::size_t end) {
  if (end == filled_) return core::Ok();
  if (end + 1 == filled_ && !ended_) SLUICE_TRY(Fill(filled_ + 1));
  char* const text = reinterpret_cast<char*>(buffer_->mutable_data());
  const bool crlf = text[end] == '\r' && end + 1 < filled_ && text[end + 1] == '\n';
  const std::size_t dropped = end + (crlf ? 2 : 1);
  offset_ += dropped;
  filled_ -= dropped;
  std::memmove(text, text + dropped, filled_ + kScanPadding);
  return core::Ok();
}

core::Result<std::optional<Chunk>> ChunkSplitter::Next() {
  std::size_t target = options_.chunk_bytes;
  while (true) {
    SLUICE_TRY(Fill(target));
    if (filled_ == 0) return std::optional<Chunk>();
    const std::size_t size = std::min(filled_, target);
    if (ended_ && size == filled_) break;
    const Cut cut = FindCut(size, /*last=*/false);
    if (cut.end > 0) {
      SLUICE_ASSIGN_OR_RETURN(Chunk chunk, Emit(cut));
      return std::optional<Chunk>(std::move(chunk));
    }
    if (size > options_.record_bytes_max + 1) {
      SLUICE_ASSIGN_OR_RETURN(Chunk chunk, EmitOversized());
      return std::optional<Chunk>(std::move(chunk));
    }
    target = std::min(size * 2, std::max(size, options_.record_bytes_max) + 2);
  }
  SLUICE_ASSIGN_OR_RETURN(Chunk chunk, EmitLast());
  return std::optional<Chunk>(std::move(chunk));
}

/// All that is left. The last line may lack its end: then one is added, so that all records look alike.
core::Result<Chunk> ChunkSplitter::EmitLast() {
  SLUICE_TRY(Grow(filled_ + 1));
  char* const text = reinterpret_cast<char*>(buffer_->mutable_data());
  const bool add = !EndsLine(text[filled_ - 1]);
  if (add) text[filled_++] = '\n';
  std::memset(text + filled_, 0, kScanPadding);
  Cut cut = FindCut(filled_, /*last=*/true);
  if (cut.end < filled_) ++cut.records;  // quotes are open: the rest is one record
  cut.end = filled_;
  SLUICE_ASSIGN_OR_RETURN(Chunk chunk, Emit(cut));
  chunk.added_line_end = add;
  return chunk;
}

}  // namespace sluice::csv

#include "json/document_splitter.h"

#include <arrow/buffer.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "columns/reject.h"
#include "columns/text_buffer.h"

namespace sluice::json {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

}  // namespace

DocumentSplitter::DocumentSplitter(std::unique_ptr<storage::ByteStream> stream, std::string source,
                                   const JsonOptions& options, InputPosition begin, arrow::MemoryPool* pool)
    : stream_(std::move(stream)),
      source_(std::move(source)),
      options_(options),
      pool_(pool),
      offset_(begin.offset),
      lines_(begin.lines) {}

core::Error DocumentSplitter::Flaw(const std::string& what, std::size_t position) const {
  return core::Corruption(source_ + ": line " + std::to_string(lines() + 1) + ", byte " +
                          std::to_string(offset_ + position) + ": " + what);
}

core::Result<std::optional<columns::TextChunk>> DocumentSplitter::Next() {
  while (true) {
    if (position_ == filled_ && !stream_ended_) SLUICE_TRY(Fill());
    SLUICE_TRY(Scan());
    if (oversized_ && oversized_->end > 0) {
      SLUICE_ASSIGN_OR_RETURN(columns::TextChunk chunk, CutOversized());
      return std::optional<columns::TextChunk>(std::move(chunk));
    }
    if (!records_.empty()) {
      SLUICE_ASSIGN_OR_RETURN(columns::TextChunk chunk, Cut());
      return std::optional<columns::TextChunk>(std::move(chunk));
    }
    if (stream_ended_) {
      SLUICE_TRY(CheckEnd());
      return std::optional<columns::TextChunk>();
    }
  }
}

core::Status DocumentSplitter::Fill() {
  std::size_t room = options_.chunk_bytes;
  if (state_ == State::kInRecord) {
    if (oversized_ || filled_ - record_begin_ > options_.record_bytes_max) {
      BeginSkipping();
    } else if (record_begin_ > 0) {
      SLUICE_TRY(Carry(record_begin_));
    }
    if (filled_ >= room / 2) room = filled_ * 2;
  } else {
    SLUICE_TRY(Carry(filled_));
  }
  room = std::max(room, filled_ + kByteOrderMark.size());
  if (buffer_ == nullptr) {
    SLUICE_ASSIGN_OR_RETURN(buffer_, columns::NewTextBuffer(room, pool_));
  }
  SLUICE_TRY(columns::GrowTextBuffer(*buffer_, room));
  char* data = reinterpret_cast<char*>(buffer_->mutable_data());
  SLUICE_ASSIGN_OR_RETURN(const std::size_t read, stream_->Read({data + filled_, room - filled_}));
  stream_ended_ = read < room - filled_;
  filled_ += read;
  if (offset_ == 0 && position_ == 0 && state_ == State::kStart &&
      std::string_view(data, filled_).starts_with(kByteOrderMark)) {
    position_ = kByteOrderMark.size();
  }
  return core::Ok();
}

/// Begin a new buffer with the bytes behind `from`, all of which are scanned or belong to the record being scanned.
core::Status DocumentSplitter::Carry(std::size_t from) {
  if (buffer_ == nullptr) return core::Ok();
  const std::size_t rest = filled_ - from;
  SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::ResizableBuffer> next,
                          columns::NewTextBuffer(std::max(options_.chunk_bytes, rest), pool_));
  std::memcpy(next->mutable_data(), buffer_->data() + from, rest);
  buffer_ = std::move(next);
  filled_ = rest;
  position_ -= from;
  record_begin_ -= std::min(from, record_begin_);
  offset_ += from;
  return core::Ok();
}

void DocumentSplitter::BeginSkipping() {
  if (!oversized_) {
    const char* record = reinterpret_cast<const char*>(buffer_->data()) + record_begin_;
    oversized_.emplace();
    oversized_->kept.assign(record, std::min(filled_ - record_begin_, columns::kRejectTextBytesMax));
    oversized_->begin = offset_ + record_begin_;
    oversized_->line = static_cast<std::uint32_t>(lines_ - chunk_lines_);
  }
  offset_ += filled_;
  filled_ = position_ = record_begin_ = 0;
}

core::Status DocumentSplitter::Scan() {
  const char* text = reinterpret_cast<const char*>(buffer_->data());
  while (position_ < filled_ && !(oversized_ && oversized_->end > 0)) {
    if (state_ == State::kInRecord) {
      SLUICE_TRY(ScanRecord());
      continue;
    }
    const char c = text[position_];
    if (IsSpace(c)) {
      lines_ += c == '\n' ? 1 : 0;
      ++position_;
    } else {
      SLUICE_TRY(ScanBetween(c));
    }
  }
  return core::Ok();
}

core::Status DocumentSplitter::ScanBetween(char c) {
  switch (state_) {
    case State::kStart: return ScanStart(c);
    case State::kBetweenObjects:
      if (c != '{') return Flaw("trailing data after the document", position_);
      BeginRecord();
      return core::Ok();
    case State::kAfterArray: return Flaw("trailing data after the document", position_);
    case State::kAfterOpening:
      if (c == ']') {
        ++position_;
        state_ = State::kAfterArray;
        return core::Ok();
      }
      break;
    default: break;
  }
  if (c == ',' || c == ']' || c == '}' || c == ':') {
    return Flaw(std::string("'") + c + "' where a record is expected", position_);
  }
  BeginRecord();
  return core::Ok();
}

core::Status DocumentSplitter::ScanStart(char c) {
  array_ = c == '[';
  if (array_) {
    ++position_;
    state_ = State::kAfterOpening;
    return core::Ok();
  }
  if (c != '{') {
    return Flaw("an object or an array of objects is expected", position_)
        .WithHint("if this is no JSON, say what it is with --format");
  }
  BeginRecord();
  return core::Ok();
}

void DocumentSplitter::BeginRecord() {
  state_ = State::kInRecord;
  record_begin_ = position_;
  scanner_ = {};
}

core::Status DocumentSplitter::ScanRecord() {
  const char* text = reinterpret_cast<const char*>(buffer_->data());
  const NestingScanner::Stop stop = scanner_.Scan(text, position_, filled_);
  switch (stop) {
    case NestingScanner::Stop::kNeedMore: return core::Ok();
    case NestingScanner::Stop::kMismatch:
      return Flaw(std::string("'") + text[position_] + "' closes a bracket of the other kind", position_);
    case NestingScanner::Stop::kBalanced:
      if (!array_) EndRecord(position_);
      return core::Ok();
    case NestingScanner::Stop::kCloser:
      if (text[position_] != ']') return Flaw("'}' where ',' or ']' is expected", position_);
      break;
    case NestingScanner::Stop::kSeparator:
      if (text[position_] == ':') return Flaw("':' outside an object", position_);
      break;
  }
  const bool last = text[position_] == ']';
  EndRecord(position_++);
  state_ = last ? State::kAfterArray : State::kAfterComma;
  return core::Ok();
}

void DocumentSplitter::EndRecord(std::size_t end) {
  const char* text = reinterpret_cast<const char*>(buffer_->data());
  while (end > record_begin_ && IsSpace(text[end - 1])) --end;
  if (oversized_) {
    oversized_->end = offset_ + end;
  } else {
    records_.push_back({static_cast<std::uint32_t>(record_begin_), static_cast<std::uint32_t>(end),
                        static_cast<std::uint32_t>(lines_ - chunk_lines_)});
  }
  lines_ += scanner_.lines();
  scanner_ = {};
  state_ = array_ ? State::kAfterComma : State::kBetweenObjects;
}

core::Status DocumentSplitter::CheckEnd() const {
  if (state_ == State::kInRecord) {
    return Flaw("the input ends inside the record that begins at line " + std::to_string(lines_ + 1) + ", byte " +
                    std::to_string(oversized_ ? oversized_->begin : offset_ + record_begin_),
                filled_);
  }
  if (state_ == State::kAfterOpening || state_ == State::kAfterComma) {
    return Flaw("the input ends before the array is closed", filled_);
  }
  return core::Ok();
}

core::Result<columns::TextChunk> DocumentSplitter::Cut() {
  columns::TextChunk chunk;
  chunk.size = records_.back().end;
  chunk.offset = offset_;
  chunk.stored_bytes_read = stream_->stored_bytes_read();
  chunk.first = std::exchange(first_, false);
  chunk.records = std::exchange(records_, {});
  // Line ends behind the last record are counted here too: the next chunk begins where scanning, or its record, is.
  chunk.lines = lines_ - std::exchange(chunk_lines_, lines_);
  const std::shared_ptr<arrow::ResizableBuffer> text = buffer_;
  SLUICE_TRY(Carry(state_ == State::kInRecord ? record_begin_ : position_));
  columns::PadText(*text, chunk.size);
  chunk.buffer = text;
  return chunk;
}

core::Result<columns::TextChunk> DocumentSplitter::CutOversized() {
  const OversizedRecord record = *std::exchange(oversized_, std::nullopt);
  columns::TextChunk chunk;
  SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::ResizableBuffer> text,
                          columns::NewTextBuffer(record.kept.size(), pool_));
  std::memcpy(text->mutable_data(), record.kept.data(), record.kept.size());
  columns::PadText(*text, record.kept.size());
  chunk.buffer = std::move(text);
  chunk.size = record.kept.size();
  chunk.offset = record.begin;
  chunk.stored_bytes_read = stream_->stored_bytes_read();
  chunk.first = std::exchange(first_, false);
  chunk.oversized_bytes = record.end - record.begin;
  chunk.records = {{0, static_cast<std::uint32_t>(chunk.size), record.line}};
  chunk.lines = lines_ - std::exchange(chunk_lines_, lines_);
  SLUICE_TRY(Carry(position_));
  return chunk;
}

}  // namespace sluice::json

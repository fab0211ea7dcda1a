#include "csv/record_index.h"

#include <algorithm>

namespace sluice::csv {
namespace {

constexpr std::size_t kRecordsPerTile = 1000;
constexpr std::size_t kSeparatorsPerTile = std::size_t{16} * 1024;
constexpr std::size_t kBlock = 64;

}  // namespace

RecordIndex::RecordIndex(IndexOptions options, const ScanKernel& kernel)
    : options_(options), kernel_(kernel), machine_(options.dialect) {
  const std::size_t fields = options.columns != 0 ? options.columns : options.fields_max;
  scan_.separators_stop = std::max(kSeparatorsPerTile, 2 * fields + kBlock);
  scan_.records_stop = kRecordsPerTile;
  separators_.resize(scan_.separators_stop + 2 * kBlock);
  record_ends_.resize(scan_.records_stop + kBlock);
  scan_.separators = separators_.data();
  scan_.record_ends = record_ends_.data();
}

void RecordIndex::Start(const Chunk& chunk) {
  chunk_ = &chunk;
  scan_.text = chunk.text();
  scan_.size = chunk.end;
  scan_.position = chunk.begin;
  scan_.inside = 0;
  scan_.after_cr = 0;
  scan_.separator_count = 0;
  scan_.record_count = 0;
  machine_.Reset();
  taken_separators_ = 0;
  dropped_fields_ = 0;
  record_begin_ = static_cast<std::uint32_t>(chunk.begin);
}

bool RecordIndex::NextTile() {
  Discard();
  while (good_.empty() && faulty_.empty() && !at_end()) {
    Discard();
    while (scan_.record_count == 0 && !at_end()) {
      ShortenOpenRecord();
      if (chunk_->regular) {
        kernel_.find_fields(options_.dialect, &scan_);
      } else {
        FindFieldsByteWise();
      }
    }
    TakeRecords();
    if (at_end() && record_begin_ < scan_.size) TakeOpenRecord();
  }
  return !good_.empty() || !faulty_.empty();
}

/// Keep what belongs to the record that is not complete.
void RecordIndex::Discard() {
  std::copy(separators_.begin() + static_cast<std::ptrdiff_t>(taken_separators_),
            separators_.begin() + static_cast<std::ptrdiff_t>(scan_.separator_count), separators_.begin());
  scan_.separator_count -= taken_separators_;
  scan_.record_count = 0;
  taken_separators_ = 0;
  spoiled_.clear();
  good_.clear();
  faulty_.clear();
}

/// A record with too many fields is rejected: how many is all that must be known.
void RecordIndex::ShortenOpenRecord() {
  const std::size_t kept = (options_.columns != 0 ? options_.columns : options_.fields_max) + 1;
  if (scan_.separator_count <= kept) return;
  dropped_fields_ += scan_.separator_count - kept;
  scan_.separator_count = kept;
}

void RecordIndex::FindFieldsByteWise() {
  const char* const text = scan_.text;
  while (!at_end() && scan_.separator_count < scan_.separators_stop && scan_.record_count < scan_.records_stop) {
    const std::size_t at = scan_.position++;
    const QuoteMachine::Event event = machine_.Step(text[at]);
    if (event == QuoteMachine::Event::kNone) continue;
    separators_[scan_.separator_count++] = static_cast<std::uint32_t>(at);
    if (event == QuoteMachine::Event::kFieldEnd) continue;
    record_ends_[scan_.record_count++] = static_cast<std::uint32_t>(scan_.separator_count - 1);
    spoiled_.push_back(machine_.spoiled() ? 1 : 0);
    machine_.Reset();
    if (text[at] == '\r' && !at_end() && text[at + 1] == '\n') ++scan_.position;
  }
}

void RecordIndex::TakeRecords() {
  for (std::size_t i = 0; i < scan_.record_count; ++i) {
    const std::uint32_t end_separator = record_ends_[i];
    const std::uint32_t end = separators_[end_separator];
    const Record record{.begin = record_begin_,
                        .end = end,
                        .first_separator = static_cast<std::uint32_t>(taken_separators_),
                        .fields = static_cast<std::uint32_t>(end_separator + 1 - taken_separators_ + dropped_fields_)};
    TakeRecord(record, !spoiled_.empty() && spoiled_[i] != 0);
    dropped_fields_ = 0;
    taken_separators_ = end_separator + 1;
    const bool crlf = scan_.text[end] == '\r' && end + 1 < scan_.size && scan_.text[end + 1] == '\n';
    record_begin_ = end + (crlf ? 2 : 1);
  }
}

void RecordIndex::TakeRecord(const Record& record, bool spoiled) {
  if (record.fields == 1 && record.begin == record.end && options_.columns != 1) return;
  const Record::Fault fault = Judge(record, spoiled);
  if (fault == Record::Fault::kNone) [[likely]] {
    good_.push_back(record);
  } else {
    faulty_.push_back(record);
    faulty_.back().fault = fault;
  }
}

Record::Fault RecordIndex::Judge(const Record& record, bool spoiled) const {
  if (spoiled) return Record::Fault::kTextAfterQuote;
  const std::size_t size = record.end - record.begin;
  if (size > options_.record_bytes_max) return Record::Fault::kRecordLimit;
  if (options_.columns != 0 ? record.fields != options_.columns : record.fields > options_.fields_max) {
    return Record::Fault::kFieldCount;
  }
  if (size <= options_.field_bytes_max) [[likely]]
    return Record::Fault::kNone;
  std::size_t begin = record.begin;
  for (std::size_t i = 0; i < record.fields; ++i) {
    const std::size_t end = separators_[record.first_separator + i];
    if (end - begin > options_.field_bytes_max) return Record::Fault::kFieldLimit;
    begin = end + 1;
  }
  return Record::Fault::kNone;
}

void RecordIndex::TakeOpenRecord() {
  const auto end = static_cast<std::uint32_t>(scan_.size - (chunk_->added_line_end ? 1 : 0));
  faulty_.push_back(
      {.begin = record_begin_,
       .end = end,
       .fields = static_cast<std::uint32_t>(scan_.separator_count - taken_separators_ + dropped_fields_ + 1),
       .fault = Record::Fault::kOpenQuote});
  record_begin_ = static_cast<std::uint32_t>(scan_.size);
}

}  // namespace sluice::csv

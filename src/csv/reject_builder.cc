#include "csv/reject_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sluice::csv {

void RejectBuilder::Start(const Chunk& chunk) {
  chunk_ = &chunk;
  rejects_.clear();
}

std::string RejectBuilder::Reason(const Record& record) const {
  switch (record.fault) {
    case Record::Fault::kFieldCount:
      return fmt::format("{} {} where {} are expected", record.fields, record.fields == 1 ? "field" : "fields",
                         options_.columns);
    case Record::Fault::kTextAfterQuote: return "text after a closing quote";
    case Record::Fault::kOpenQuote: return "a quote that is not closed before the end of the input";
    case Record::Fault::kFieldLimit:
      return fmt::format("a field longer than {} bytes (--limit-field)", options_.field_bytes_max);
    case Record::Fault::kRecordLimit:
      return fmt::format("a record longer than {} bytes (--limit-record)", options_.record_bytes_max);
    case Record::Fault::kNone: break;
  }
  return "";
}

void RejectBuilder::Add(const Record& record) { Add(record, "", Reason(record)); }

void RejectBuilder::Add(const Record& record, std::string column, std::string reason) {
  const std::size_t shown = std::min<std::size_t>(record.end - record.begin, columns::kRejectTextBytesMax);
  rejects_.push_back({.source = source_,
                      .byte_begin = record.begin,
                      .byte_end = record.end,
                      .column = std::move(column),
                      .reason = std::move(reason),
                      .text = std::string(chunk_->text() + record.begin, shown)});
}

void RejectBuilder::AddOversized() {
  Add({.begin = 0, .end = static_cast<std::uint32_t>(chunk_->end), .fault = Record::Fault::kRecordLimit});
  rejects_.back().byte_end = chunk_->oversized_bytes;
}

std::vector<columns::Reject> RejectBuilder::Take() {
  const auto earlier = [](const auto& a, const auto& b) { return a.byte_begin < b.byte_begin; };
  if (!std::is_sorted(rejects_.begin(), rejects_.end(), earlier)) {
    std::sort(rejects_.begin(), rejects_.end(), earlier);
  }
  std::uint64_t line = chunk_->first_line;
  std::size_t counted = 0;
  for (columns::Reject& reject : rejects_) {
    const auto begin = static_cast<std::size_t>(reject.byte_begin);
    line += kernel_.count_line_ends(chunk_->text() + counted, begin - counted);
    counted = begin;
    reject.line = line;
    reject.byte_begin += chunk_->offset;
    reject.byte_end += chunk_->offset;
  }
  return std::exchange(rejects_, {});
}

}  // namespace sluice::csv

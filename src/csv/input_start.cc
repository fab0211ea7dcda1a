#include "csv/input_start.h"

#include <fmt/format.h>

#include <utility>

#include "csv/field_gather.h"
#include "csv/sniffer.h"

namespace sluice::csv {

InputStart::InputStart(std::unique_ptr<storage::ByteStream> stream, const CsvOptions& options, std::size_t chunks_max,
                       arrow::MemoryPool* pool)
    : options_(options),
      kernel_(BestKernel()),
      buffers_(options.chunk_bytes, chunks_max, pool),
      splitter_(std::move(stream), {options.chunk_bytes, options.record_bytes_max}, buffers_, kernel_) {}

IndexOptions InputStart::index_options() const {
  return {.dialect = dialect_,
          .fields_max = options_.columns_max,
          .field_bytes_max = options_.field_bytes_max,
          .record_bytes_max = options_.record_bytes_max};
}

core::Result<std::unique_ptr<InputStart>> InputStart::Open(std::unique_ptr<storage::ByteStream> stream,
                                                           const CsvOptions& options, const schema::TableSpec* spec,
                                                           std::size_t chunks_max, arrow::MemoryPool* pool) {
  SLUICE_TRY(options.Validate());
  std::unique_ptr<InputStart> start(new InputStart(std::move(stream), options, chunks_max, pool));
  SLUICE_ASSIGN_OR_RETURN(const std::string_view head, start->splitter_.Peek(kSniffBytes));
  Sniffed sniffed = Sniff(head, head.size() < kSniffBytes, options, spec);
  start->dialect_ = sniffed.dialect;
  start->has_header_ = sniffed.header;
  start->notes_ = std::move(sniffed.notes);
  start->splitter_.SetDialect(sniffed.dialect);
  SLUICE_TRY(start->FindFirstRecord());
  if (!start->has_records_ && (spec == nullptr || start->has_header_)) {
    return core::InvalidInput(spec == nullptr ? "the input is empty: there is nothing to infer columns from"
                                              : "the input is empty: it lacks the header")
        .WithHint(spec == nullptr ? "declare the columns with --columns or --schema, and say --header no"
                                  : "say --header no when an empty input stands for no rows");
  }
  return start;
}

/// Leave blank lines out until a record is found; take its names when it is the header.
core::Status InputStart::FindFirstRecord() {
  RecordIndex index(index_options(), kernel_);
  while (!has_records_) {
    SLUICE_ASSIGN_OR_RETURN(first_, splitter_.Next());
    if (!first_) return core::Ok();
    if (first_->oversized_bytes > 0) {
      return core::LimitExceeded(fmt::format("the first record, on line {}, is longer than {} bytes",
                                             first_->first_line, options_.record_bytes_max))
          .WithHint("check the delimiter and the quotes, or raise --limit-record");
    }
    index.Start(*first_);
    if (!index.NextTile()) {
      Return(*std::move(first_));
      continue;
    }
    has_records_ = true;
    SLUICE_TRY(TakeFirstRecord(index));
  }
  return core::Ok();
}

core::Status InputStart::TakeFirstRecord(const RecordIndex& index) {
  const bool good =
      !index.good().empty() && (index.faulty().empty() || index.good().front().begin < index.faulty().front().begin);
  const Record& record = good ? index.good().front() : index.faulty().front();
  const char* const text = first_->text();
  if (record.fields > options_.columns_max) {
    return core::LimitExceeded(fmt::format("the first record has {} fields; {} columns are the limit", record.fields,
                                           options_.columns_max))
        .WithHint("raise --limit-columns, or check the delimiter");
  }
  if (!good) {
    return core::InvalidInput(fmt::format("the first record, on line {} or below, is not regular: its quotes do not "
                                          "match",
                                          first_->first_line))
        .WithHint("set --quote, or --quote none for text without quoting");
  }
  if (!has_header_) {
    for (std::size_t i = 1; i <= record.fields; ++i) names_.push_back(fmt::format("column_{}", i));
    return core::Ok();
  }
  FieldGather gather(dialect_);
  std::size_t begin = record.begin;
  for (std::size_t i = 0; i < record.fields; ++i) {
    const std::size_t end = index.separators()[record.first_separator + i];
    names_.emplace_back(gather.One(text + begin, text + end));
    begin = end + 1;
  }
  const bool crlf = text[record.end] == '\r' && begin < first_->end && text[begin] == '\n';
  const std::size_t data = begin + (crlf ? 1 : 0);
  first_->begin = data;
  return core::Ok();
}

core::Result<std::optional<Chunk>> InputStart::Next() {
  if (first_) {
    std::optional<Chunk> first = std::move(first_);
    first_.reset();
    return first;
  }
  return splitter_.Next();
}

}  // namespace sluice::csv

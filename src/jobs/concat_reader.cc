#include "jobs/concat_reader.h"

#include <fmt/format.h>

#include <utility>

namespace sluice::jobs {

using columns::RowBatch;

ConcatReader::ConcatReader(schema::Schema schema, std::vector<pipeline::InputFile> inputs, Opener open)
    : schema_(std::move(schema)), inputs_(std::move(inputs)), open_(std::move(open)) {}

core::Result<std::unique_ptr<ConcatReader>> ConcatReader::Open(schema::Schema schema,
                                                               std::vector<pipeline::InputFile> inputs, Opener open) {
  auto reader = std::unique_ptr<ConcatReader>(new ConcatReader(std::move(schema), std::move(inputs), std::move(open)));
  if (!reader->inputs_.empty()) SLUICE_TRY(reader->OpenNext());
  return reader;
}

core::Status ConcatReader::OpenNext() {
  SLUICE_ASSIGN_OR_RETURN(current_, open_(inputs_[opened_]));
  ++opened_;
  return core::Ok();
}

void ConcatReader::CloseCurrent() {
  const pipeline::InputFile& input = inputs_[opened_ - 1];
  const bool several = inputs_.size() > 1;
  for (columns::ColumnFinding finding : current_->findings()) {
    if (several) finding.detail += fmt::format("{}in {}", finding.detail.empty() ? "" : " ", input.path);
    findings_.push_back(std::move(finding));
  }
  for (const std::string& note : current_->notes()) {
    notes_.push_back(several ? fmt::format("{}: {}", input.path, note) : note);
  }
  bytes_before_ += input.bytes;
  current_.reset();
}

core::Status ConcatReader::SkipRows() {
  while (current_ || opened_ < inputs_.size()) {
    if (!current_) SLUICE_TRY(OpenNext());
    CloseCurrent();
  }
  return core::Ok();
}

core::Result<std::optional<RowBatch>> ConcatReader::Next() {
  while (current_ || opened_ < inputs_.size()) {
    if (!current_) SLUICE_TRY(OpenNext());
    SLUICE_ASSIGN_OR_RETURN(std::optional<RowBatch> batch, current_->Next());
    if (batch) {
      batch->bytes_read += bytes_before_;
      return batch;
    }
    CloseCurrent();
  }
  return std::optional<RowBatch>();
}

}  // namespace sluice::jobs

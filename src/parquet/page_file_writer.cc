#include "parquet/page_file_writer.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/byte_size.h>
#include <fmt/format.h>
#include <parquet/metadata.h>

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

#include "parquet/encoding_choice.h"
#include "parquet/file_format.h"
#include "parquet/guarded.h"
#include "schema/arrow_error.h"

namespace sluice::parquet {
namespace {

// The layouts are chosen after so many rows, or so many bytes of them.
constexpr std::int64_t kSampleRows = 64 * 1024;
constexpr std::int64_t kSampleBytes = 16 * 1024 * 1024;
// Larger batches are cut, so that row groups end near their limit and tasks stay short.
constexpr std::int64_t kPieceRowsMax = 64 * 1024;
constexpr std::string_view kMagic = "PAR1";

}  // namespace

PageFileWriter::PageFileWriter(storage::WritableFile& file, std::shared_ptr<arrow::Schema> schema,
                               std::shared_ptr<::parquet::SchemaDescriptor> columns, WriteOptions options,
                               core::Executor& executor, arrow::MemoryPool* pool)
    : options_(std::move(options)),
      executor_(executor),
      pool_(pool),
      schema_(std::move(schema)),
      columns_(std::move(columns)),
      output_(std::make_shared<FileOutput>(file)),
      group_(*schema_, executor, pool),
      totals_(*columns_),
      writing_(executor) {}

core::Status PageFileWriter::Check() {
  SLUICE_TRY(options_.Validate());
  SLUICE_TRY(CheckEncodings(*columns_, options_));
  const std::vector<ColumnLayout> any(static_cast<std::size_t>(columns_->num_columns()));
  return Guarded(core::ErrorKind::kInternal, [&]() -> core::Status {
    SLUICE_TRY(MakeProperties(*columns_, options_, any, pool_));
    return core::Ok();
  });
}

core::Status PageFileWriter::Remember(core::Status status) {
  if (!status.has_value()) {
    writing_.Wait();  // it has the file
    failure_ = output_->Explain(std::move(status).error());
  }
  return failure_;
}

core::Status PageFileWriter::Write(std::shared_ptr<arrow::RecordBatch> batch) {
  SLUICE_TRY(failure_);
  return Remember(Guarded(core::ErrorKind::kInternal, [&] { return Add(std::move(batch)); }));
}

core::Status PageFileWriter::Add(std::shared_ptr<arrow::RecordBatch> batch) {
  if (!batch->schema()->Equals(*schema_, /*check_metadata=*/false)) {
    return core::Internal(
        fmt::format("a batch of {} was given to a writer of {}", batch->schema()->ToString(), schema_->ToString()));
  }
  if (batch->num_rows() == 0) return core::Ok();
  if (metadata_) return WriteRows(batch);
  waiting_rows_ += batch->num_rows();
  waiting_bytes_ += arrow::util::ReferencedBufferSize(*batch).ValueOr(0);
  waiting_.push_back(std::move(batch));
  if (waiting_rows_ < kSampleRows && waiting_bytes_ < kSampleBytes) return core::Ok();
  return Start(std::numeric_limits<double>::infinity());
}

core::Status PageFileWriter::Start(double rows_expected) {
  SLUICE_ASSIGN_OR_RETURN(layouts_,
                          ChooseLayouts(*schema_, *columns_, waiting_, rows_expected, options_, executor_, pool_));
  SLUICE_ASSIGN_OR_RETURN(const auto properties, MakeProperties(*columns_, options_, layouts_, pool_));
  SLUICE_ASSIGN_OR_RETURN(key_values_, MakeMetadata(*schema_, options_));
  chunk_options_ = MakeChunkOptions(options_, layouts_);
  metadata_ = std::make_unique<FileMetadata>(columns_, properties, !options_.bloom_columns.empty());
  SLUICE_TRY(output_->Write(kMagic.data(), static_cast<std::int64_t>(kMagic.size())));
  for (auto& batch : std::exchange(waiting_, {})) SLUICE_TRY(WriteRows(batch));
  return core::Ok();
}

core::Status PageFileWriter::WriteRows(const std::shared_ptr<arrow::RecordBatch>& batch) {
  std::int64_t begin = 0;
  while (begin < batch->num_rows()) {
    if (MustWait()) SLUICE_TRY(group_.Wait());
    const std::int64_t rows = RowsThatFit(batch->num_rows() - begin);
    if (rows == 0) {
      SLUICE_TRY(CloseRowGroup());
      continue;
    }
    if (!group_.open()) SLUICE_TRY(group_.Open(*columns_, layouts_, chunk_options_, metadata_->blooms()));
    group_.Submit(batch->Slice(begin, rows));
    begin += rows;
  }
  return core::Ok();
}

// Lanes that are done go on with the next batches while the slowest one still works; but not too many batches, and not
// where the row group may be full. It depends on the rows alone, so the file does not depend on the threads.
bool PageFileWriter::MustWait() const {
  if (!group_.open() || group_.submitted_bytes() == 0) return false;
  constexpr std::uint64_t kGroupPart = 8;
  const double bytes = group_.EncodedBytes();
  return bytes == 0 || bytes >= static_cast<double>(options_.row_group_bytes_max) * 0.97 ||
         group_.submitted_bytes() >= options_.row_group_bytes_max / kGroupPart;
}

// How many of `rows` go into the row group at hand; 0 when it is full.
std::int64_t PageFileWriter::RowsThatFit(std::int64_t rows) const {
  const bool started = group_.open() && group_.rows() > 0;
  const auto rows_max = static_cast<std::int64_t>(options_.row_group_rows_max);
  rows = std::min({rows, kPieceRowsMax, started ? rows_max - group_.rows() : rows_max});
  double row_bytes = 0;
  double bytes_left = static_cast<double>(options_.row_group_bytes_max);
  if (started) {
    const double bytes = group_.EncodedBytes();
    // The last hundredth would be filled in ever smaller pieces.
    if (bytes >= bytes_left * 0.99) return 0;
    row_bytes = bytes / static_cast<double>(group_.rows());
    bytes_left -= bytes;
  } else {
    for (const ColumnLayout& layout : layouts_) row_bytes += layout.encoded_bytes_per_value;
  }
  const double fitting = bytes_left / std::max(row_bytes, 1e-3);
  return fitting >= static_cast<double>(rows)
             ? rows
             : std::max(std::min<std::int64_t>(rows, 1), static_cast<std::int64_t>(fitting));
}

core::Status PageFileWriter::CloseRowGroup() {
  SLUICE_TRY(group_.Wait());
  if (!group_.open()) return core::Ok();
  SLUICE_TRY(group_.Finish());
  SLUICE_TRY(WaitForPages());
  std::vector<std::int64_t> positions;
  std::int64_t position = output_->position();
  for (const auto& chunk : group_.chunks()) {
    positions.push_back(position);
    position += chunk->bytes();
  }
  metadata_->AddRowGroup(group_, positions, layouts_);
  totals_.Add(group_.chunks());
  finished_ = group_.Close();
  writing_.Run([this] { written_ = Guarded(core::ErrorKind::kInternal, [this] { return WritePages(); }); });
  return core::Ok();
}

core::Status PageFileWriter::WritePages() {
  for (auto& chunk : finished_) {
    for (PageStore* store : {&chunk->dictionary(), &chunk->data()}) {
      for (const auto piece : store->pieces()) {
        SLUICE_TRY(output_->Write(piece.data(), static_cast<std::int64_t>(piece.size())));
      }
    }
    chunk.reset();
  }
  return core::Ok();
}

core::Status PageFileWriter::WaitForPages() {
  writing_.Wait();
  finished_.clear();
  return written_;
}

core::Result<FileSummary> PageFileWriter::Close() {
  SLUICE_TRY(failure_);
  SLUICE_TRY(Remember(Guarded(core::ErrorKind::kInternal, [&] { return WriteFooter(); })));
  return Summarize();
}

core::Status PageFileWriter::WriteFooter() {
  if (!metadata_) SLUICE_TRY(Start(static_cast<double>(waiting_rows_)));
  SLUICE_TRY(CloseRowGroup());
  SLUICE_TRY(WaitForPages());
  footer_ = metadata_->Write(key_values_, *output_);
  return core::Ok();
}

FileSummary PageFileWriter::Summarize() const {
  FileSummary summary{.rows = static_cast<std::uint64_t>(footer_->num_rows()),
                      .bytes = static_cast<std::uint64_t>(output_->position()),
                      .row_groups = static_cast<std::uint64_t>(footer_->num_row_groups()),
                      .columns = {}};
  for (int i = 0; i < columns_->num_columns(); ++i) {
    const ColumnLayout& layout = layouts_[static_cast<std::size_t>(i)];
    summary.columns.push_back({.column = columns_->Column(i)->path()->ToDotString(),
                               .encoding = layout.house_encoding(),
                               .reason = layout.reason,
                               .statistics = totals_.leaves()[static_cast<std::size_t>(i)]});
  }
  for (int group = 0; group < footer_->num_row_groups(); ++group) {
    const auto chunks = footer_->RowGroup(group);
    for (int i = 0; i < columns_->num_columns(); ++i) {
      const auto chunk = chunks->ColumnChunk(i);
      ColumnSummary& column = summary.columns[static_cast<std::size_t>(i)];
      column.bytes_encoded += static_cast<std::uint64_t>(chunk->total_uncompressed_size());
      column.bytes_compressed += static_cast<std::uint64_t>(chunk->total_compressed_size());
    }
  }
  return summary;
}

}  // namespace sluice::parquet

#include "parquet/reader.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <fmt/format.h>
#include <parquet/arrow/schema.h>
#include <parquet/metadata.h>

#include <algorithm>
#include <utility>

#include "columns/row_removal.h"
#include "parquet/column_conversion.h"
#include "parquet/column_match.h"
#include "parquet/open_file.h"
#include "schema/arrow_mapping.h"

namespace sluice::parquet {
namespace {

void CollectLeaves(const ::parquet::arrow::SchemaField& field, std::vector<int>& leaves) {
  if (field.is_leaf()) leaves.push_back(field.column_index);
  for (const auto& child : field.children) CollectLeaves(child, leaves);
}

}  // namespace

/// Makes batches out of pages; one at a time.
class Reader::Decoder {
 public:
  Decoder(std::unique_ptr<::parquet::arrow::FileReader> reader, std::string source, std::uint64_t file_bytes,
          arrow::MemoryPool* pool)
      : reader_(std::move(reader)), source_(std::move(source)), file_bytes_(file_bytes), pool_(pool) {}

  core::Result<schema::Schema> FileSchema() {
    std::shared_ptr<arrow::Schema> arrow_schema;
    SLUICE_TRY(reader_->GetSchema(&arrow_schema));
    return schema::FromArrow(*arrow_schema);
  }

  core::Status Prepare(ColumnMatch match) {
    std::vector<int> leaves;
    std::vector<std::size_t> used;
    for (MatchedColumn& column : match.columns) {
      if (column.input) used.push_back(*column.input);
      fields_.push_back(schema::ToArrow(column.spec.field));
      SLUICE_ASSIGN_OR_RETURN(auto conversion, ColumnConversion::Make(std::move(column), pool_));
      conversions_.push_back(std::move(conversion));
    }
    std::sort(used.begin(), used.end());
    const auto& file_fields = reader_->manifest().schema_fields;
    if (used.empty() && !file_fields.empty()) used.push_back(0);  // for the number of rows
    for (const std::size_t field : used) CollectLeaves(file_fields[field], leaves);
    places_.assign(file_fields.size(), 0);
    for (std::size_t i = 0; i < used.size(); ++i) places_[used[i]] = static_cast<int>(i);
    std::vector<int> row_groups;
    for (int i = 0; i < reader_->num_row_groups(); ++i) row_groups.push_back(i);
    SLUICE_ASSIGN_OR_RETURN(batches_, reader_->GetRecordBatchReader(row_groups, leaves));
    rows_total_ = reader_->parquet_reader()->metadata()->num_rows();
    return core::Ok();
  }

  Decoded Next() {
    std::shared_ptr<arrow::RecordBatch> batch;
    core::Status read = ReadGuarded(source_, [&] { return ReadBatch(batch); });
    if (!read.has_value()) return std::move(read).error().WithContext(fmt::format("after row {}", rows_read_));
    if (!batch) return CheckEnd();
    auto converted = Guarded(core::ErrorKind::kInternal, [&] { return Convert(*batch); });
    rows_read_ += batch->num_rows();
    if (!converted.has_value()) return std::move(converted).error().WithPrefix(source_ + ": ");
    converted->bytes_read = BytesRead();
    return std::optional(*std::move(converted));
  }

 private:
  core::Status ReadBatch(std::shared_ptr<arrow::RecordBatch>& batch) {
    SLUICE_TRY(batches_->ReadNext(&batch));
    return batch ? Validate(*batch) : core::Ok();
  }

  static core::Status Validate(const arrow::RecordBatch& batch) {
    SLUICE_TRY(batch.ValidateFull());
    return core::Ok();
  }

  Decoded CheckEnd() const {
    if (rows_read_ == rows_total_) return std::optional<columns::RowBatch>();
    return core::Corruption(
               fmt::format("{}: the footer promises {} rows, the pages hold {}", source_, rows_total_, rows_read_))
        .WithHint("the file is damaged: copy or write it again");
  }

  std::uint64_t BytesRead() const {
    const double part = static_cast<double>(rows_read_) / static_cast<double>(std::max<std::int64_t>(rows_total_, 1));
    return static_cast<std::uint64_t>(static_cast<double>(file_bytes_) * std::min(part, 1.0));
  }

  core::Result<columns::RowBatch> Convert(const arrow::RecordBatch& batch) {
    const auto rows = static_cast<std::size_t>(batch.num_rows());
    std::vector<columns::Fault> faults(rows, columns::Fault::kNone);
    std::vector<std::size_t> culprits(rows);
    arrow::ArrayVector arrays;
    for (std::size_t i = 0; i < conversions_.size(); ++i) {
      ColumnConversion& conversion = conversions_[i];
      if (!conversion.column().input) {
        SLUICE_ASSIGN_OR_RETURN(auto repeated, conversion.Repeat(batch.num_rows()));
        arrays.push_back(std::move(repeated));
        continue;
      }
      for (std::size_t row = 0; row < rows; ++row) {
        if (faults[row] == columns::Fault::kNone) culprits[row] = i;
      }
      SLUICE_ASSIGN_OR_RETURN(auto converted,
                              conversion.Convert(batch.column(places_[*conversion.column().input]), faults));
      arrays.push_back(std::move(converted));
    }
    auto made = arrow::RecordBatch::Make(arrow::schema(fields_), batch.num_rows(), std::move(arrays));
    return Reject(std::move(made), faults, culprits);
  }

  core::Result<columns::RowBatch> Reject(std::shared_ptr<arrow::RecordBatch> batch,
                                         const std::vector<columns::Fault>& faults,
                                         const std::vector<std::size_t>& culprits) {
    columns::RowBatch result;
    std::vector<std::uint8_t> removed(faults.size(), 0);
    for (std::size_t row = 0; row < faults.size(); ++row) {
      if (faults[row] == columns::Fault::kNone) continue;
      const schema::ColumnSpec& spec = conversions_[culprits[row]].column().spec;
      removed[row] = 1;
      result.rejects.push_back({.source = source_,
                                .line = static_cast<std::uint64_t>(rows_read_) + row + 1,
                                .column = spec.field.name,
                                .reason = columns::FaultReason(faults[row], spec),
                                .text = {}});
    }
    if (!result.rejects.empty()) {
      SLUICE_ASSIGN_OR_RETURN(batch, columns::RemoveRows(std::move(batch), removed, pool_));
    }
    result.rows = std::move(batch);
    return result;
  }

  std::unique_ptr<::parquet::arrow::FileReader> reader_;
  std::unique_ptr<arrow::RecordBatchReader> batches_;
  std::string source_;
  std::uint64_t file_bytes_;
  arrow::MemoryPool* pool_;
  arrow::FieldVector fields_;
  std::vector<ColumnConversion> conversions_;
  std::vector<int> places_;  // of a column of the file in the batches
  std::int64_t rows_total_ = 0;
  std::int64_t rows_read_ = 0;
};

Reader::Reader(core::Executor& executor, const core::Cancellation& cancellation)
    : cancellation_(cancellation), tasks_(executor) {}

Reader::~Reader() = default;

core::Result<std::unique_ptr<Reader>> Reader::Open(std::unique_ptr<storage::RandomAccessFile> file, std::string source,
                                                   const schema::TableSpec& spec, core::Executor& executor,
                                                   const core::Cancellation& cancellation, arrow::MemoryPool* pool,
                                                   std::int64_t batch_rows_max) {
  const std::uint64_t bytes = file->size();
  SLUICE_ASSIGN_OR_RETURN(auto arrow_reader, OpenArrowReader(std::move(file), source, batch_rows_max, pool));
  std::unique_ptr<Reader> reader(new Reader(executor, cancellation));
  reader->decoder_ = std::make_unique<Decoder>(std::move(arrow_reader), source, bytes, pool);
  SLUICE_ASSIGN_OR_RETURN(const schema::Schema file_schema,
                          ReadGuarded(source, [&] { return reader->decoder_->FileSchema(); }));
  auto match = MatchColumns(file_schema, spec);
  if (!match.has_value()) return std::move(match).error().WithPrefix(source + ": ");
  for (const MatchedColumn& column : match->columns) reader->schema_.fields.push_back(column.spec.field);
  reader->findings_ = match->findings;
  SLUICE_TRY(ReadGuarded(source, [&] { return reader->decoder_->Prepare(*std::move(match)); }));
  reader->ReadAhead();
  return reader;
}

void Reader::ReadAhead() {
  tasks_.Run([this] { ahead_ = decoder_->Next(); });
}

core::Result<std::optional<columns::RowBatch>> Reader::Next() {
  SLUICE_TRY(cancellation_.Check());
  tasks_.Wait();
  Decoded decoded = *ahead_;
  const bool more = decoded.has_value() && decoded->has_value();
  if (more) {
    ahead_.reset();
    ReadAhead();
  }
  return decoded;
}

}  // namespace sluice::parquet

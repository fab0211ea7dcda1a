#include "table/data_file_reader.h"

#include <arrow/array/array_base.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <fmt/format.h>
#include <parquet/arrow/schema.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>

#include <algorithm>
#include <deque>
#include <utility>

#include "delta/arrow_types.h"
#include "parquet/open_file.h"
#include "schema/arrow_error.h"
#include "table/calendar_check.h"
#include "table/field_values.h"

namespace sluice::table {
namespace {

/// Row groups that follow each other.
struct Run {
  std::vector<int> row_groups;
  std::int64_t first_row = 0;
  std::int64_t rows = 0;
};

core::Result<std::deque<Run>> MakeRuns(const ::parquet::FileMetaData& footer,
                                       const std::optional<std::vector<int>>& only) {
  std::deque<Run> runs;
  std::int64_t first_row = 0;
  std::size_t next = 0;
  for (int group = 0; group < footer.num_row_groups(); ++group) {
    const std::int64_t rows = footer.RowGroup(group)->num_rows();
    if (rows < 0) return core::Corruption(fmt::format("row group {} has {} rows", group, rows));
    const bool wanted = !only || (next < only->size() && (*only)[next] == group);
    if (wanted) {
      ++next;
      if (runs.empty() || runs.back().row_groups.back() != group - 1) runs.push_back({{}, first_row, 0});
      runs.back().row_groups.push_back(group);
      runs.back().rows += rows;
    }
    first_row += rows;
  }
  if (!only && first_row != footer.num_rows()) {
    return core::Corruption(fmt::format("the footer says {} rows, its row groups {}", footer.num_rows(), first_row));
  }
  return runs;
}

}  // namespace

core::Result<FileColumns> FileColumns::Make(std::vector<delta::Field> fields, delta::ColumnMappingMode mapping) {
  FileColumns columns{.fields = std::move(fields), .mapping = mapping};
  for (const delta::Field& field : columns.fields) {
    SLUICE_ASSIGN_OR_RETURN(auto type, delta::ToArrow(field));
    columns.types.push_back(std::move(type));
  }
  return columns;
}

class DataFileReader::Decoder {
 public:
  Decoder(std::string path, std::unique_ptr<::parquet::arrow::FileReader> reader, DataFileOptions options,
          arrow::MemoryPool* pool)
      : path_(std::move(path)), reader_(std::move(reader)), options_(std::move(options)), pool_(pool) {}

  core::Status Prepare() {
    const auto& footer = *reader_->parquet_reader()->metadata();
    rows_total_ = footer.num_rows();
    SLUICE_ASSIGN_OR_RETURN(runs_, MakeRuns(footer, options_.row_groups));
    calendar_ = CalendarCheck(footer.key_value_metadata().get(), path_);
    return core::Ok();
  }

  core::Status Match(const FileColumns& columns) {
    schema_ = arrow::schema(columns.types);
    auto match = MatchFields(columns.fields, columns.types, columns.mapping, reader_->manifest(), rows_total_ > 0);
    if (!match.has_value()) return std::move(match).error().WithPrefix(path_ + ": ");
    match_ = *std::move(match);
    return core::Ok();
  }

  core::Result<std::optional<FileRows>> Next() {
    while (!runs_.empty()) {
      Run& run = runs_.front();
      if (run_rows_ == run.rows) {
        SLUICE_TRY(CheckRunIsOver());
        runs_.pop_front();
        run_rows_ = 0;
        batches_.reset();
        continue;
      }
      FileRows result{.rows = nullptr, .first_row = run.first_row + run_rows_};
      SLUICE_ASSIGN_OR_RETURN(result.rows, match_.leaves.empty() ? Absent() : Read());
      run_rows_ += result.rows->num_rows();
      return std::optional(std::move(result));
    }
    return std::optional<FileRows>();
  }

  const std::string& path() const { return path_; }
  std::int64_t rows_total() const { return rows_total_; }
  const std::vector<std::string>& notes() const { return calendar_.notes(); }

 private:
  /// Rows of a file that has none of the columns.
  core::Result<std::shared_ptr<arrow::RecordBatch>> Absent() {
    return Convert(arrow::ArrayVector(), std::min(options_.batch_rows, runs_.front().rows - run_rows_));
  }

  core::Result<std::shared_ptr<arrow::RecordBatch>> Read() {
    std::shared_ptr<arrow::RecordBatch> batch;
    SLUICE_TRY(ReadBatch(batch));
    if (!batch || run_rows_ + batch->num_rows() > runs_.front().rows) {
      const std::int64_t there = run_rows_ + (batch ? batch->num_rows() : 0);
      return core::Corruption(fmt::format("the footer promises {} rows from row {} on, the pages hold {}",
                                          runs_.front().rows, runs_.front().first_row, there));
    }
    return Convert(batch->columns(), batch->num_rows());
  }

  core::Status ReadBatch(std::shared_ptr<arrow::RecordBatch>& batch) {
    if (!batches_) {
      SLUICE_ASSIGN_OR_RETURN(batches_, reader_->GetRecordBatchReader(runs_.front().row_groups, match_.leaves));
    }
    do {
      SLUICE_TRY(batches_->ReadNext(&batch));
    } while (batch && batch->num_rows() == 0);
    if (batch) SLUICE_TRY(batch->ValidateFull());
    return core::Ok();
  }

  core::Status CheckRunIsOver() {
    if (match_.leaves.empty()) return core::Ok();
    std::shared_ptr<arrow::RecordBatch> batch;
    SLUICE_TRY(ReadBatch(batch));
    if (!batch) return core::Ok();
    return core::Corruption(fmt::format("the pages hold more than the {} rows that the footer promises from row {} on",
                                        runs_.front().rows, runs_.front().first_row));
  }

  core::Result<std::shared_ptr<arrow::RecordBatch>> Convert(const arrow::ArrayVector& read, std::int64_t rows) {
    arrow::ArrayVector columns;
    for (const FieldMatch& field : match_.fields) {
      const bool absent = field.shape == FieldMatch::Shape::kAbsent;
      SLUICE_ASSIGN_OR_RETURN(
          auto column,
          ConvertField(field, absent ? nullptr : read[static_cast<std::size_t>(field.place)], rows, pool_));
      if (!absent) calendar_.Look(*column, field.path);
      columns.push_back(std::move(column));
    }
    return arrow::RecordBatch::Make(schema_, rows, std::move(columns));
  }

  std::string path_;
  std::unique_ptr<::parquet::arrow::FileReader> reader_;
  DataFileOptions options_;
  arrow::MemoryPool* pool_;
  std::shared_ptr<arrow::Schema> schema_;
  FileMatch match_;
  CalendarCheck calendar_;
  std::int64_t rows_total_ = 0;
  std::deque<Run> runs_;                               // the first one is being read
  std::int64_t run_rows_ = 0;                          // read of the first run
  std::unique_ptr<arrow::RecordBatchReader> batches_;  // of the first run; before reader_ dies
};

DataFileReader::DataFileReader(std::unique_ptr<Decoder> decoder) : decoder_(std::move(decoder)) {}
DataFileReader::~DataFileReader() = default;

core::Result<std::unique_ptr<DataFileReader>> DataFileReader::Open(storage::FileSystem& files, const std::string& path,
                                                                   const FileColumns& columns, DataFileOptions options,
                                                                   arrow::MemoryPool* pool) {
  SLUICE_ASSIGN_OR_RETURN(auto file, files.OpenRandomAccess(path));
  SLUICE_ASSIGN_OR_RETURN(auto reader, parquet::OpenTableFile(std::move(file), path, options.batch_rows, pool));
  auto decoder = std::make_unique<Decoder>(path, std::move(reader), std::move(options), pool);
  SLUICE_TRY(parquet::ReadGuarded(path, [&] { return decoder->Prepare(); }));
  SLUICE_TRY(decoder->Match(columns));
  return std::unique_ptr<DataFileReader>(new DataFileReader(std::move(decoder)));
}

std::int64_t DataFileReader::row_count() const { return decoder_->rows_total(); }

const std::vector<std::string>& DataFileReader::notes() const { return decoder_->notes(); }

core::Result<std::optional<FileRows>> DataFileReader::Next() {
  return parquet::ReadGuarded(decoder_->path(), [&] { return decoder_->Next(); });
}

}  // namespace sluice::table

#include "table/file_scan.h"

#include <arrow/array/array_primitive.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/array/util.h>
#include <arrow/compute/api_vector.h>
#include <arrow/compute/exec.h>
#include <arrow/datum.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "delta/partition_value.h"
#include "expression/evaluator.h"
#include "parquet/guarded.h"
#include "schema/arrow_error.h"

namespace sluice::table {
namespace {

using ArrayPointer = std::shared_ptr<arrow::Array>;
using BatchPointer = std::shared_ptr<arrow::RecordBatch>;

/// `first`, `first` + 1, …; where `values` is given and not NULL, its value instead.
core::Result<ArrayPointer> Numbers(std::int64_t first, std::int64_t step, std::int64_t rows, const arrow::Array* values,
                                   arrow::MemoryPool* pool) {
  arrow::Int64Builder numbers(pool);
  SLUICE_TRY(numbers.Reserve(rows));
  const auto* given = static_cast<const arrow::Int64Array*>(values);
  for (std::int64_t row = 0; row < rows; ++row) {
    numbers.UnsafeAppend(given && given->IsValid(row) ? given->Value(row) : first + row * step);
  }
  ArrayPointer made;
  SLUICE_TRY(numbers.Finish(&made));
  return made;
}

core::Result<BatchPointer> FilterBy(const BatchPointer& batch, const ArrayPointer& mask, arrow::MemoryPool* pool) {
  arrow::compute::ExecContext context(pool);
  context.set_use_threads(false);
  SLUICE_ASSIGN_OR_RETURN(const arrow::Datum filtered,
                          arrow::compute::Filter(batch, mask, arrow::compute::FilterOptions::Defaults(), &context));
  return filtered.record_batch();
}

/// True for the rows of `within` that are in `ranges`, or for the others.
core::Result<ArrayPointer> Mask(const std::vector<delta::RowRange>& ranges, delta::RowRange within, bool inside,
                                arrow::MemoryPool* pool) {
  arrow::BooleanBuilder mask(pool);
  SLUICE_TRY(mask.Reserve(static_cast<std::int64_t>(within.end - within.begin)));
  std::uint64_t row = within.begin;
  const auto append = [&](std::uint64_t end, bool keep) {
    for (; row < end; ++row) mask.UnsafeAppend(keep);
  };
  for (const delta::RowRange& range : ranges) {
    append(range.begin, !inside);
    append(range.end, inside);
  }
  append(within.end, !inside);
  ArrayPointer made;
  SLUICE_TRY(mask.Finish(&made));
  return made;
}

}  // namespace

FileScan::FileScan(const storage::Environment& environment, FileSource source, std::shared_ptr<const RowLayout> layout)
    : environment_(environment), source_(std::move(source)), layout_(std::move(layout)) {}

FileScan::~FileScan() = default;

core::Result<std::unique_ptr<FileScan>> FileScan::Open(const storage::Environment& environment, FileSource source,
                                                       std::shared_ptr<const RowLayout> layout) {
  std::unique_ptr<FileScan> scan(new FileScan(environment, std::move(source), std::move(layout)));
  SLUICE_TRY(scan->ReadPartitionValues());
  SLUICE_ASSIGN_OR_RETURN(scan->reader_, DataFileReader::Open(environment.files, scan->source_.path,
                                                              scan->layout_->file, {}, environment.pool));
  SLUICE_TRY(scan->CheckDeletedRows());
  return scan;
}

core::Status FileScan::ReadPartitionValues() {
  for (const delta::Field& field : layout_->partitions) {
    const auto given = std::find_if(source_.partition_values.begin(), source_.partition_values.end(),
                                    [&](const auto& value) { return value.first == field.physical_name; });
    std::optional<std::string> text;
    if (given != source_.partition_values.end()) {
      text = given->second;
    } else {
      notes_.push_back(fmt::format("{}: the log gives no value for partition column '{}'; it is taken for NULL",
                                   source_.path, field.name));
    }
    auto value = delta::ParsePartitionValue(text, field.type);
    if (!value.has_value()) {
      return std::move(value).error().WithPrefix(fmt::format("{}: partition column '{}': ", source_.path, field.name));
    }
    if (!(*value)->is_valid && !field.nullable) {
      return core::Corruption(
          fmt::format("{}: partition column '{}' may not be NULL, and is for this file", source_.path, field.name));
    }
    partition_values_.push_back(*std::move(value));
  }
  return core::Ok();
}

core::Status FileScan::CheckDeletedRows() const {
  for (const auto& rows : {source_.deleted, source_.only}) {
    const auto last = rows ? rows->max() : std::nullopt;
    if (last && *last >= static_cast<std::uint64_t>(reader_->row_count())) {
      return core::Corruption(fmt::format("{}: the deletion vector marks row {}, the file has {}", source_.path, *last,
                                          reader_->row_count()));
    }
  }
  return core::Ok();
}

std::vector<std::string> FileScan::TakeNotes() {
  notes_.insert(notes_.end(), reader_->notes().begin(), reader_->notes().end());
  return std::move(notes_);
}

core::Result<BatchPointer> FileScan::Next() {
  return parquet::Guarded(core::ErrorKind::kInternal, [&]() -> core::Result<BatchPointer> {
    while (true) {
      SLUICE_TRY(environment_.cancellation.Check());
      SLUICE_ASSIGN_OR_RETURN(const auto read, reader_->Next());
      if (!read) return BatchPointer();
      SLUICE_ASSIGN_OR_RETURN(BatchPointer batch, Assemble(*read));
      SLUICE_ASSIGN_OR_RETURN(batch, TakeLive(std::move(batch), read->first_row));
      if (batch->num_rows() > 0 && layout_->condition && source_.filtered) {
        auto filtered = expression::FilterRows(*layout_->condition, batch, environment_.pool);
        if (!filtered.has_value()) return std::move(filtered).error().WithContext("while filtering " + source_.path);
        batch = *std::move(filtered);
      }
      if (batch->num_rows() == 0) continue;
      SLUICE_ASSIGN_OR_RETURN(batch, batch->SelectColumns(layout_->narrow_places));
      return batch;
    }
  });
}

core::Result<BatchPointer> FileScan::Assemble(const FileRows& read) const {
  const std::int64_t rows = read.rows->num_rows();
  arrow::ArrayVector columns;
  for (const RowLayout::Column& column : layout_->columns) {
    if (!column.partition) {
      columns.push_back(read.rows->column(static_cast<int>(column.place)));
      continue;
    }
    SLUICE_ASSIGN_OR_RETURN(auto repeated,
                            arrow::MakeArrayFromScalar(*partition_values_[column.place], rows, environment_.pool));
    columns.push_back(std::move(repeated));
  }
  if (layout_->extra.row_ids) SLUICE_TRY(AppendRowIds(read, columns));
  if (layout_->extra.positions) {
    SLUICE_ASSIGN_OR_RETURN(auto positions, Numbers(read.first_row, 1, rows, nullptr, environment_.pool));
    columns.push_back(std::move(positions));
  }
  if (layout_->extra.changes != ExtraColumns::Changes::kNone) SLUICE_TRY(AppendChange(read, columns));
  return arrow::RecordBatch::Make(layout_->wide, rows, std::move(columns));
}

core::Status FileScan::AppendRowIds(const FileRows& read, arrow::ArrayVector& columns) const {
  if (!source_.base_row_id || !source_.default_row_commit_version) {
    return core::Corruption(source_.path + ": the table tracks rows, and the log has no row ids for this file");
  }
  const auto materialized = [&](const std::optional<std::size_t>& place) {
    return place ? read.rows->column(static_cast<int>(*place)).get() : nullptr;
  };
  const std::int64_t rows = read.rows->num_rows();
  SLUICE_ASSIGN_OR_RETURN(auto ids, Numbers(*source_.base_row_id + read.first_row, 1, rows,
                                            materialized(layout_->row_id_place), environment_.pool));
  SLUICE_ASSIGN_OR_RETURN(auto versions, Numbers(*source_.default_row_commit_version, 0, rows,
                                                 materialized(layout_->commit_version_place), environment_.pool));
  columns.push_back(std::move(ids));
  columns.push_back(std::move(versions));
  return core::Ok();
}

core::Status FileScan::AppendChange(const FileRows& read, arrow::ArrayVector& columns) const {
  constexpr std::int64_t kMicrosPerMilli = 1000;
  const RowChange& change = source_.change;
  const auto repeat = [&](const arrow::Scalar& value) -> core::Status {
    SLUICE_ASSIGN_OR_RETURN(auto repeated, arrow::MakeArrayFromScalar(value, read.rows->num_rows(), environment_.pool));
    columns.push_back(std::move(repeated));
    return core::Ok();
  };
  if (layout_->change_type_place) {
    columns.push_back(read.rows->column(static_cast<int>(*layout_->change_type_place)));
  } else {
    SLUICE_TRY(repeat(arrow::StringScalar(change.type)));
  }
  SLUICE_TRY(repeat(arrow::Int64Scalar(change.version)));
  return repeat(
      arrow::TimestampScalar(change.timestamp_ms * kMicrosPerMilli, arrow::timestamp(arrow::TimeUnit::MICRO, "UTC")));
}

core::Result<BatchPointer> FileScan::TakeLive(BatchPointer batch, std::int64_t first_row) const {
  const auto begin = static_cast<std::uint64_t>(first_row);
  const delta::RowRange within{.begin = begin, .end = begin + static_cast<std::uint64_t>(batch->num_rows())};
  for (const bool inside : {true, false}) {
    const delta::RowSet* rows = inside ? source_.only.get() : source_.deleted.get();
    if (!rows) continue;
    if (inside && source_.deleted) return core::Internal("rows to take and rows to leave out exclude each other");
    const std::vector<delta::RowRange> ranges = rows->Ranges(within);
    if (!inside && ranges.empty()) return batch;
    SLUICE_ASSIGN_OR_RETURN(const ArrayPointer mask, Mask(ranges, within, inside, environment_.pool));
    return FilterBy(batch, mask, environment_.pool);
  }
  return batch;
}

}  // namespace sluice::table

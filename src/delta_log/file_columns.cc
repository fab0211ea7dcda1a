#include "delta_log/file_columns.h"

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/scalar.h>
#include <arrow/type.h>

#include <algorithm>
#include <string>
#include <utility>

#include "delta/partition_value.h"
#include "delta_log/struct_row.h"

namespace sluice::delta_log {
namespace {

core::Result<std::shared_ptr<arrow::Array>> FinishRows(arrow::StructBuilder& builder) {
  std::shared_ptr<arrow::Array> rows;
  SLUICE_TRY(builder.Finish(&rows));
  return rows;
}

core::Status Pad(arrow::StructBuilder& builder, std::int64_t rows) {
  SLUICE_TRY(builder.AppendNulls(rows - builder.length()));
  return core::Ok();
}

// The schema is ours: a builder for it can always be made.
std::unique_ptr<arrow::StructBuilder> MakeStructBuilder(std::shared_ptr<arrow::DataType> type,
                                                        arrow::MemoryPool* pool) {
  std::vector<std::shared_ptr<arrow::ArrayBuilder>> members;
  for (const auto& field : type->fields()) {
    members.push_back(arrow::MakeBuilder(field->type(), pool).ValueOrDie());
  }
  return std::make_unique<arrow::StructBuilder>(std::move(type), pool, std::move(members));
}

}  // namespace

AddColumnWriter::AddColumnWriter(const CheckpointLayout& layout, std::shared_ptr<arrow::DataType> type,
                                 arrow::MemoryPool* pool)
    : layout_(layout), builder_(MakeStructBuilder(std::move(type), pool)) {
  const auto member = [this](const char* name) {
    const int index = static_cast<const arrow::StructType&>(*builder_->type()).GetFieldIndex(name);
    return index < 0 ? nullptr : static_cast<arrow::StructBuilder*>(builder_->field_builder(index));
  };
  if (arrow::StructBuilder* statistics = member("stats_parsed")) statistics_.emplace(layout, *statistics);
  partitions_ = member("partitionValues_parsed");
}

AddColumnWriter::~AddColumnWriter() = default;

core::Status AddColumnWriter::PadTo(std::int64_t rows) { return Pad(*builder_, rows); }

core::Status AddColumnWriter::Append(const FileSegment& files, std::uint32_t row, std::string_view stats) {
  static const FileExtras kNone;
  const FileExtras* extras = files.extras(row);
  if (extras == nullptr) extras = &kNone;
  const std::string_view path = files.path(row);
  StructRow columns(*builder_);
  columns.Text(AddColumn::kPath, path)
      .Map(AddColumn::kPartitionValues, files.partition_values(row))
      .Long(AddColumn::kSize, files.size_bytes(row))
      .Long(AddColumn::kModificationTime, files.modification_time_ms(row))
      .Bool(AddColumn::kDataChange, false)  // a checkpoint is a state, not a change
      .Map(AddColumn::kTags, extras->tags)
      .Vector(AddColumn::kDeletionVector, files.deletion_vector(row))
      .Long(AddColumn::kBaseRowId, extras->base_row_id)
      .Long(AddColumn::kDefaultRowCommitVersion, extras->default_row_commit_version)
      .Text(AddColumn::kClusteringProvider, extras->clustering_provider);
  if (layout_.stats_json) {
    if (stats.empty()) {
      columns.Null(AddColumn::kFirstOptional);
    } else {
      columns.Text(AddColumn::kFirstOptional, stats);
    }
  }
  SLUICE_TRY(columns.Done());
  bytes_ += path.size() + stats.size();
  if (statistics_.has_value()) SLUICE_TRY(statistics_->Append(stats));
  if (partitions_ != nullptr) SLUICE_TRY(AppendPartition(files.partition_values(row)));
  return core::Ok();
}

core::Status AddColumnWriter::AppendPartition(const delta::PartitionValues& values) {
  SLUICE_ASSIGN_OR_RETURN(const Scalars* scalars, ParsePartition(values));
  SLUICE_TRY(partitions_->Append());
  for (std::size_t i = 0; i < scalars->size(); ++i) {
    SLUICE_TRY(partitions_->field_builder(static_cast<int>(i))->AppendScalar(*(*scalars)[i]));
  }
  return core::Ok();
}

core::Result<const AddColumnWriter::Scalars*> AddColumnWriter::ParsePartition(const delta::PartitionValues& values) {
  const auto known = scalars_.find(&values);
  if (known != scalars_.end()) return &known->second;
  Scalars scalars;
  for (const delta::Field* column : layout_.partitions) {
    const auto value = std::ranges::find(values, column->physical_name,
                                         [](const auto& entry) -> const std::string& { return entry.first; });
    SLUICE_ASSIGN_OR_RETURN(
        std::shared_ptr<arrow::Scalar> scalar,
        delta::ParsePartitionValue(value == values.end() ? std::nullopt : value->second, column->type));
    scalars.push_back(std::move(scalar));
  }
  return &scalars_.emplace(&values, std::move(scalars)).first->second;
}

core::Result<std::shared_ptr<arrow::Array>> AddColumnWriter::Finish() {
  bytes_ = 0;
  return FinishRows(*builder_);
}

RemoveColumnWriter::RemoveColumnWriter(std::shared_ptr<arrow::DataType> type, arrow::MemoryPool* pool)
    : builder_(MakeStructBuilder(std::move(type), pool)) {}

RemoveColumnWriter::~RemoveColumnWriter() = default;

core::Status RemoveColumnWriter::PadTo(std::int64_t rows) { return Pad(*builder_, rows); }

core::Status RemoveColumnWriter::Append(const delta::RemoveFile& remove) {
  StructRow columns(*builder_);
  columns.Text(RemoveColumn::kPath, remove.path)
      .Long(RemoveColumn::kDeletionTimestamp, remove.deletion_timestamp_ms)
      .Bool(RemoveColumn::kDataChange, false)
      .Bool(RemoveColumn::kExtendedFileMetadata, remove.extended_file_metadata);
  if (remove.partition_values.has_value()) {
    columns.Map(RemoveColumn::kPartitionValues, *remove.partition_values);
  } else {
    columns.Null(RemoveColumn::kPartitionValues);
  }
  return columns.Long(RemoveColumn::kSize, remove.size_bytes)
      .Vector(RemoveColumn::kDeletionVector, remove.deletion_vector.has_value() ? &*remove.deletion_vector : nullptr)
      .Long(RemoveColumn::kBaseRowId, remove.base_row_id)
      .Long(RemoveColumn::kDefaultRowCommitVersion, remove.default_row_commit_version)
      .Done();
}

core::Result<std::shared_ptr<arrow::Array>> RemoveColumnWriter::Finish() { return FinishRows(*builder_); }

}  // namespace sluice::delta_log

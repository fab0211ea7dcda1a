#include "delta_log/statistics_column.h"

#include <arrow/builder.h>
#include <arrow/type.h>

#include <span>
#include <string>
#include <utility>

#include "schema/arrow_error.h"

namespace sluice::delta_log {
namespace {

using delta::Int128;
using delta::StatisticValue;
using delta::TypeKind;

template <typename Builder, typename Number>
arrow::Status AppendNumber(arrow::ArrayBuilder& builder, const StatisticValue& value) {
  if (const auto* whole = std::get_if<Int128>(&value)) {
    return static_cast<Builder&>(builder).Append(static_cast<Number>(*whole));
  }
  if (const auto* real = std::get_if<double>(&value)) {
    return static_cast<Builder&>(builder).Append(static_cast<Number>(*real));
  }
  return builder.AppendNull();
}

arrow::Status AppendDecimal(arrow::ArrayBuilder& builder, const StatisticValue& value) {
  const auto* digits = std::get_if<Int128>(&value);
  if (digits == nullptr) return builder.AppendNull();
  const arrow::Decimal128 decimal(static_cast<std::int64_t>(*digits >> 64), static_cast<std::uint64_t>(*digits));
  return static_cast<arrow::Decimal128Builder&>(builder).Append(decimal);
}

// `builder` is of the Arrow type of `kind`.
arrow::Status AppendBound(arrow::ArrayBuilder& builder, TypeKind kind, const std::optional<StatisticValue>& value) {
  if (!value.has_value()) return builder.AppendNull();
  switch (kind) {
    case TypeKind::kLong: return AppendNumber<arrow::Int64Builder, std::int64_t>(builder, *value);
    case TypeKind::kInteger: return AppendNumber<arrow::Int32Builder, std::int32_t>(builder, *value);
    case TypeKind::kShort: return AppendNumber<arrow::Int16Builder, std::int16_t>(builder, *value);
    case TypeKind::kByte: return AppendNumber<arrow::Int8Builder, std::int8_t>(builder, *value);
    case TypeKind::kFloat: return AppendNumber<arrow::FloatBuilder, float>(builder, *value);
    case TypeKind::kDouble: return AppendNumber<arrow::DoubleBuilder, double>(builder, *value);
    case TypeKind::kDate: return AppendNumber<arrow::Date32Builder, std::int32_t>(builder, *value);
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz: return AppendNumber<arrow::TimestampBuilder, std::int64_t>(builder, *value);
    case TypeKind::kDecimal: return AppendDecimal(builder, *value);
    case TypeKind::kString:
      if (const auto* text = std::get_if<std::string>(&*value)) {
        return static_cast<arrow::StringBuilder&>(builder).Append(*text);
      }
      return builder.AppendNull();
    default: return builder.AppendNull();
  }
}

arrow::Status AppendCount(arrow::Int64Builder& builder, const std::optional<std::int64_t>& count) {
  return count.has_value() ? builder.Append(*count) : builder.AppendNull();
}

arrow::ArrayBuilder* Member(arrow::StructBuilder& builder, const std::string& name) {
  const int index = static_cast<const arrow::StructType&>(*builder.type()).GetFieldIndex(name);
  return index < 0 ? nullptr : builder.field_builder(index);
}

arrow::ArrayBuilder* Descend(arrow::ArrayBuilder* root, std::span<const std::string> path) {
  for (const std::string& name : path) {
    if (root == nullptr) return nullptr;
    root = Member(static_cast<arrow::StructBuilder&>(*root), name);
  }
  return root;
}

void CollectStructs(arrow::StructBuilder& builder, std::vector<arrow::StructBuilder*>& structs) {
  for (int i = 0; i < builder.num_fields(); ++i) {
    if (builder.field_builder(i)->type()->id() != arrow::Type::STRUCT) continue;
    auto& member = static_cast<arrow::StructBuilder&>(*builder.field_builder(i));
    structs.push_back(&member);
    CollectStructs(member, structs);
  }
}

}  // namespace

StatisticsColumnWriter::StatisticsColumnWriter(const CheckpointLayout& layout, arrow::StructBuilder& builder)
    : builder_(builder), parser_(layout.statistics) {
  CollectStructs(builder, structs_);
  arrow::ArrayBuilder* mins = Member(builder, "minValues");
  arrow::ArrayBuilder* maxes = Member(builder, "maxValues");
  arrow::ArrayBuilder* counts = Member(builder, "nullCount");
  for (const delta::StatisticsColumn& column : layout.statistics) {
    Leaf leaf{.column = &column};
    if (column.has_bounds()) {
      leaf.min = Descend(mins, column.physical_path);
      leaf.max = Descend(maxes, column.physical_path);
    }
    leaf.null_count = static_cast<arrow::Int64Builder*>(Descend(counts, column.physical_path));
    leaves_.push_back(leaf);
  }
  records_ = static_cast<arrow::Int64Builder*>(Member(builder, "numRecords"));
  tight_bounds_ = static_cast<arrow::BooleanBuilder*>(Member(builder, "tightBounds"));
}

core::Status StatisticsColumnWriter::Append(std::string_view json) {
  const delta::FileStatistics* statistics = json.empty() ? nullptr : parser_.Parse(json);
  if (statistics == nullptr) {
    SLUICE_TRY(builder_.AppendNull());
    return core::Ok();
  }
  SLUICE_TRY(builder_.Append());
  for (arrow::StructBuilder* member : structs_) SLUICE_TRY(member->Append());
  SLUICE_TRY(AppendCount(*records_, statistics->records));
  if (tight_bounds_ != nullptr) SLUICE_TRY(tight_bounds_->Append(statistics->tight_bounds));
  for (std::size_t i = 0; i < leaves_.size(); ++i) {
    const Leaf& leaf = leaves_[i];
    const delta::ColumnStatistics& values = statistics->columns[i];
    if (leaf.min != nullptr) {
      SLUICE_TRY(AppendBound(*leaf.min, leaf.column->type.kind, values.min));
      SLUICE_TRY(AppendBound(*leaf.max, leaf.column->type.kind, values.max));
    }
    SLUICE_TRY(AppendCount(*leaf.null_count, values.null_count));
  }
  return core::Ok();
}

}  // namespace sluice::delta_log

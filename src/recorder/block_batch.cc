#include "recorder/block_batch.h"

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/builder.h>
#include <arrow/record_batch.h>
#include <arrow/util/bit_util.h>
#include <fmt/format.h>

#include <atomic>
#include <cstring>
#include <utility>

#include "core/ascii.h"
#include "recorder/text_repair.h"
#include "schema/arrow_error.h"
#include "schema/arrow_mapping.h"

namespace sluice::recorder {
namespace {

using recording::Kind;

constexpr std::string_view kEmptyObject = "{}";
constexpr std::uint64_t kLow32 = 0xFFFF'FFFFU;

std::string_view WithoutBlanks(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") + 1 - begin);
}

core::Result<std::shared_ptr<arrow::Array>> Repaired(const arrow::StringArray& texts, arrow::MemoryPool* pool) {
  arrow::StringBuilder builder(pool);
  std::string repaired;
  for (std::int64_t row = 0; row < texts.length(); ++row) {
    SLUICE_TRY(texts.IsNull(row) ? builder.AppendNull() : builder.Append(WellFormed(texts.GetView(row), repaired)));
  }
  SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Array> well_formed, builder.Finish());
  return well_formed;
}

template <typename T>
T ValueAt(const char* values, std::uint32_t row) {
  T value;
  std::memcpy(&value, values + std::size_t{row} * sizeof value, sizeof value);
  return value;
}

}  // namespace

BlockBatch::BlockBatch(const RecordSchema& schema, const SymbolTable& symbols, const TickClock* ticks,
                       arrow::MemoryPool* pool)
    : schema_(schema),
      symbols_(symbols),
      ticks_(ticks),
      pool_(pool),
      file_schema_(schema::ToArrow(schema.FileSchema())),
      values_(schema.columns.size()),
      validity_(schema.columns.size()) {
  layout_ = recording::PlaceColumns(schema.Shapes(), values_, validity_);
}

core::Result<std::shared_ptr<arrow::RecordBatch>> BlockBatch::Make(const BlockRows& block) const {
  std::vector<std::shared_ptr<arrow::Array>> columns;
  for (std::size_t i = 0; i < schema_.columns.size(); ++i) {
    SLUICE_ASSIGN_OR_RETURN(auto column, MakeColumn(i, block));
    columns.push_back(std::move(column));
  }
  for (const DerivedColumn& derived : schema_.derived) {
    SLUICE_ASSIGN_OR_RETURN(auto column, MakeDerived(derived, columns));
    columns.push_back(std::move(column));
  }
  return arrow::RecordBatch::Make(file_schema_, block.end - block.begin, std::move(columns));
}

bool BlockBatch::IsNull(std::size_t column, const BlockRows& block, std::uint32_t row) const {
  if (validity_[column] == 0) return false;
  auto* byte =
      const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(block.block) + validity_[column] + row / 8);
  return (std::atomic_ref<unsigned char>(*byte).load(std::memory_order_relaxed) >> (row % 8) & 1U) == 0;
}

core::Result<std::shared_ptr<arrow::Array>> BlockBatch::MakeColumn(std::size_t column, const BlockRows& block) const {
  const Kind kind = schema_.columns[column].shape.kind;
  if (kind == Kind::kText || kind == Kind::kSymbol) return MakeTexts(column, block);
  if (kind == Kind::kStamp) return MakeTimes(column, block);
  const std::int64_t rows = block.end - block.begin;
  const char* values = block.block + values_[column];
  const std::int64_t width = recording::WidthOf(kind);
  std::shared_ptr<arrow::Buffer> data;
  if (kind == Kind::kBool) {
    SLUICE_ASSIGN_OR_RETURN(data, arrow::AllocateEmptyBitmap(rows, pool_));
    for (std::int64_t i = 0; i < rows; ++i) {
      if (values[block.begin + i] != 0) arrow::bit_util::SetBit(data->mutable_data(), i);
    }
  } else {
    SLUICE_ASSIGN_OR_RETURN(data, arrow::AllocateBuffer(rows * width, pool_));
    std::memcpy(data->mutable_data(), values + block.begin * width, static_cast<std::size_t>(rows * width));
  }
  SLUICE_ASSIGN_OR_RETURN(const Validity valid, MakeValidity(column, block));
  const auto& type = file_schema_->field(static_cast<int>(column))->type();
  return arrow::MakeArray(arrow::ArrayData::Make(type, rows, {valid.bits, data}, valid.nulls));
}

core::Result<std::shared_ptr<arrow::Array>> BlockBatch::MakeTimes(std::size_t column, const BlockRows& block) const {
  constexpr std::int64_t kNsPerMicro = 1000;
  arrow::TimestampBuilder builder(file_schema_->field(static_cast<int>(column))->type(), pool_);
  SLUICE_TRY(builder.Reserve(block.end - block.begin));
  for (std::uint32_t row = block.begin; row < block.end; ++row) {
    if (IsNull(column, block, row)) {
      builder.UnsafeAppendNull();
      continue;
    }
    const auto stamp = ValueAt<std::int64_t>(block.block + values_[column], row);
    builder.UnsafeAppend(ticks_ == nullptr ? stamp / kNsPerMicro : ticks_->ToMicros(stamp));
  }
  SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Array> times, builder.Finish());
  return times;
}

std::string_view BlockBatch::TextAt(std::size_t column, const BlockRows& block, std::uint32_t row) const {
  const char* values = block.block + values_[column];
  if (IsNull(column, block, row)) return schema_.columns[column].filled ? kEmptyObject : std::string_view();
  if (schema_.columns[column].shape.kind == Kind::kSymbol) return symbols_.Text(ValueAt<std::uint32_t>(values, row));
  const auto place = ValueAt<std::uint64_t>(values, row);
  const std::string_view text(block.block + layout_.arena + (place & kLow32), place >> 32U);
  return text.empty() && schema_.columns[column].filled ? kEmptyObject : text;
}

// Texts of a process that died are where memory says; memory may lie.
core::Status BlockBatch::CheckTexts(std::size_t column, const BlockRows& block) const {
  const char* values = block.block + values_[column];
  for (std::uint32_t row = block.begin; row < block.end; ++row) {
    const auto place = ValueAt<std::uint64_t>(values, row);
    if ((place & kLow32) + (place >> 32U) <= layout_.arena_bytes || IsNull(column, block, row)) continue;
    return core::Corruption(
        fmt::format("a text of column '{}' does not lie in its block", schema_.columns[column].name));
  }
  return core::Ok();
}

core::Result<std::shared_ptr<arrow::Array>> BlockBatch::MakeTexts(std::size_t column, const BlockRows& block) const {
  if (schema_.columns[column].shape.kind == Kind::kText) SLUICE_TRY(CheckTexts(column, block));
  const std::int64_t rows = block.end - block.begin;
  SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Buffer> offsets, arrow::AllocateBuffer((rows + 1) * 4, pool_));
  auto* ends = reinterpret_cast<std::int32_t*>(offsets->mutable_data());
  std::vector<std::string_view> texts(static_cast<std::size_t>(rows));
  std::int32_t bytes = 0;  // a block's arena is far below 2 GiB
  ends[0] = 0;
  for (std::int64_t i = 0; i < rows; ++i) {
    const std::string_view text = TextAt(column, block, block.begin + static_cast<std::uint32_t>(i));
    texts[static_cast<std::size_t>(i)] = text;
    bytes += static_cast<std::int32_t>(text.size());
    ends[i + 1] = bytes;
  }
  SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Buffer> data,
                          arrow::AllocateBuffer(bytes + std::int64_t{recording::kArenaSlack}, pool_));
  char* to = reinterpret_cast<char*>(data->mutable_data());
  for (const std::string_view text : texts) {
    recording::CopyText(to, text.data(), text.size());
    to += text.size();
  }
  data = arrow::SliceBuffer(data, 0, bytes);
  SLUICE_ASSIGN_OR_RETURN(Validity valid, MakeValidity(column, block));
  const auto made = std::make_shared<arrow::StringArray>(rows, offsets, data, valid.bits, valid.nulls);
  const std::span all(ends, static_cast<std::size_t>(rows) + 1);
  if (AreWellFormed({reinterpret_cast<const char*>(data->data()), static_cast<std::size_t>(bytes)}, all)) return made;
  return Repaired(*made, pool_);
}

core::Result<BlockBatch::Validity> BlockBatch::MakeValidity(std::size_t column, const BlockRows& block) const {
  Validity valid;
  if (validity_[column] == 0 || schema_.columns[column].filled) return valid;
  const std::int64_t rows = block.end - block.begin;
  SLUICE_ASSIGN_OR_RETURN(valid.bits, arrow::AllocateEmptyBitmap(rows, pool_));
  for (std::int64_t i = 0; i < rows; ++i) {
    const bool null = IsNull(column, block, block.begin + static_cast<std::uint32_t>(i));
    valid.nulls += null ? 1 : 0;
    if (!null) arrow::bit_util::SetBit(valid.bits->mutable_data(), i);
  }
  if (valid.nulls == 0) valid.bits.reset();
  return valid;
}

core::Result<std::shared_ptr<arrow::Array>> BlockBatch::MakeDerived(
    const DerivedColumn& derived, const std::vector<std::shared_ptr<arrow::Array>>& columns) const {
  const arrow::Array& values = *columns[schema_.Find(derived.value)];
  const auto& keys = static_cast<const arrow::StringArray&>(*columns[schema_.Find(derived.when)]);
  const std::string wanted = core::LowerAscii(derived.equals);
  SLUICE_ASSIGN_OR_RETURN(const auto builder, arrow::MakeBuilder(values.type(), pool_));
  SLUICE_TRY(builder->Reserve(values.length()));
  const arrow::ArraySpan span(*values.data());
  for (std::int64_t row = 0; row < values.length(); ++row) {
    const bool taken = keys.IsValid(row) && core::LowerAscii(WithoutBlanks(keys.GetView(row))) == wanted;
    SLUICE_TRY(taken ? builder->AppendArraySlice(span, row, 1) : builder->AppendNull());
  }
  SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Array> column, builder->Finish());
  return column;
}

}  // namespace sluice::recorder

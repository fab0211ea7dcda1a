#include "json/nested_column.h"

#include <arrow/buffer.h>
#include <arrow/util/bit_util.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "schema/arrow_error.h"

namespace sluice::json {

bool NestedColumn::Read(Cursor& cursor, RecordContext& context, int depth) {
  const char c = cursor.Peek();
  if (c == 'n') {
    return cursor.ReadLiteral("null") ? AppendMissing(context) : RefuseText(path(), cursor, context);
  }
  if (c != opening()) return RefuseKind(*this, cursor, context, depth);
  if (depth + 1 > kDepthMax) {
    cursor.Fail("nested deeper than 64");
    return RefuseText(path(), cursor, context);
  }
  valid_.push_back(1);
  return ReadValue(cursor, context, depth + 1);
}

bool NestedColumn::AppendMissing(RecordContext& context) {
  if (!field().nullable) return RefuseNull(*this, context);
  AppendUnder(context);
  return true;
}

void NestedColumn::AppendUnder(RecordContext& context) {
  valid_.push_back(0);
  AppendNullValue(context);
}

core::Result<NestedColumn::Validity> NestedColumn::TakeValidity() {
  Validity validity;
  validity.length = static_cast<std::int64_t>(valid_.size());
  validity.nulls = std::count(valid_.begin(), valid_.end(), 0);
  if (validity.nulls > 0) {
    SLUICE_ASSIGN_OR_RETURN(validity.bitmap, arrow::AllocateEmptyBitmap(validity.length, pool_));
    std::uint8_t* bits = validity.bitmap->mutable_data();
    for (std::size_t i = 0; i < valid_.size(); ++i) {
      if (valid_[i] != 0) arrow::bit_util::SetBit(bits, static_cast<std::int64_t>(i));
    }
  }
  valid_.clear();
  mark_ = 0;
  return validity;
}

void ListOffsets::Rollback() {
  ends_.resize(mark_);
  total_ = ends_.empty() ? 0 : ends_.back();
}

core::Result<std::shared_ptr<arrow::Buffer>> ListOffsets::Take(arrow::MemoryPool* pool) {
  const auto bytes = static_cast<std::int64_t>((ends_.size() + 1) * sizeof(std::int32_t));
  SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Buffer> buffer, arrow::AllocateBuffer(bytes, pool));
  const std::int32_t zero = 0;
  std::memcpy(buffer->mutable_data(), &zero, sizeof zero);
  if (!ends_.empty()) {
    std::memcpy(buffer->mutable_data() + sizeof zero, ends_.data(), ends_.size() * sizeof(std::int32_t));
  }
  ends_.clear();
  total_ = 0;
  mark_ = 0;
  return buffer;
}

}  // namespace sluice::json

#include "json/map_column.h"

#include <arrow/array/array_nested.h>

#include <utility>

#include "schema/arrow_error.h"
#include "schema/arrow_mapping.h"

namespace sluice::json {

MapColumn::MapColumn(schema::Field field, std::string path, std::unique_ptr<LeafColumn> key,
                     std::unique_ptr<Column> value, arrow::MemoryPool* pool)
    : NestedColumn(std::move(field), std::move(path), pool), key_(std::move(key)), value_(std::move(value)) {}

void MapColumn::BeginRecord() {
  NestedColumn::BeginRecord();
  offsets_.BeginRecord();
  key_->BeginRecord();
  value_->BeginRecord();
}

void MapColumn::Rollback(std::uint32_t row) {
  NestedColumn::Rollback(row);
  offsets_.Rollback();
  key_->Rollback(row);
  value_->Rollback(row);
}

bool MapColumn::ReadEntry(Cursor& cursor, RecordContext& context, int depth,
                          std::unordered_set<std::string_view>& keys) {
  std::string_view key;
  bool escaped = false;
  const bool good = (cursor.Peek() == '"' || cursor.Fail("a key in quotes is expected")) &&
                    cursor.ReadString(key, escaped) &&
                    (!escaped || context.arena.Unescape(key, key) || cursor.Fail("a malformed escape in a key")) &&
                    (cursor.Take(':') || cursor.Fail("':' is expected after a key"));
  if (!good) return RefuseText(path(), cursor, context);
  if (!keys.insert(key).second) return context.Fail(path(), "duplicate key '" + std::string(key) + "'");
  key_->Append(key, context);
  return value_->Read(cursor, context, depth);
}

bool MapColumn::ReadValue(Cursor& cursor, RecordContext& context, int depth) {
  cursor.Take('{');
  std::unordered_set<std::string_view> keys;
  if (!cursor.Take('}')) {
    do {
      if (!ReadEntry(cursor, context, depth, keys)) return false;
    } while (cursor.Take(','));
    if (!cursor.Take('}')) {
      cursor.Fail("',' or '}' is expected");
      return RefuseText(path(), cursor, context);
    }
  }
  offsets_.Append(keys.size());
  return true;
}

core::Status MapColumn::Flush(RowFaults& faults) {
  SLUICE_TRY(key_->Flush(faults));
  return value_->Flush(faults);
}

core::Result<std::shared_ptr<arrow::Array>> MapColumn::Finish() {
  SLUICE_ASSIGN_OR_RETURN(const Validity validity, TakeValidity());
  SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Buffer> offsets, offsets_.Take(pool()));
  SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Array> keys, key_->Finish());
  SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Array> values, value_->Finish());
  return std::make_shared<arrow::MapArray>(schema::ToArrow(field().type), validity.length, std::move(offsets),
                                           std::move(keys), std::move(values), validity.bitmap, validity.nulls);
}

}  // namespace sluice::json

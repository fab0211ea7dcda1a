#include "json/list_column.h"

#include <arrow/array/array_nested.h>

#include <utility>

#include "schema/arrow_error.h"
#include "schema/arrow_mapping.h"

namespace sluice::json {

ListColumn::ListColumn(schema::Field field, std::string path, std::unique_ptr<Column> element, arrow::MemoryPool* pool)
    : NestedColumn(std::move(field), std::move(path), pool), element_(std::move(element)) {}

void ListColumn::BeginRecord() {
  NestedColumn::BeginRecord();
  offsets_.BeginRecord();
  element_->BeginRecord();
}

void ListColumn::Rollback(std::uint32_t row) {
  NestedColumn::Rollback(row);
  offsets_.Rollback();
  element_->Rollback(row);
}

bool ListColumn::ReadValue(Cursor& cursor, RecordContext& context, int depth) {
  cursor.Take('[');
  std::size_t elements = 0;
  if (!cursor.Take(']')) {
    do {
      if (!element_->Read(cursor, context, depth)) return false;
      ++elements;
    } while (cursor.Take(','));
    if (!cursor.Take(']')) {
      cursor.Fail("',' or ']' is expected");
      return RefuseText(path(), cursor, context);
    }
  }
  offsets_.Append(elements);
  return true;
}

core::Result<std::shared_ptr<arrow::Array>> ListColumn::Finish() {
  SLUICE_ASSIGN_OR_RETURN(const Validity validity, TakeValidity());
  SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Buffer> offsets, offsets_.Take(pool()));
  SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Array> elements, element_->Finish());
  return std::make_shared<arrow::ListArray>(schema::ToArrow(field().type), validity.length, std::move(offsets),
                                            std::move(elements), validity.bitmap, validity.nulls);
}

}  // namespace sluice::json

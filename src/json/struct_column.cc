#include "json/struct_column.h"

#include <arrow/array/array_nested.h>

#include <utility>

#include "schema/arrow_error.h"
#include "schema/arrow_mapping.h"

namespace sluice::json {

StructColumn::StructColumn(schema::Field field, std::string path, std::vector<std::unique_ptr<Column>> members,
                           bool ignore_unknown, arrow::MemoryPool* pool)
    : NestedColumn(std::move(field), std::move(path), pool),
      members_(std::move(members)),
      reader_(this->path() + ".", ignore_unknown) {
  for (const std::unique_ptr<Column>& member : members_) reader_.At(member->field().name).column = member.get();
}

void StructColumn::BeginRecord() {
  NestedColumn::BeginRecord();
  for (const std::unique_ptr<Column>& member : members_) member->BeginRecord();
}

void StructColumn::Rollback(std::uint32_t row) {
  NestedColumn::Rollback(row);
  for (const std::unique_ptr<Column>& member : members_) member->Rollback(row);
}

bool StructColumn::ReadValue(Cursor& cursor, RecordContext& context, int depth) {
  const std::uint64_t instance = ++instance_;
  if (!reader_.Read(cursor, context, instance, depth)) return false;
  for (const std::unique_ptr<Column>& member : members_) {
    if (member->seen_in != instance && !member->AppendMissing(context)) return false;
  }
  return true;
}

void StructColumn::AppendNullValue(RecordContext& context) {
  for (const std::unique_ptr<Column>& member : members_) member->AppendUnder(context);
}

core::Status StructColumn::Flush(RowFaults& faults) {
  for (const std::unique_ptr<Column>& member : members_) SLUICE_TRY(member->Flush(faults));
  return core::Ok();
}

core::Result<std::shared_ptr<arrow::Array>> StructColumn::Finish() {
  SLUICE_ASSIGN_OR_RETURN(const Validity validity, TakeValidity());
  arrow::ArrayVector children;
  for (const std::unique_ptr<Column>& member : members_) {
    SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Array> child, member->Finish());
    children.push_back(std::move(child));
  }
  return std::make_shared<arrow::StructArray>(schema::ToArrow(field().type), validity.length, std::move(children),
                                              validity.bitmap, validity.nulls);
}

}  // namespace sluice::json

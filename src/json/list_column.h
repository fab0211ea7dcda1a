#pragma once

#include <memory>
#include <string>

#include "json/nested_column.h"

namespace sluice::json {

/// A column of arrays whose elements are of one type.
class ListColumn final : public NestedColumn {
 public:
  ListColumn(schema::Field field, std::string path, std::unique_ptr<Column> element, arrow::MemoryPool* pool);

  void BeginRecord() override;
  void Rollback(std::uint32_t row) override;
  core::Status Flush(RowFaults& faults) override { return element_->Flush(faults); }
  core::Result<std::shared_ptr<arrow::Array>> Finish() override;

 protected:
  char opening() const override { return '['; }
  bool ReadValue(Cursor& cursor, RecordContext& context, int depth) override;
  void AppendNullValue(RecordContext&) override { offsets_.Append(0); }

 private:
  std::unique_ptr<Column> element_;
  ListOffsets offsets_;
};

}  // namespace sluice::json

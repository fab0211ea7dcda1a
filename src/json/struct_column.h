#pragma once

#include <memory>
#include <string>
#include <vector>

#include "json/nested_column.h"
#include "json/object_reader.h"

namespace sluice::json {

/// A column of objects with known members.
class StructColumn final : public NestedColumn {
 public:
  StructColumn(schema::Field field, std::string path, std::vector<std::unique_ptr<Column>> members, bool ignore_unknown,
               arrow::MemoryPool* pool);

  void BeginRecord() override;
  void Rollback(std::uint32_t row) override;
  core::Status Flush(RowFaults& faults) override;
  core::Result<std::shared_ptr<arrow::Array>> Finish() override;

 protected:
  char opening() const override { return '{'; }
  bool ReadValue(Cursor& cursor, RecordContext& context, int depth) override;
  void AppendNullValue(RecordContext& context) override;

 private:
  std::vector<std::unique_ptr<Column>> members_;
  ObjectReader reader_;
  std::uint64_t instance_ = 0;
};

}  // namespace sluice::json

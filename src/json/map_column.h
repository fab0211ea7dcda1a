#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>

#include "json/leaf_column.h"
#include "json/nested_column.h"

namespace sluice::json {

/// A column of objects with any keys: each key is read as a text of the key's type.
class MapColumn final : public NestedColumn {
 public:
  MapColumn(schema::Field field, std::string path, std::unique_ptr<LeafColumn> key, std::unique_ptr<Column> value,
            arrow::MemoryPool* pool);

  void BeginRecord() override;
  void Rollback(std::uint32_t row) override;
  core::Status Flush(RowFaults& faults) override;
  core::Result<std::shared_ptr<arrow::Array>> Finish() override;

 protected:
  char opening() const override { return '{'; }
  bool ReadValue(Cursor& cursor, RecordContext& context, int depth) override;
  void AppendNullValue(RecordContext&) override { offsets_.Append(0); }

 private:
  bool ReadEntry(Cursor& cursor, RecordContext& context, int depth, std::unordered_set<std::string_view>& keys);

  std::unique_ptr<LeafColumn> key_;
  std::unique_ptr<Column> value_;
  ListOffsets offsets_;
};

}  // namespace sluice::json

#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"
#include "json/column.h"
#include "json/json_options.h"
#include "json/leaf_column.h"
#include "json/object_reader.h"
#include "json/run_reader.h"
#include "schema/table_spec.h"

namespace sluice::json {

/// The columns of one schema, filled record by record.
///
/// Order: (Read* Flush)*, Finish, … . Threads: one at a time; make one per task. `spec` is copied.
class RecordTable {
 public:
  /// `inherited` is an object whose members each record takes where it lacks them, or "". Configuration for a schema
  /// that cannot be filled, Corruption when `inherited` is no JSON.
  static core::Result<std::unique_ptr<RecordTable>> Make(const schema::TableSpec& spec, const JsonOptions& options,
                                                         std::string_view inherited, arrow::MemoryPool* pool);

  /// Take the record at the cursor as row `row` since the last flush; false (and fault()) when it is rejected.
  bool Read(Cursor& cursor, std::uint32_t row);
  /// Take some of `records`, from the first on, as rows `row`, `row` + 1, …: those that are flat objects with the keys
  /// of the record read before. See RecordVisitor::VisitRun.
  std::size_t ReadRun(Cursor& cursor, std::uint32_t block_begin, std::span<const columns::RecordSpan> records,
                      std::uint32_t row);
  const Fault& fault() const { return context_.fault; }
  /// Hand the texts to the builders. `faults.faulty` has an entry per row; their text is not needed any more.
  core::Status Flush(RowFaults& faults);
  core::Result<std::vector<std::shared_ptr<arrow::Array>>> Finish();

  const std::vector<std::unique_ptr<Column>>& columns() const { return columns_; }
  const ObjectReader& reader() const { return *reader_; }

 private:
  RecordTable() = default;
  core::Status AddColumn(const schema::ColumnSpec& spec, const schema::TableSpec& table, arrow::MemoryPool* pool);
  core::Status AddKey(const std::string& name, Column* column);
  core::Status AddPath(ObjectReader& reader, const std::string& above, const std::string& path, Column* column);
  core::Status SetInherited(std::string_view inherited);
  bool ReadInto(Cursor& cursor);

  bool ignore_unknown_ = false;
  std::vector<std::unique_ptr<Column>> columns_;
  std::vector<Column*> nested_;
  std::vector<std::pair<LeafColumn*, std::string>> constants_;
  std::unique_ptr<ObjectReader> reader_;
  RecordContext context_;
  std::uint64_t instance_ = 0;
  std::string inherited_;  // with its padding
  std::size_t inherited_bytes_ = 0;
  RunReader run_reader_;
  StructuralIndex inherited_index_;
};

}  // namespace sluice::json

#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "columns/scalar_builder.h"
#include "core/result.h"
#include "json/cursor.h"
#include "json/unescape.h"
#include "schema/type.h"

namespace sluice::json {

/// Why a record is rejected.
struct Fault {
  std::string column;
  std::string reason;
};

/// What all columns share while one record is read.
struct RecordContext {
  TextArena arena;           ///< unescaped strings, until the columns are flushed
  std::uint32_t row = 0;     ///< of the record among those not flushed yet
  Fault fault;               ///< set by whoever returned false
  bool any_as_text = false;  ///< JsonOptions::text_takes_any_value
  bool Fail(std::string column, std::string reason) {
    fault = {std::move(column), std::move(reason)};
    return false;
  }
};

/// The values that did not fit their type, by row since the last flush.
struct RowFaults {
  std::vector<std::uint8_t> faulty;  ///< per row
  std::vector<std::pair<std::uint32_t, Fault>> first;
  /// Remember the first fault of `row`.
  void Add(std::uint32_t row, const std::string& column, std::string reason);
};

/// One column or member: takes one JSON value per row (or per member, per element), keeps the texts, and hands them to
/// the typed builders in tiles.
///
/// Order: (BeginRecord (Read | AppendMissing)* Rollback?)* Flush, … , Finish. Threads: one at a time.
class Column {
 public:
  Column(schema::Field field, std::string path) : field_(std::move(field)), path_(std::move(path)) {}
  virtual ~Column() = default;
  /// Take the value at the cursor; false (and context.fault) when it is not JSON or of another kind than the column.
  virtual bool Read(Cursor& cursor, RecordContext& context, int depth) = 0;
  /// Take NULL, or the default: the key is not there.
  virtual bool AppendMissing(RecordContext& context) = 0;
  /// Take NULL because the value around this one is NULL; never a fault.
  virtual void AppendUnder(RecordContext& context) = 0;
  /// May be left out for a column with one value per row.
  virtual void BeginRecord() = 0;
  /// Forget everything since BeginRecord, which was the begin of row `row`.
  virtual void Rollback(std::uint32_t row) = 0;
  virtual core::Status Flush(RowFaults& faults) = 0;
  virtual core::Result<std::shared_ptr<arrow::Array>> Finish() = 0;

  const schema::Field& field() const { return field_; }
  /// The name in rejects: "user.id".
  const std::string& path() const { return path_; }

  std::uint64_t seen_in = 0;  ///< the object that gave it a value last; see ObjectReader
  bool ever_seen = false;

 private:
  schema::Field field_;
  std::string path_;
};

/// "a string", "a number", … for the token that begins with `c`.
std::string_view TokenKind(char c);

/// Reject the record because the value at the cursor is of another kind than `column`, or no JSON at all.
bool RefuseKind(const Column& column, Cursor& cursor, RecordContext& context, int depth);
/// Reject the record for the cursor's flaw.
bool RefuseText(const std::string& path, const Cursor& cursor, RecordContext& context);
/// Reject the record because of a NULL in a column that is not nullable.
bool RefuseNull(const Column& column, RecordContext& context);

/// A column for a column of the schema, with its members and elements. `ignore_unknown`: members of objects that a
/// struct does not name are left out instead of refused.
core::Result<std::unique_ptr<Column>> MakeColumn(const schema::ColumnSpec& spec, bool ignore_unknown,
                                                 arrow::MemoryPool* pool);

}  // namespace sluice::json

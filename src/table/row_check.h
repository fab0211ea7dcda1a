#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "delta/action.h"
#include "delta/data_type.h"
#include "expression/dialect.h"
#include "expression/expression.h"

namespace sluice::table {

/// What every row of a table must keep: NOT NULL, CHECK constraints, column invariants, lengths of CHAR and VARCHAR.
///
/// Threads: one at a time.
class RowCheck {
 public:
  /// Unsupported, naming it, for a constraint whose SQL is not understood and for a rule on the elements of a list or
  /// map: such a table cannot be written.
  static core::Result<RowCheck> Make(const delta::TableSchema& schema, const delta::StringMap& configuration,
                                     arrow::MemoryPool* pool);

  /// One more condition that every row must keep, as users state it.
  core::Status Require(std::string name, const std::string& sql);

  /// InvalidInput naming the rule, the row and its values when a row breaks one. A condition must be true: NULL breaks
  /// it. `first_row` is the number of the batch's first row, for the message.
  core::Status Check(const std::shared_ptr<arrow::RecordBatch>& rows, std::uint64_t first_row) const;

  bool empty() const { return conditions_.empty() && !any_required_; }

 private:
  struct Condition {
    std::string name;  ///< "CHECK constraint positive", "invariant of column n", "VARCHAR(5) of column v"
    std::string sql;
    expression::Expression bound;
  };

  explicit RowCheck(arrow::MemoryPool* pool) : pool_(pool) {}
  /// Tables keep their conditions as Spark reads them.
  core::Status Add(std::string name, const std::string& sql, const arrow::Schema& schema,
                   expression::Dialect dialect = expression::Dialect::kSpark);
  core::Status AddColumnRules(const std::vector<delta::Field>& fields, const std::string& prefix,
                              const arrow::Schema& schema);

  delta::TableSchema schema_;
  std::vector<Condition> conditions_;
  bool any_required_ = false;
  arrow::MemoryPool* pool_;
};

/// The values of a row in the columns that `condition` names, for messages: "a = 1, b = NULL".
std::string DescribeRow(const arrow::RecordBatch& rows, std::int64_t row, const expression::Expression& condition);

}  // namespace sluice::table

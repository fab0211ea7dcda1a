#include "table/constraint_check.h"

#include <arrow/array/array_primitive.h>
#include <arrow/record_batch.h>
#include <fmt/format.h>

#include <utility>

#include "delta/arrow_types.h"
#include "expression/binder.h"
#include "expression/column_set.h"
#include "expression/parser.h"
#include "table/row_check.h"
#include "table/scan.h"

namespace sluice::table {
namespace {

using expression::Expression;
using expression::Operator;

core::Result<Expression> Understand(const delta_log::Snapshot& snapshot, const std::string& sql) {
  SLUICE_ASSIGN_OR_RETURN(Expression parsed, expression::Parse(sql, expression::Dialect::kSpark));
  SLUICE_ASSIGN_OR_RETURN(const auto schema, delta::ToArrow(snapshot.schema));
  return expression::BindCondition(std::move(parsed), *schema);
}

/// Finds the first row for which the condition is not true.
core::Status CheckRows(const storage::Environment& environment,
                       const std::shared_ptr<const delta_log::Snapshot>& snapshot, const std::string& name,
                       const std::string& sql, const Expression& condition) {
  const auto columns = expression::TopLevelColumnsOf(condition);
  ScanRequest request;
  request.columns.emplace(columns.begin(), columns.end());
  request.condition = expression::MakeNode(
      Operator::kNot, {expression::MakeNode(Operator::kNullSafeEqual, {condition, expression::MakeTruth(true)})});
  request.extra.positions = true;
  request.planning.with_skipping = false;
  request.allow_outside = true;
  SLUICE_ASSIGN_OR_RETURN(const auto scan, Scan::Open(environment, snapshot, request));
  SLUICE_ASSIGN_OR_RETURN(const auto broken, scan->Next());
  if (!broken) return core::Ok();
  const auto& rows = *broken->rows;
  const auto& positions = static_cast<const arrow::Int64Array&>(*rows.column(rows.num_columns() - 1));
  return core::InvalidInput(fmt::format("row {} of {} breaks the CHECK constraint {}: {}", positions.Value(0) + 1,
                                        snapshot->files.path(broken->file), name, sql))
      .WithHint("nothing was written; correct or delete such rows first")
      .WithContext(DescribeRow(rows, 0, condition));
}

}  // namespace

core::Status CheckConstraints(const storage::Environment& environment,
                              const std::shared_ptr<const delta_log::Snapshot>& snapshot,
                              const delta::StringMap& constraints) {
  std::vector<Expression> conditions;
  for (const auto& [name, sql] : constraints) {
    auto condition = Understand(*snapshot, sql);
    if (!condition) return std::move(condition).error().WithPrefix(fmt::format("the CHECK constraint {}: ", name));
    conditions.push_back(*std::move(condition));
  }
  std::size_t next = 0;
  for (const auto& [name, sql] : constraints) {
    SLUICE_TRY(CheckRows(environment, snapshot, name, sql, conditions[next++]));
  }
  return core::Ok();
}

}  // namespace sluice::table

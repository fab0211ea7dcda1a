#include "expression/column_set.h"

namespace sluice::expression {
namespace {

void Collect(const Expression& expression, ColumnSet* columns) {
  if (expression.op == Operator::kColumn) columns->insert(expression.column);
  for (const Expression& argument : expression.arguments) Collect(argument, columns);
}

}  // namespace

ColumnSet ColumnsOf(const Expression& expression) {
  ColumnSet columns;
  Collect(expression, &columns);
  return columns;
}

std::set<std::string> TopLevelColumnsOf(const Expression& expression) {
  std::set<std::string> names;
  for (const auto& path : ColumnsOf(expression)) names.insert(path.front());
  return names;
}

}  // namespace sluice::expression

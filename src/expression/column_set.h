#pragma once

#include <set>
#include <string>
#include <vector>

#include "expression/expression.h"

namespace sluice::expression {

/// Paths of columns.
using ColumnSet = std::set<std::vector<std::string>>;

/// The columns that `expression` uses, as it spells them.
ColumnSet ColumnsOf(const Expression& expression);

/// The first parts of those paths: the columns to read.
std::set<std::string> TopLevelColumnsOf(const Expression& expression);

/// Equal inputs give equal values: true of everything that Parse accepts.
constexpr bool IsDeterministic(const Expression&) { return true; }

}  // namespace sluice::expression

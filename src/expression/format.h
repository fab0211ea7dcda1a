#pragma once

#include <string>

#include "expression/dialect.h"
#include "expression/expression.h"

namespace sluice::expression {

/// Stable SQL: Parse(ToSql(e)) == e for every e that Parse returned; what Bind returned parses and binds to the same
/// meaning. No more parentheses than needed; names in backticks where they need quotes.
std::string ToSql(const Expression& expression, Dialect dialect = Dialect::kStandard);

/// ToSql, cut off after some 80 bytes: for messages.
std::string ShortSql(const Expression& expression);

}  // namespace sluice::expression

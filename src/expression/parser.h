#pragma once

#include <cstddef>
#include <string_view>

#include "core/result.h"
#include "expression/dialect.h"
#include "expression/expression.h"

namespace sluice::expression {

inline constexpr std::size_t kSqlBytesMax = std::size_t{1} << 20;
inline constexpr std::size_t kDepthMax = 200;                   ///< of the tree
inline constexpr std::size_t kNodesMax = std::size_t{1} << 18;  ///< of the tree; BETWEEN doubles its left side

/// Read a condition or value as users write it and as tables state it: the SQL that Spark and DuckDB share.
///
///   operand    a, a.b.c, `odd ``name`, "odd name"; 1, 2.5, 1e3, 5L 5S 5Y 5D 5F 5BD, 'it''s', X'ff', TRUE, FALSE, NULL,
///              DATE '…', TIMESTAMP '…', TIMESTAMP_NTZ '…'; f(x, …) of function.h, CAST(x AS type), x::type, (x)
///   strongest  unary - +    * / %    + - ||    = == <> != < <= > >= <=>, [NOT] IN, BETWEEN, LIKE,
///              IS [NOT] NULL | TRUE | FALSE | UNKNOWN | DISTINCT FROM    NOT    AND    OR   weakest
///
/// Literals: whole numbers are int32, int64 or decimal, whichever holds them first; 2.5 is decimal(2,1); 1e3 float64;
/// TIMESTAMP is an instant, UTC unless the text has a zone. Comparisons do not chain. Words in upper or lower case.
/// Columns and types are looked at by Bind.
///
/// Errors: InvalidInput with the column (from 1, in characters) and the text around it; Unsupported for what SQL has
/// and this does not (by name); LimitExceeded beyond the limits above.
core::Result<Expression> Parse(std::string_view sql, Dialect dialect = Dialect::kStandard);

}  // namespace sluice::expression

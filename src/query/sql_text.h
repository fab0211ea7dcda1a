#pragma once

#include <string_view>

namespace sluice::query {

/// Questions about SQL text that are asked before DuckDB sees it. Comments (`--`, `/* */`, nested) and quoted parts
/// ('…', "…", $$…$$) are understood; the grammar is not.

/// Does the text begin as statements do that only read? They begin with SELECT, FROM, WITH, VALUES, TABLE, PIVOT,
/// UNPIVOT, SHOW, DESCRIBE, DESC, SUMMARIZE, PRAGMA or a parenthesis, or are an EXPLAIN of such a one. A first sieve
/// only: WITH can introduce an INSERT, and a PRAGMA can set something.
bool BeginsAsReading(std::string_view sql);

/// Does the text begin with the word (upper case), in any case, behind white space and comments?
bool StartsWithWord(std::string_view sql, std::string_view word);

/// CREATE [OR REPLACE] [TEMP | TEMPORARY] MACRO | FUNCTION.
bool IsCreateMacro(std::string_view sql);

/// Without white space and one ';' at the end.
std::string_view WithoutTrailingSemicolon(std::string_view sql);

/// Is there a ';' with more SQL behind it?
bool HasSeveralStatements(std::string_view sql);

/// What an EXPLAIN explains: the text behind EXPLAIN, ANALYZE and a list of options. Empty when `sql` is no EXPLAIN.
std::string_view ExplainedStatement(std::string_view sql);

}  // namespace sluice::query

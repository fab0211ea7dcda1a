#include "query/sql_text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>

namespace sluice::query {
namespace {

bool IsSpace(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

bool IsWordCharacter(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// The length of the comment at the front, which begins with "/*"; comments nest.
std::size_t BlockCommentBytes(std::string_view sql) {
  std::size_t depth = 0;
  std::size_t i = 0;
  while (i < sql.size()) {
    const std::string_view rest = sql.substr(i);
    if (rest.starts_with("/*")) {
      ++depth;
      i += 2;
    } else if (rest.starts_with("*/")) {
      --depth;
      i += 2;
      if (depth == 0) return i;
    } else {
      ++i;
    }
  }
  return sql.size();
}

std::string_view SkipBlank(std::string_view sql) {
  while (!sql.empty()) {
    if (IsSpace(sql[0])) {
      sql.remove_prefix(1);
    } else if (sql.starts_with("--")) {
      const std::size_t end = sql.find('\n');
      sql = end == std::string_view::npos ? std::string_view() : sql.substr(end);
    } else if (sql.starts_with("/*")) {
      sql.remove_prefix(BlockCommentBytes(sql));
    } else {
      break;
    }
  }
  return sql;
}

// Take `word` (upper case) off the front, blank included.
bool TakeWord(std::string_view& sql, std::string_view word) {
  if (sql.size() < word.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (std::toupper(static_cast<unsigned char>(sql[i])) != word[i]) return false;
  }
  const std::string_view rest = sql.substr(word.size());
  if (!rest.empty() && IsWordCharacter(rest[0])) return false;
  sql = SkipBlank(rest);
  return true;
}

// Behind the quoted part at the front. A doubled quote is two parts side by side, which comes to the same. With
// `backslash` (E'…') a backslash takes the next character along.
std::string_view SkipQuoted(std::string_view sql, bool backslash) {
  const char quote = sql[0];
  std::size_t i = 1;
  while (i < sql.size() && sql[i] != quote) i += backslash && sql[i] == '\\' ? 2 : 1;
  return i < sql.size() ? sql.substr(i + 1) : std::string_view();
}

// Behind $tag$…$tag$; a '$' that opens nothing is one character ($1).
std::string_view SkipDollar(std::string_view sql) {
  std::size_t end = 1;
  while (end < sql.size() && IsWordCharacter(sql[end])) ++end;
  const bool parameter = sql.size() > 1 && std::isdigit(static_cast<unsigned char>(sql[1])) != 0;
  if (parameter || end >= sql.size() || sql[end] != '$') return sql.substr(1);
  const std::string_view tag = sql.substr(0, end + 1);
  const std::size_t close = sql.find(tag, tag.size());
  return close == std::string_view::npos ? std::string_view() : sql.substr(close + tag.size());
}

}  // namespace

bool BeginsAsReading(std::string_view sql) {
  constexpr std::array<std::string_view, 12> kReadingWords = {"SELECT",   "FROM",  "WITH",      "VALUES",
                                                              "TABLE",    "PIVOT", "UNPIVOT",   "SHOW",
                                                              "DESCRIBE", "DESC",  "SUMMARIZE", "PRAGMA"};
  if (StartsWithWord(sql, "EXPLAIN")) {
    const std::string_view explained = ExplainedStatement(sql);
    return !StartsWithWord(explained, "EXPLAIN") && BeginsAsReading(explained);
  }
  if (SkipBlank(sql).starts_with('(')) return true;
  return std::ranges::any_of(kReadingWords, [sql](std::string_view word) { return StartsWithWord(sql, word); });
}

bool StartsWithWord(std::string_view sql, std::string_view word) {
  sql = SkipBlank(sql);
  return TakeWord(sql, word);
}

bool IsCreateMacro(std::string_view sql) {
  sql = SkipBlank(sql);
  if (!TakeWord(sql, "CREATE")) return false;
  if (TakeWord(sql, "OR") && !TakeWord(sql, "REPLACE")) return false;
  if (!TakeWord(sql, "TEMP")) (void)TakeWord(sql, "TEMPORARY");
  return TakeWord(sql, "MACRO") || TakeWord(sql, "FUNCTION");
}

std::string_view WithoutTrailingSemicolon(std::string_view sql) {
  const auto trim = [&sql] {
    while (!sql.empty() && IsSpace(sql.back())) sql.remove_suffix(1);
  };
  trim();
  if (sql.ends_with(';')) sql.remove_suffix(1);
  trim();
  return sql;
}

bool HasSeveralStatements(std::string_view sql) {
  char before = ' ';
  char before_that = ' ';
  while (!sql.empty()) {
    const std::string_view skipped = SkipBlank(sql);
    if (skipped.size() < sql.size()) {
      sql = skipped;
      before = ' ';
      continue;
    }
    const char c = sql[0];
    if (c == ';' && !SkipBlank(sql.substr(1)).empty()) return true;
    if (c == '\'' || c == '"') {
      const bool escapes = c == '\'' && (before == 'e' || before == 'E') && !IsWordCharacter(before_that);
      sql = SkipQuoted(sql, escapes);
    } else {
      sql = c == '$' && !IsWordCharacter(before) ? SkipDollar(sql) : sql.substr(1);
    }
    before_that = before;
    before = c;
  }
  return false;
}

std::string_view ExplainedStatement(std::string_view sql) {
  sql = SkipBlank(sql);
  if (!TakeWord(sql, "EXPLAIN")) return {};
  (void)TakeWord(sql, "ANALYZE");
  // Options in parentheses hold words and numbers only; a query in parentheses is left for DuckDB to take apart.
  std::string_view inside = sql.starts_with('(') ? SkipBlank(sql.substr(1)) : std::string_view();
  if (TakeWord(inside, "ANALYZE") || TakeWord(inside, "FORMAT")) {
    const std::size_t end = inside.find(')');
    sql = end == std::string_view::npos ? std::string_view() : SkipBlank(inside.substr(end + 1));
  }
  return sql;
}

}  // namespace sluice::query

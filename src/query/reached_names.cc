#include "query/reached_names.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "core/ascii.h"
#include "query/sql_text.h"

namespace sluice::query {
namespace {

bool IsWordByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// Lower case, with doubled quotes as the one that they stand for.
std::string Folded(std::string_view sql) {
  std::string text;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    text += sql[i];
    if ((sql[i] == '"' || sql[i] == '\'') && sql.substr(i + 1, 1) == sql.substr(i, 1)) ++i;
  }
  return core::LowerAscii(text);
}

/// Whether `name` stands in `text` and is not a part of a longer word. Both are folded.
bool Says(std::string_view text, std::string_view name) {
  if (name.empty()) return true;
  for (std::size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    const bool begins = at == 0 || !IsWordByte(name.front()) || !IsWordByte(text[at - 1]);
    const bool ends = end == text.size() || !IsWordByte(name.back()) || !IsWordByte(text[end]);
    if (begins && ends) return true;
  }
  return false;
}

/// Whether the folded text may read what it does not name.
bool MayReadAnything(std::string_view text) {
  constexpr std::array<std::string_view, 5> kCatalogs = {"information_schema", "duckdb_", "pg_", "sqlite_",
                                                         "query_table"};
  constexpr std::string_view kQuery = "query";
  const auto says = [text](std::string_view part) { return text.find(part) != std::string_view::npos; };
  if (Says(text, "show") || Says(text, "pragma") || std::ranges::any_of(kCatalogs, says) || says("\\") || says("u&\""))
    return true;
  for (std::size_t at = text.find(kQuery); at != std::string_view::npos; at = text.find(kQuery, at + 1)) {
    const std::size_t next = text.find_first_not_of(" \t\r\n\"", at + kQuery.size());
    if (next != std::string_view::npos && std::string_view("(/-").find(text[next]) != std::string_view::npos)
      return true;
  }
  return false;
}

}  // namespace

std::vector<bool> ReachedNames(std::string_view sql, const std::vector<Nameable>& known) {
  std::vector<bool> reached(known.size(), false);
  std::vector<std::string> texts = {Folded(sql)};
  const bool describes = Says(texts.front(), "describe") || StartsWithWord(sql, "DESC");
  bool everything = false;
  while (!texts.empty() && !everything) {
    const std::string text = std::move(texts.back());
    texts.pop_back();
    everything = MayReadAnything(text);
    for (std::size_t i = 0; i < known.size(); ++i) {
      if (reached[i] || !Says(text, core::LowerAscii(known[i].name))) continue;
      reached[i] = true;
      texts.push_back(Folded(known[i].sql));
    }
  }
  everything = everything || (describes && std::ranges::find(reached, true) == reached.end());
  if (everything) reached.assign(known.size(), true);
  return reached;
}

}  // namespace sluice::query

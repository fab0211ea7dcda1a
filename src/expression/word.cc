#include "expression/word.h"

namespace sluice::expression {

bool IsReserved(std::string_view word) {
  static constexpr std::string_view kReserved[] = {
      "and",    "between", "case",  "cast",   "collate", "distinct", "div",  "else", "end",
      "escape", "false",   "from",  "ilike",  "in",      "is",       "like", "not",  "null",
      "or",     "regexp",  "rlike", "select", "then",    "true",     "when"};
  return std::any_of(std::begin(kReserved), std::end(kReserved),
                     [&](std::string_view reserved) { return EqualWords(reserved, word); });
}

}  // namespace sluice::expression

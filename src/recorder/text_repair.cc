#include "recorder/text_repair.h"

#include <simdjson.h>

#include "schema/utf8_check.h"

namespace sluice::recorder {

std::string_view WellFormed(std::string_view text, std::string& repaired) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  if (simdjson::validate_utf8(text.data(), text.size())) return text;
  std::size_t wrong = schema::FindInvalidUtf8(text);
  repaired.clear();
  while (wrong != std::string_view::npos) {
    repaired.append(text.substr(0, wrong)).append(kReplacement);
    text.remove_prefix(wrong + 1);
    wrong = schema::FindInvalidUtf8(text);
  }
  return repaired.append(text);
}

}  // namespace sluice::recorder

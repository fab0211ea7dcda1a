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

bool AreWellFormed(std::string_view bytes, std::span<const std::int32_t> offsets) {
  if (!simdjson::validate_utf8(bytes.data(), bytes.size())) return false;
  // All in a row are well-formed; so is each, when none begins inside of a character.
  for (const std::int32_t offset : offsets) {
    const auto at = static_cast<std::size_t>(offset);
    if (at < bytes.size() && (static_cast<unsigned char>(bytes[at]) & 0xC0U) == 0x80U) return false;
  }
  return true;
}

}  // namespace sluice::recorder

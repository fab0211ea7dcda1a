#include "columns/utf8.h"

#include <simdjson.h>

#include <algorithm>

namespace sluice::columns {
namespace {

/// The length the first byte of a character promises; 1 for bytes that start none.
std::size_t PromisedSize(char first) {
  const auto byte = static_cast<unsigned char>(first);
  if (byte >= 0xF0) return 4;
  if (byte >= 0xE0) return 3;
  return byte >= 0xC0 ? 2 : 1;
}

}  // namespace

bool IsUtf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

std::string ToValidUtf8(std::string_view text) {
  if (IsUtf8(text)) return std::string(text);
  std::string valid;
  while (!text.empty()) {
    const std::string_view character = text.substr(0, std::min(PromisedSize(text.front()), text.size()));
    const bool whole = IsUtf8(character);
    valid += whole ? character : std::string_view("\xEF\xBF\xBD");
    text.remove_prefix(whole ? character.size() : 1);
  }
  return valid;
}

}  // namespace sluice::columns

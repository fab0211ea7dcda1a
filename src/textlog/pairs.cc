#include "textlog/pairs.h"

#include <algorithm>
#include <set>

namespace sluice::textlog {

namespace {

bool IsKeyByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

void AppendQuoted(std::string_view text, std::string& json) {
  static constexpr char kHex[] = "0123456789abcdef";
  json += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      json += '\\';
      json += c;
    } else if (byte < 0x20) {
      json += "\\u00";
      json += kHex[byte >> 4];
      json += kHex[byte & 15];
    } else {
      json += c;
    }
  }
  json += '"';
}

/// The value at the front of `text`, taken off; false for a quote out of place.
bool TakeValue(std::string_view& text, std::string_view& value) {
  const bool quoted = text.starts_with('"');
  if (quoted) text.remove_prefix(1);
  const std::size_t end = std::min(text.find_first_of(quoted ? "\"" : " \t\""), text.size());
  if (quoted && end == text.size()) return false;
  value = text.substr(0, end);
  text.remove_prefix(quoted ? end + 1 : end);
  return text.empty() || text.front() == ' ' || text.front() == '\t';
}

}  // namespace

std::optional<std::string> PairsToJson(std::string_view text) {
  std::string json;
  std::set<std::string_view> keys;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    if (text.empty()) break;
    const auto key_bytes =
        static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), IsKeyByte) - text.begin());
    const std::string_view key = text.substr(0, key_bytes);
    text.remove_prefix(key_bytes);
    if (key.empty() || !text.starts_with('=') || !keys.insert(key).second) return std::nullopt;
    text.remove_prefix(1);
    std::string_view value;
    if (!TakeValue(text, value)) return std::nullopt;
    json += json.empty() ? '{' : ',';
    AppendQuoted(key, json);
    json += ':';
    AppendQuoted(value, json);
  }
  if (json.empty()) return std::nullopt;
  return json + "}";
}

}  // namespace sluice::textlog

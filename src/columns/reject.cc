#include "columns/reject.h"

#include <fmt/format.h>

#include <array>
#include <iterator>

#include "columns/utf8.h"

namespace sluice::columns {
namespace {

constexpr std::array<bool, 256> MakeEscaped() {
  std::array<bool, 256> escaped = {};
  for (std::size_t c = 0; c < 0x20; ++c) escaped[c] = true;
  escaped['"'] = true;
  escaped['\\'] = true;
  return escaped;
}

constexpr std::array<bool, 256> kEscaped = MakeEscaped();

void AppendEscaped(char c, std::string* json) {
  switch (c) {
    case '"': *json += "\\\""; break;
    case '\\': *json += "\\\\"; break;
    case '\n': *json += "\\n"; break;
    case '\r': *json += "\\r"; break;
    case '\t': *json += "\\t"; break;
    default: fmt::format_to(std::back_inserter(*json), "\\u{:04x}", static_cast<unsigned>(c));
  }
}

bool IsAscii(std::string_view text) {
  unsigned char all = 0;
  for (const char c : text) all |= static_cast<unsigned char>(c);
  return all < 0x80;
}

void AppendJsonString(std::string_view text, std::string* json) {
  std::string valid;
  if (!IsAscii(text) && !IsUtf8(text)) {
    valid = ToValidUtf8(text);
    text = valid;
  }
  json->push_back('"');
  std::size_t copied = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!kEscaped[static_cast<unsigned char>(text[i])]) continue;
    json->append(text, copied, i - copied);
    AppendEscaped(text[i], json);
    copied = i + 1;
  }
  json->append(text, copied);
  json->push_back('"');
}

void AppendMember(std::string_view key, std::string_view text, std::string* json) {
  *json += key;
  AppendJsonString(text, json);
}

void AppendMember(std::string_view key, std::uint64_t number, std::string* json) {
  *json += key;
  const fmt::format_int digits(number);
  json->append(digits.data(), digits.size());
}

}  // namespace

void AppendJsonLine(const Reject& reject, std::string* lines) {
  AppendMember("{\"source\":", reject.source, lines);
  AppendMember(",\"line\":", reject.line, lines);
  AppendMember(",\"byte_begin\":", reject.byte_begin, lines);
  AppendMember(",\"byte_end\":", reject.byte_end, lines);
  AppendMember(",\"column\":", reject.column, lines);
  AppendMember(",\"reason\":", reject.reason, lines);
  AppendMember(",\"text\":", reject.text, lines);
  *lines += "}\n";
}

}  // namespace sluice::columns

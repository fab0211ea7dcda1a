#include "columns/reject.h"

#include <fmt/format.h>

#include <iterator>

#include "columns/utf8.h"

namespace sluice::columns {
namespace {

void AppendJsonString(std::string_view text, std::string* json) {
  json->push_back('"');
  for (const char c : ToValidUtf8(text)) {
    switch (c) {
      case '"': *json += "\\\""; break;
      case '\\': *json += "\\\\"; break;
      case '\n': *json += "\\n"; break;
      case '\r': *json += "\\r"; break;
      case '\t': *json += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          fmt::format_to(std::back_inserter(*json), "\\u{:04x}", static_cast<unsigned>(c));
        } else {
          json->push_back(c);
        }
    }
  }
  json->push_back('"');
}

void AppendMember(std::string_view key, std::string_view text, std::string* json) {
  fmt::format_to(std::back_inserter(*json), ",\"{}\":", key);
  AppendJsonString(text, json);
}

}  // namespace

std::string ToJsonLine(const Reject& reject) {
  std::string json = "{\"source\":";
  AppendJsonString(reject.source, &json);
  fmt::format_to(std::back_inserter(json), ",\"line\":{},\"byte_begin\":{},\"byte_end\":{}", reject.line,
                 reject.byte_begin, reject.byte_end);
  AppendMember("column", reject.column, &json);
  AppendMember("reason", reject.reason, &json);
  AppendMember("text", reject.text, &json);
  json.push_back('}');
  return json;
}

}  // namespace sluice::columns

#include "delta/json_writer.h"

#include <charconv>

#include "columns/utf8.h"

namespace sluice::delta {

namespace {

bool Plain(char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'; }

void AppendEscape(char c, std::string& out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  switch (c) {
    case '"': out += "\\\""; break;
    case '\\': out += "\\\\"; break;
    case '\n': out += "\\n"; break;
    case '\r': out += "\\r"; break;
    case '\t': out += "\\t"; break;
    default:
      out += "\\u00";
      out += kDigits[static_cast<unsigned char>(c) >> 4];
      out += kDigits[static_cast<unsigned char>(c) & 15];
  }
}

}  // namespace

void JsonWriter::Open(char bracket) {
  Separate();
  out_ += bracket;
  follows_ = false;
}

void JsonWriter::Close(char bracket) {
  out_ += bracket;
  follows_ = true;
}

void JsonWriter::Key(std::string_view key) {
  Separate();
  AppendQuoted(key);
  out_ += ':';
  follows_ = false;
}

void JsonWriter::Write(std::string_view text) {
  Separate();
  AppendQuoted(text);
  follows_ = true;
}

void JsonWriter::Write(std::int64_t number) {
  char digits[24];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
  WriteRaw({digits, static_cast<std::size_t>(end - digits)});
}

void JsonWriter::Write(const std::vector<std::string>& texts) {
  BeginArray();
  for (const std::string& text : texts) Write(text);
  EndArray();
}

void JsonWriter::Write(const StringMap& texts) {
  BeginObject();
  for (const auto& [key, text] : texts) {
    Key(key);
    Write(text);
  }
  EndObject();
}

void JsonWriter::Write(const PartitionValues& values) {
  BeginObject();
  for (const auto& [name, text] : values) {
    Key(name);
    if (text) {
      Write(*text);
    } else {
      WriteRaw("null");
    }
  }
  EndObject();
}

void JsonWriter::WriteRaw(std::string_view json) {
  Separate();
  out_ += json;
  follows_ = true;
}

void JsonWriter::AppendQuoted(std::string_view text) {
  if (!columns::IsUtf8(text)) return AppendQuoted(columns::ToValidUtf8(text));
  out_ += '"';
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (Plain(text[i])) continue;
    out_.append(text, begin, i - begin);
    AppendEscape(text[i], out_);
    begin = i + 1;
  }
  out_.append(text, begin);
  out_ += '"';
}

}  // namespace sluice::delta

#include "jobs/read_settings.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

namespace sluice::jobs {
namespace {

core::Result<char> ParseCharacter(const std::string& name, const std::string& text) {
  if (text == "tab" || text == "\\t") return '\t';
  if (text.empty() || text == "none") return '\0';
  if (text.size() == 1 && text[0] != '\n' && text[0] != '\r') return text[0];
  return core::InvalidInput(fmt::format("{} '{}' is not one character", name, text))
      .WithHint("write one ASCII character, 'tab', or 'none'");
}

core::Result<std::optional<bool>> ParseHeader(const std::string& text) {
  if (text == "auto") return std::optional<bool>();
  if (text == "yes" || text == "true") return std::optional<bool>(true);
  if (text == "no" || text == "false") return std::optional<bool>(false);
  return core::InvalidInput(fmt::format("header '{}' is unknown", text)).WithHint("say auto, yes or no");
}

std::string CharacterText(char c) { return c == '\0' ? "none" : c == '\t' ? "tab" : std::string(1, c); }

core::Status SetNumber(std::uint64_t& target, const std::string& name, const std::string& text) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), target);
  if (error == std::errc() && end == text.data() + text.size() && target > 0) return core::Ok();
  return core::InvalidInput(fmt::format("{} '{}' is not a positive number", name, text));
}

core::Status SetSize(std::uint64_t& target, const std::string& text) {
  SLUICE_ASSIGN_OR_RETURN(target, core::ParseByteSize(text));
  if (target > 0) return core::Ok();
  return core::InvalidInput("a limit of 0 bytes lets nothing through");
}

core::Status SetNullTexts(std::vector<std::string>& target, const std::string& text) {
  const nlohmann::json list = nlohmann::json::parse(text, nullptr, false);
  if (!list.is_array()) return core::InvalidInput("null_texts is no list of texts");
  for (const nlohmann::json& item : list) {
    if (!item.is_string()) return core::InvalidInput("null_texts is no list of texts");
    target.push_back(item.get<std::string>());
  }
  return core::Ok();
}

}  // namespace

core::Status SetReadSetting(ReadSettings& settings, const std::string& name, const std::string& text) {
  if (name == "format") {
    SLUICE_ASSIGN_OR_RETURN(settings.format, ParseInputFormat(text));
  } else if (name == "delimiter") {
    SLUICE_ASSIGN_OR_RETURN(settings.delimiter, ParseCharacter(name, text));
    if (*settings.delimiter == '\0') return core::InvalidInput("a delimiter is needed");
  } else if (name == "quote") {
    SLUICE_ASSIGN_OR_RETURN(settings.quote, ParseCharacter(name, text));
  } else if (name == "escape") {
    SLUICE_ASSIGN_OR_RETURN(settings.escape, ParseCharacter(name, text));
  } else if (name == "header") {
    SLUICE_ASSIGN_OR_RETURN(settings.header, ParseHeader(text));
  } else if (name == "null_texts") {
    return SetNullTexts(settings.null_texts, text);
  } else if (name == "encoding") {
    settings.encoding = text;
  } else if (name == "field_bytes_max") {
    return SetSize(settings.field_bytes_max, text);
  } else if (name == "record_bytes_max") {
    return SetSize(settings.record_bytes_max, text);
  } else if (name == "columns_max") {
    return SetNumber(settings.columns_max, name, text);
  } else if (name == "chunk_bytes") {
    return SetSize(settings.chunk_bytes, text);
  } else if (name == "inflate_ratio_max") {
    return SetNumber(settings.inflate_ratio_max, name, text);
  } else {
    return core::NotFound(fmt::format("there is no read setting '{}'", name));
  }
  return core::Ok();
}

std::map<std::string, std::string> ToMap(const ReadSettings& settings) {
  const ReadSettings defaults;
  std::map<std::string, std::string> texts;
  if (settings.format) texts["format"] = InputFormatName(*settings.format);
  if (settings.delimiter) texts["delimiter"] = CharacterText(*settings.delimiter);
  if (settings.quote) texts["quote"] = CharacterText(*settings.quote);
  if (settings.escape) texts["escape"] = CharacterText(*settings.escape);
  if (settings.header) texts["header"] = *settings.header ? "yes" : "no";
  if (!settings.null_texts.empty()) texts["null_texts"] = nlohmann::json(settings.null_texts).dump();
  if (settings.encoding != defaults.encoding) texts["encoding"] = settings.encoding;
  const auto number = [&](const char* name, std::uint64_t value, std::uint64_t default_value) {
    if (value != default_value) texts[name] = fmt::format("{}", value);
  };
  number("field_bytes_max", settings.field_bytes_max, defaults.field_bytes_max);
  number("record_bytes_max", settings.record_bytes_max, defaults.record_bytes_max);
  number("columns_max", settings.columns_max, defaults.columns_max);
  number("chunk_bytes", settings.chunk_bytes, defaults.chunk_bytes);
  number("inflate_ratio_max", settings.inflate_ratio_max, defaults.inflate_ratio_max);
  return texts;
}

core::Result<ReadSettings> ReadSettingsFromMap(const std::map<std::string, std::string>& texts) {
  ReadSettings settings;
  for (const auto& [name, text] : texts) SLUICE_TRY(SetReadSetting(settings, name, text));
  return settings;
}

}  // namespace sluice::jobs

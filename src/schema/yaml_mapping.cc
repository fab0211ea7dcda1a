#include "schema/yaml_mapping.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/ascii.h"
#include "core/suggestion.h"

namespace sluice::schema {

using Kind = YamlNode::Kind;

std::string_view YamlKindName(Kind kind) {
  switch (kind) {
    case Kind::kNull: return "nothing";
    case Kind::kScalar: return "a text";
    case Kind::kSequence: return "a list";
    case Kind::kMapping: return "a mapping";
  }
  return "nothing";
}

std::optional<bool> ParseYamlBool(std::string_view text) {
  const std::string lower = core::LowerAscii(text);
  if (lower == "true" || lower == "yes" || lower == "on") return true;
  if (lower == "false" || lower == "no" || lower == "off") return false;
  return std::nullopt;
}

YamlMapping::YamlMapping(const YamlNode& node, std::string what, DiagnosticList& mistakes)
    : node_(node), what_(std::move(what)), mistakes_(mistakes) {
  if (node.kind == Kind::kMapping) return;
  mistakes_.Add(std::max(node.line, 1), std::max(node.column, 1),
                fmt::format("{} must be a mapping (key: value), not {}", what_, YamlKindName(node.kind)));
}

void YamlMapping::Know(std::string_view key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.emplace_back(key);
}

const YamlNode* YamlMapping::Find(std::string_view key) {
  Know(key);
  const YamlNode* found = node_.Find(key);
  return found == nullptr || found->kind == Kind::kNull ? nullptr : found;
}

const YamlNode* YamlMapping::FindKind(std::string_view key, Kind kind, std::string_view what) {
  const YamlNode* found = Find(key);
  if (found == nullptr || found->kind == kind) return found;
  mistakes_.Add(found->line, found->column,
                fmt::format("'{}' of {} must be {}, not {}", key, what_, what, YamlKindName(found->kind)));
  return nullptr;
}

const YamlNode* YamlMapping::FindMapping(std::string_view key) { return FindKind(key, Kind::kMapping, "a mapping"); }

const YamlNode* YamlMapping::FindSequence(std::string_view key) { return FindKind(key, Kind::kSequence, "a list"); }

std::optional<std::string> YamlMapping::Text(std::string_view key) {
  const YamlNode* found = FindKind(key, Kind::kScalar, "a text");
  return found == nullptr ? std::nullopt : std::optional(found->text);
}

std::optional<bool> YamlMapping::Bool(std::string_view key) {
  const YamlNode* found = FindKind(key, Kind::kScalar, "true or false");
  if (found == nullptr) return std::nullopt;
  const std::optional<bool> value = ParseYamlBool(found->text);
  if (!value) {
    mistakes_.Add(found->line, found->column,
                  fmt::format("'{}' of {} must be true or false, not '{}'", key, what_, found->text));
  }
  return value;
}

std::optional<std::int64_t> YamlMapping::Integer(std::string_view key) {
  const YamlNode* found = FindKind(key, Kind::kScalar, "a whole number");
  if (found == nullptr) return std::nullopt;
  std::int64_t number = 0;
  const char* end = found->text.data() + found->text.size();
  const auto [stop, error] = std::from_chars(found->text.data(), end, number);
  if (error == std::errc() && stop == end) return number;
  mistakes_.Add(found->line, found->column,
                fmt::format("'{}' of {} must be a whole number, not '{}'", key, what_, found->text));
  return std::nullopt;
}

std::vector<std::string> YamlMapping::Texts(std::string_view key) {
  const YamlNode* found = Find(key);
  if (found == nullptr) return {};
  if (found->kind == Kind::kScalar) return {found->text};
  std::vector<std::string> texts;
  if (found->kind == Kind::kSequence) {
    for (const YamlNode& item : found->items) {
      if (item.kind == Kind::kScalar) {
        texts.push_back(item.text);
      } else {
        const std::string_view hint = item.kind == Kind::kNull ? "put the word null in quotes" : "";
        mistakes_.Add(item.line, item.column,
                      fmt::format("'{}' of {} must be a list of texts, not of {}", key, what_, YamlKindName(item.kind)),
                      std::string(hint));
      }
    }
    return texts;
  }
  mistakes_.Add(
      found->line, found->column,
      fmt::format("'{}' of {} must be a text or a list of texts, not {}", key, what_, YamlKindName(found->kind)));
  return {};
}

std::optional<std::string> YamlMapping::Choice(std::string_view key, const std::vector<std::string>& choices) {
  std::optional<std::string> text = Text(key);
  if (!text || std::find(choices.begin(), choices.end(), *text) != choices.end()) return text;
  const std::string nearest = core::NearestName(*text, choices);
  Mistake(key, fmt::format("'{}' of {} cannot be '{}'", key, what_, *text),
          nearest.empty() ? fmt::format("it is one of {}", fmt::join(choices, ", "))
                          : fmt::format("did you mean '{}'?", nearest));
  return std::nullopt;
}

bool YamlMapping::Require(std::string_view key, std::string_view hint) {
  const YamlNode* found = node_.Find(key);
  if (found != nullptr && found->kind != Kind::kNull) return true;
  Know(key);
  if (node_.kind != Kind::kMapping) return false;  // already said
  mistakes_.Add(node_.line, node_.column, fmt::format("{} needs '{}'", what_, key), std::string(hint));
  return false;
}

void YamlMapping::Mistake(std::string_view key, std::string message, std::string hint) {
  const YamlNode* found = node_.Find(key);
  const YamlNode& place = found == nullptr ? node_ : *found;
  mistakes_.Add(std::max(place.line, 1), std::max(place.column, 1), std::move(message), std::move(hint));
}

void YamlMapping::Mistake(std::string_view key, const core::Error& error) {
  Mistake(key, fmt::format("'{}' of {}: {}", key, what_, error.message()), error.hint());
}

void YamlMapping::Finish() {
  for (const YamlMember& member : node_.members) {
    if (std::find(known_.begin(), known_.end(), member.key) != known_.end()) continue;
    const std::string nearest = core::NearestName(member.key, known_);
    mistakes_.Add(member.line, member.column, fmt::format("unknown key '{}' in {}", member.key, what_),
                  nearest.empty() ? fmt::format("known keys: {}", fmt::join(known_, ", "))
                                  : fmt::format("did you mean '{}'?", nearest));
  }
}

}  // namespace sluice::schema

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/yaml_node.h"

namespace sluice::schema {

/// Reads one mapping of a settings file strictly: every wrong type and unknown key becomes a mistake, and reading goes
/// on, so that all are found at once.
///
/// Order: (a reader for each key that may be there)* Finish. Borrows node and mistakes.
class YamlMapping {
 public:
  /// `what` names the mapping in messages: "job 'query_perf'", "field 'id'".
  YamlMapping(const YamlNode& node, std::string what, DiagnosticList& mistakes);

  /// The value as it is, or nullptr when the key is missing or null.
  const YamlNode* Find(std::string_view key);
  const YamlNode* FindMapping(std::string_view key);
  const YamlNode* FindSequence(std::string_view key);
  std::optional<std::string> Text(std::string_view key);
  std::optional<bool> Bool(std::string_view key);
  std::optional<std::int64_t> Integer(std::string_view key);
  /// One text or a list of texts; empty when the key is missing.
  std::vector<std::string> Texts(std::string_view key);
  /// One of `choices`; others are a mistake with a suggestion.
  std::optional<std::string> Choice(std::string_view key, const std::vector<std::string>& choices);

  /// A mistake when the key is missing or null; true when it is there.
  bool Require(std::string_view key, std::string_view hint = {});
  /// Say what is wrong with the value of `key` (or with the mapping, when the key is missing).
  void Mistake(std::string_view key, std::string message, std::string hint = {});
  void Mistake(std::string_view key, const core::Error& error);
  /// Keys nobody asked for are mistakes, with the nearest key as a suggestion.
  void Finish();

  const YamlNode& node() const { return node_; }

 private:
  void Know(std::string_view key);
  const YamlNode* FindKind(std::string_view key, YamlNode::Kind kind, std::string_view what);

  const YamlNode& node_;
  std::string what_;
  DiagnosticList& mistakes_;
  std::vector<std::string> known_;
};

/// "a mapping", "a list", "a text", "nothing".
std::string_view YamlKindName(YamlNode::Kind kind);

/// true/yes/on or false/no/off, in any case.
std::optional<bool> ParseYamlBool(std::string_view text);

}  // namespace sluice::schema

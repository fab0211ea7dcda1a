#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/diagnostic.h"

namespace sluice::schema {

struct YamlMember;

/// A piece of a YAML document with its place. Scalars keep their text: `no`, `007` and `12:30` mean what the reader of
/// the key makes of them.
struct YamlNode {
  enum class Kind : std::uint8_t { kNull, kScalar, kSequence, kMapping };

  Kind kind = Kind::kNull;
  std::string text = {};             ///< kScalar
  std::vector<YamlNode> items = {};  ///< kSequence
  std::vector<YamlMember> members;   ///< kMapping, in the order of the file; keys are unique
  int line = 0;
  int column = 0;

  /// The value of `key` in a mapping, or nullptr.
  const YamlNode* Find(std::string_view key) const;
};

struct YamlMember {
  std::string key = {};
  int line = 0;
  int column = 0;
  YamlNode value = {};
};

/// What a file of settings may hold at most. Files beyond it are refused before they cost memory or stack.
struct YamlLimits {
  std::size_t bytes_max = std::size_t{1024} * 1024;
  std::size_t depth_max = 32;
  std::size_t nodes_max = 200'000;
};

/// Read one YAML 1.2 document (JSON is one, too). An empty text is a kNull node.
///
/// nullopt with a mistake when it is not YAML, beyond `limits`, not UTF-8, or uses what settings do not need: anchors
/// and aliases, tags, several documents, keys that are not text, a key twice.
std::optional<YamlNode> ParseYaml(std::string_view text, DiagnosticList& mistakes, const YamlLimits& limits = {});

/// `text` as a YAML scalar that reads back as the same text, in block and flow style: plain where that is safe, else in
/// double quotes.
std::string FormatYamlScalar(std::string_view text);

}  // namespace sluice::schema

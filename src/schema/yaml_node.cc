#include "schema/yaml_node.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <unordered_set>
#include <utility>

#include "schema/utf8_check.h"

namespace sluice::schema {
namespace {

// Thrown through yaml-cpp to stop it; never leaves ParseYaml.
struct Stop {};

/// Builds the tree from yaml-cpp's events, which come without recursion of ours and before aliases are expanded.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(DiagnosticList& mistakes, const YamlLimits& limits) : mistakes_(mistakes), limits_(limits) {}

  YamlNode Take() { return std::move(root_); }
  bool failed() const { return failed_; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    // "null" is a key of the schema file, and plain nulls arrive here.
    Put(mark, "", anchor, YamlNode::Kind::kNull, "null");
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    Fail(mark, "aliases are not supported", "write the value out");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Put(mark, tag, anchor, YamlNode::Kind::kScalar, value);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, YamlNode::Kind::kSequence);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, YamlNode::Kind::kMapping);
  }
  void OnMapEnd() override { Close(); }

 private:
  struct Level {
    YamlNode node;
    std::optional<YamlMember> pending = {};  // a key that waits for its value
    std::unordered_set<std::string> keys = {};
  };

  [[noreturn]] void Fail(const YAML::Mark& mark, std::string message, std::string hint = {}) {
    mistakes_.Add(mark.line + 1, mark.column + 1, std::move(message), std::move(hint));
    failed_ = true;
    throw Stop{};
  }

  YamlNode Make(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YamlNode::Kind kind) {
    if (anchor != 0) Fail(mark, "anchors are not supported", "write the value out");
    if (!tag.empty() && tag != "?" && tag != "!") Fail(mark, fmt::format("the tag '{}' is not supported", tag));
    if (++nodes_ > limits_.nodes_max) Fail(mark, fmt::format("more than {} values", limits_.nodes_max));
    YamlNode node;
    node.kind = kind;
    node.line = mark.line + 1;
    node.column = mark.column + 1;
    return node;
  }

  void Put(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YamlNode::Kind kind,
           const std::string& text) {
    YamlNode node = Make(mark, tag, anchor, kind);
    const bool key_expected =
        !levels_.empty() && levels_.back().node.kind == YamlNode::Kind::kMapping && !levels_.back().pending;
    if (key_expected) return PutKey(node, text);
    if (kind == YamlNode::Kind::kScalar) node.text = text;
    Attach(std::move(node));
  }

  void PutKey(const YamlNode& node, const std::string& text) {
    Level& level = levels_.back();
    if (!level.keys.insert(text).second) {
      mistakes_.Add(node.line, node.column, fmt::format("the key '{}' is there twice", text));
      failed_ = true;
    }
    level.pending = YamlMember{.key = text, .line = node.line, .column = node.column};
  }

  void Open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YamlNode::Kind kind) {
    YamlNode node = Make(mark, tag, anchor, kind);
    if (levels_.size() >= limits_.depth_max) Fail(mark, fmt::format("nested deeper than {}", limits_.depth_max));
    const bool as_key =
        !levels_.empty() && levels_.back().node.kind == YamlNode::Kind::kMapping && !levels_.back().pending;
    if (as_key) Fail(mark, "a key must be text", "put it in quotes when it begins with '{' or '['");
    levels_.push_back(Level{.node = std::move(node)});
  }

  void Close() {
    YamlNode node = std::move(levels_.back().node);
    levels_.pop_back();
    Attach(std::move(node));
  }

  void Attach(YamlNode node) {
    if (levels_.empty()) {
      root_ = std::move(node);
      return;
    }
    Level& level = levels_.back();
    if (level.node.kind == YamlNode::Kind::kSequence) {
      level.node.items.push_back(std::move(node));
      return;
    }
    level.pending->value = std::move(node);
    level.node.members.push_back(*std::exchange(level.pending, std::nullopt));
  }

  DiagnosticList& mistakes_;
  const YamlLimits& limits_;
  YamlNode root_;
  std::vector<Level> levels_;
  std::size_t nodes_ = 0;
  bool failed_ = false;
};

bool Parse(std::string_view text, TreeBuilder& builder, DiagnosticList& mistakes, const YamlLimits& limits) {
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) return true;  // nothing but comments
    TreeBuilder rest(mistakes, limits);
    if (parser.HandleNextDocument(rest)) {
      mistakes.Add(0, 0, "holds more than one YAML document", "remove everything after the second '---'");
      return false;
    }
    return !builder.failed();
  } catch (const Stop&) {
    return false;
  } catch (const YAML::Exception& failure) {
    mistakes.Add(failure.mark.line + 1, failure.mark.column + 1, fmt::format("not YAML: {}", failure.msg));
    return false;
  } catch (const std::exception& failure) {
    mistakes.Add(0, 0, fmt::format("cannot be read as YAML: {}", failure.what()));
    return false;
  }
}

}  // namespace

const YamlNode* YamlNode::Find(std::string_view key) const {
  const auto found = std::find_if(members.begin(), members.end(), [&](const YamlMember& m) { return m.key == key; });
  return found == members.end() ? nullptr : &found->value;
}

std::optional<YamlNode> ParseYaml(std::string_view text, DiagnosticList& mistakes, const YamlLimits& limits) {
  if (text.size() > limits.bytes_max) {
    mistakes.Add(0, 0,
                 fmt::format("{} bytes are more than the {} a settings file may have", text.size(), limits.bytes_max));
    return std::nullopt;
  }
  if (const std::size_t bad = FindInvalidUtf8(text); bad != std::string_view::npos) {
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(bad), '\n');
    mistakes.Add(static_cast<int>(line), 1, "not UTF-8", "save the file as UTF-8");
    return std::nullopt;
  }
  // YAML allows none of these, and yaml-cpp takes some of them for the end of the file.
  const auto control = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r';
  };
  if (const auto found = std::find_if(text.begin(), text.end(), control); found != text.end()) {
    const auto line = 1 + std::count(text.begin(), found, '\n');
    mistakes.Add(static_cast<int>(line), 1, "a control character", "write it as an escape in double quotes: \"\\x01\"");
    return std::nullopt;
  }
  TreeBuilder builder(mistakes, limits);
  if (!Parse(text, builder, mistakes, limits)) return std::nullopt;
  return builder.Take();
}

std::string FormatYamlScalar(std::string_view text) {
  constexpr std::array<std::string_view, 12> kReserved{"null",  "Null",  "NULL",  "true", "True", "TRUE",
                                                       "false", "False", "FALSE", "yes",  "no",   "on"};
  const auto plain_byte = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '/' || c == '(' || c == ')' || c == '<' || c == '>';
  };
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const bool plain = !text.empty() && letter(text.front()) && std::all_of(text.begin(), text.end(), plain_byte) &&
                     std::find(kReserved.begin(), kReserved.end(), text) == kReserved.end();
  if (plain) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (c == '\n') {
      quoted += "\\n";
    } else if (c == '\t') {
      quoted += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      quoted += fmt::format("\\x{:02x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

}  // namespace sluice::schema

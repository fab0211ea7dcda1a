#include "schema/schema_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <utility>

#include "core/suggestion.h"
#include "schema/type_text.h"
#include "schema/yaml_mapping.h"

namespace sluice::schema {
namespace {

constexpr std::int64_t kSchemaVersion = 1;
constexpr std::size_t kColumnsMax = 10'000;

const std::vector<std::string>& ConstraintNames() {
  static const std::vector<std::string> names{"min", "max", "one_of", "pattern", "max_length"};
  return names;
}

bool TakesFormats(TypeKind kind) {
  return kind == TypeKind::kDate || kind == TypeKind::kTime || kind == TypeKind::kTimestamp;
}

/// Reads the keys of one schema; each method is one key.
class SpecReader {
 public:
  explicit SpecReader(DiagnosticList& mistakes) : mistakes_(mistakes) {}

  TableSpec Read(const YamlNode& node) {
    YamlMapping mapping(node, "the schema", mistakes_);
    const auto version = mapping.Integer("version");
    if (version && *version != kSchemaVersion) {
      mapping.Mistake("version", fmt::format("version {} is not known", *version), "this Sluice reads version 1");
    }
    ReadFields(mapping);
    ReadRenames(mapping);
    spec_.records = mapping.Text("records").value_or("");
    spec_.patterns = mapping.Texts("patterns");
    if (const auto extra = mapping.Choice("extra", {"refuse", "ignore"}); extra == "ignore") {
      spec_.extra = ExtraColumns::kIgnore;
    }
    if (!spec_.records.empty() && !spec_.patterns.empty()) {
      mapping.Mistake("patterns", "'records' (JSON) and 'patterns' (text) exclude each other");
    }
    mapping.Finish();
    return std::move(spec_);
  }

 private:
  void ReadFields(YamlMapping& mapping) {
    const YamlNode* fields = mapping.FindSequence("fields");
    if (fields == nullptr) {
      mapping.Require("fields", "write fields: [{name: id, type: int64}]");
      return;
    }
    if (fields->items.empty()) mapping.Mistake("fields", "'fields' is empty");
    if (fields->items.size() > kColumnsMax) {
      mapping.Mistake("fields", fmt::format("{} fields are more than {}", fields->items.size(), kColumnsMax));
      return;
    }
    std::map<std::string, int> lines;
    for (const YamlNode& item : fields->items) {
      ColumnSpec column = ReadField(item, spec_.columns.size());
      const auto [earlier, fresh] = lines.emplace(column.field.name, item.line);
      if (!fresh && !column.field.name.empty()) {
        mistakes_.Add(item.line, item.column, fmt::format("field '{}' is declared twice", column.field.name),
                      fmt::format("the first one is on line {}", earlier->second));
      }
      spec_.columns.push_back(std::move(column));
    }
  }

  ColumnSpec ReadField(const YamlNode& node, std::size_t index) {
    const YamlNode* name = node.Find("name");
    const bool named = name != nullptr && name->kind == YamlNode::Kind::kScalar;
    YamlMapping mapping(node, named ? fmt::format("field '{}'", name->text) : fmt::format("field {}", index + 1),
                        mistakes_);
    ColumnSpec column;
    if (mapping.Require("name")) column.field.name = mapping.Text("name").value_or("");
    if (named && column.field.name.empty()) mapping.Mistake("name", "a field's name cannot be empty");
    if (mapping.Require("type", "types are bool, int64, float64, decimal(p,s), string, date, timestamp(us), …")) {
      ReadType(mapping, column.field.type);
    }
    column.field.nullable = mapping.Bool("nullable").value_or(true);
    column.from = mapping.Text("from").value_or("");
    column.formats = mapping.Texts("formats");
    column.null_texts = mapping.Texts("null");
    column.default_text = mapping.Text("default");
    column.value = mapping.Text("value");
    ReadConstraints(mapping, column);
    CheckTogether(mapping, column);
    mapping.Finish();
    return column;
  }

  static void ReadType(YamlMapping& mapping, Type& type) {
    const auto text = mapping.Text("type");
    if (!text) return;
    auto parsed = ParseType(*text);
    if (parsed) {
      type = *std::move(parsed);
    } else {
      mapping.Mistake("type", parsed.error());
    }
  }

  static void CheckTogether(YamlMapping& mapping, const ColumnSpec& column) {
    if (column.value && !column.from.empty()) {
      mapping.Mistake("from", "'value' and 'from' exclude each other", "a value is a constant; it is not read");
    }
    if (column.value && column.default_text) mapping.Mistake("default", "'value' and 'default' exclude each other");
    if (!column.formats.empty() && !TakesFormats(column.field.type.kind)) {
      mapping.Mistake("formats",
                      fmt::format("'formats' is for dates and times, not for {}", FormatType(column.field.type)));
    }
    if (column.field.type.nested() && (column.value || column.default_text || !column.constraints.empty())) {
      mapping.Mistake("type", "'value', 'default' and 'constraints' are not for lists, structs and maps");
    }
  }

  // "min=0" or a mapping; TableSpec has the first form.
  void ReadConstraints(YamlMapping& mapping, ColumnSpec& column) {
    const YamlNode* node = mapping.Find("constraints");
    if (node == nullptr) return;
    if (node->kind != YamlNode::Kind::kMapping) {
      for (const std::string& text : mapping.Texts("constraints")) AddConstraint(*node, text, column);
      return;
    }
    YamlMapping constraints(*node, "'constraints'", mistakes_);
    for (const std::string& name : ConstraintNames()) {
      if (name == "one_of") {
        const auto allowed = constraints.Texts(name);
        if (!allowed.empty()) AddConstraint(*node, fmt::format("one_of={}", fmt::join(allowed, "|")), column);
      } else if (const auto text = constraints.Text(name)) {
        AddConstraint(*node, name + "=" + *text, column);
      }
    }
    constraints.Finish();
  }

  void AddConstraint(const YamlNode& node, const std::string& text, ColumnSpec& column) {
    const std::size_t equals = text.find('=');
    const std::string name = text.substr(0, equals);
    const auto& names = ConstraintNames();
    if (equals == std::string::npos || std::find(names.begin(), names.end(), name) == names.end()) {
      const std::string nearest = core::NearestName(name, names);
      mistakes_.Add(node.line, node.column, fmt::format("'{}' is not a constraint", text),
                    nearest.empty() ? "write min=…, max=…, one_of=a|b, pattern=… or max_length=…"
                                    : fmt::format("did you mean '{}=…'?", nearest));
      return;
    }
    if (name == "max_length") {
      std::uint32_t length = 0;
      const char* end = text.data() + text.size();
      const auto [stop, error] = std::from_chars(text.data() + equals + 1, end, length);
      if (error != std::errc() || stop != end) {
        mistakes_.Add(node.line, node.column, fmt::format("'{}': a number of characters is expected", text));
        return;
      }
    }
    column.constraints.push_back(text);
  }

  void ReadRenames(YamlMapping& mapping) {
    const YamlNode* renames = mapping.FindMapping("renames");
    if (renames == nullptr) return;
    for (const YamlMember& member : renames->members) {
      if (member.value.kind != YamlNode::Kind::kScalar) {
        mistakes_.Add(member.line, member.column, fmt::format("rename of '{}' must be a field's name", member.key));
        continue;
      }
      std::vector<std::string> names;
      names.reserve(spec_.columns.size());
      for (const ColumnSpec& column : spec_.columns) names.push_back(column.field.name);
      if (std::find(names.begin(), names.end(), member.value.text) == names.end()) {
        const std::string nearest = core::NearestName(member.value.text, names);
        mistakes_.Add(member.value.line, member.value.column,
                      fmt::format("'{}' is renamed to '{}', which is no field", member.key, member.value.text),
                      nearest.empty() ? "" : fmt::format("did you mean '{}'?", nearest));
      }
      spec_.renames.emplace_back(member.key, member.value.text);
    }
  }

  DiagnosticList& mistakes_;
  TableSpec spec_;
};

}  // namespace

std::optional<TableSpec> ReadTableSpec(const YamlNode& node, DiagnosticList& mistakes) {
  const std::size_t before = mistakes.count();
  TableSpec spec = SpecReader(mistakes).Read(node);
  if (mistakes.count() != before) return std::nullopt;
  return spec;
}

core::Result<TableSpec> ParseSchemaFile(std::string_view text, const std::string& file) {
  DiagnosticList mistakes(file);
  std::optional<TableSpec> spec;
  if (const auto node = ParseYaml(text, mistakes)) spec = ReadTableSpec(*node, mistakes);
  SLUICE_TRY(mistakes.ToStatus());
  return *std::move(spec);
}

}  // namespace sluice::schema

// Reading the keys of an export job: see config_reader.h.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <nlohmann/json.hpp>
#include <utility>

#include "jobs/config_reader.h"
#include "pipeline/reject_budget.h"
#include "schema/schema_file.h"
#include "schema/type_text.h"
#include "storage/path.h"

namespace sluice::jobs {
namespace {

using schema::YamlMapping;
using schema::YamlMember;
using schema::YamlNode;

// The keys of a source and of its limits, and what they are called in ReadSettings.
constexpr std::array<std::pair<const char*, const char*>, 5> kReadKeys{
    {{"format", "format"}, {"delimiter", "delimiter"}, {"quote", "quote"}, {"escape", "escape"}, {"header", "header"}}};
constexpr std::array<std::pair<const char*, const char*>, 4> kLimitKeys{{{"field", "field_bytes_max"},
                                                                         {"record", "record_bytes_max"},
                                                                         {"columns", "columns_max"},
                                                                         {"inflate_ratio", "inflate_ratio_max"}}};

bool IsIdentifier(std::string_view name) {
  return !name.empty() && std::isdigit(static_cast<unsigned char>(name.front())) == 0 &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; });
}

// "name(a, b)".
bool IsMacroHead(std::string_view head) {
  const std::size_t open = head.find('(');
  if (open == std::string_view::npos || head.back() != ')' || !IsIdentifier(head.substr(0, open))) return false;
  std::string_view rest = head.substr(open + 1, head.size() - open - 2);
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    std::string_view name = rest.substr(0, comma);
    while (!name.empty() && name.front() == ' ') name.remove_prefix(1);
    while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
    if (!IsIdentifier(name)) return false;
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return true;
}

/// Reads one export job; each method is one of its keys.
class ExportReader {
 public:
  ExportReader(std::string name, const ConfigScope& scope) : name_(std::move(name)), scope_(scope) {}

  ExportJob Read(YamlMapping& mapping) {
    if (mapping.Require("source", "write source: {files: \"reports/NAME_{date:%Y%m%d}.csv\"}")) {
      if (const YamlNode* node = mapping.FindMapping("source")) ReadSource(*node);
    }
    ReadSchema(mapping);
    ReadColumns(mapping);
    if (mapping.Require("target", "write target: {parquet: FOLDER, file: \"NAME_{date:%Y%m%d}.parquet\"}")) {
      const bool dated = !job_.source.files.empty() && job_.source.files.front().has_date();
      if (const YamlNode* node = mapping.FindMapping("target")) job_.target = ReadTarget(*node, name_, dated, scope_);
      const std::string own = "delta:" + job_.target.folder;
      if (job_.target.table && !job_.source.files.empty() && job_.source.files.front().text() == own) {
        mapping.Mistake("target", "the job reads the table that it writes", "give it another 'delta'");
      }
    }
    ReadRejects(mapping);
    job_.views = ReadSql(mapping, "views");
    job_.macros = ReadSql(mapping, "macros");
    return std::move(job_);
  }

 private:
  std::string Of(std::string_view part) const { return fmt::format("{} of job '{}'", part, name_); }

  void ReadSource(const YamlNode& node) {
    YamlMapping mapping(node, Of("the source"), scope_.mistakes);
    if (mapping.Find("delta") != nullptr) {
      ReadTable(mapping);
    } else {
      ReadFiles(mapping);
    }
    ReadSettings& read = job_.source.read;
    for (const auto& [key, setting] : kReadKeys) SetRead(mapping, key, setting);
    read.null_texts = mapping.Texts("null");
    read.encoding = mapping.Choice("encoding_in", {"utf-8", "latin-1", "cp1252", "utf-16"}).value_or("utf-8");
    job_.source.required = mapping.Bool("required").value_or(false);
    if (const YamlNode* limits = mapping.FindMapping("limits")) {
      YamlMapping limit_mapping(*limits, Of("the limits"), scope_.mistakes);
      for (const auto& [key, setting] : kLimitKeys) SetRead(limit_mapping, key, setting);
      limit_mapping.Finish();
    }
    mapping.Finish();
  }

  // A table is read at the version that it has when the job is planned; it is an input without a date.
  void ReadTable(YamlMapping& mapping) {
    for (const char* key : {"files", "format", "delimiter", "quote", "escape", "header", "null", "limits"}) {
      if (mapping.Find(key) != nullptr) mapping.Mistake(key, fmt::format("'{}' is for files, not for 'delta'", key));
    }
    const auto table = mapping.Text("delta");
    if (!table) return;
    const auto pattern = ReadPattern(mapping, "delta", "delta:" + ResolvePath(scope_, *table));
    if (!pattern) return;
    if (pattern->has_date() || pattern->has_wildcard()) {
      mapping.Mistake("delta", "a table has one name, without dates and '*'");
    }
    job_.source.files.push_back(*pattern);
  }

  void SetRead(YamlMapping& mapping, const char* key, const char* setting) {
    const auto text = mapping.Text(key);
    if (!text) return;
    if (const core::Status set = SetReadSetting(job_.source.read, setting, *text); !set) {
      mapping.Mistake(key, set.error());
    }
  }

  void ReadFiles(YamlMapping& mapping) {
    if (!mapping.Require("files", "write files: \"reports/NAME_{date:%Y%m%d}.csv\"")) return;
    const std::vector<std::string> texts = mapping.Texts("files");
    for (const std::string& text : texts) {
      const auto pattern = ReadPattern(mapping, "files", ResolvePath(scope_, text));
      if (!pattern) continue;
      if (pattern->has_date() && !pattern->determines_date()) {
        mapping.Mistake("files", fmt::format("'{}' does not say which day, week or month is meant", text),
                        "the date needs %Y (or %y), or %G with %V");
      }
      job_.source.files.push_back(*pattern);
    }
    const auto dated = std::count_if(job_.source.files.begin(), job_.source.files.end(),
                                     [](const NamePattern& pattern) { return pattern.has_date(); });
    if (dated != 0 && static_cast<std::size_t>(dated) != job_.source.files.size()) {
      mapping.Mistake("files", "files with and without a date in one job", "make two jobs of them");
    }
    if (texts.empty()) mapping.Mistake("files", "'files' names nothing");
  }

  void ReadSchema(YamlMapping& mapping) {
    const YamlNode* node = mapping.Find("schema");
    if (node == nullptr) return;
    if (node->kind == YamlNode::Kind::kMapping) {
      job_.schema = schema::ReadTableSpec(*node, scope_.mistakes);
    } else if (const auto path = mapping.Text("schema")) {
      job_.schema_path = ResolvePath(scope_, *path);
    }
  }

  // What --columns, --rename and --extra of `copy` say; a schema says it itself.
  void ReadColumns(YamlMapping& mapping) {
    const auto columns = mapping.Text("columns");
    const YamlNode* const renames = mapping.FindMapping("renames");
    const auto extra = mapping.Choice("extra", {"refuse", "ignore"});
    if (!columns && renames == nullptr && !extra) return;
    if (mapping.Find("schema") != nullptr) {
      mapping.Mistake(columns              ? "columns"
                      : renames != nullptr ? "renames"
                                           : "extra",
                      "the job has a schema, which states its columns", "say it in the schema");
      return;
    }
    schema::TableSpec spec;
    if (columns) {
      const auto parsed = schema::ParseColumns(*columns);
      if (!parsed) return mapping.Mistake("columns", parsed.error());
      spec = schema::SpecOf(*parsed);
    }
    if (renames != nullptr) ReadRenames(mapping, *renames, spec);
    if (extra == "ignore") spec.extra = schema::ExtraColumns::kIgnore;
    if (columns || renames != nullptr) job_.schema = std::move(spec);
  }

  static void ReadRenames(YamlMapping& mapping, const YamlNode& renames, schema::TableSpec& spec) {
    for (const YamlMember& member : renames.members) {
      if (member.value.kind == YamlNode::Kind::kScalar && !member.value.text.empty()) {
        spec.renames.emplace_back(member.key, member.value.text);
      } else {
        mapping.Mistake("renames", fmt::format("'{}' needs the name of a column", member.key),
                        "write renames: {OLD: NEW}");
      }
    }
  }

  void ReadRejects(YamlMapping& mapping) {
    job_.rejects_max = InheritedSetting(scope_, "max_rejects").value_or("0");
    const YamlNode* node = mapping.FindMapping("rejects");
    if (node == nullptr) return;
    YamlMapping rejects(*node, Of("'rejects'"), scope_.mistakes);
    if (const auto max = rejects.Text("max")) {
      const auto budget = pipeline::RejectBudget::Parse(*max);
      if (!budget) rejects.Mistake("max", budget.error());
      job_.rejects_max = *max;
    }
    if (const auto file = rejects.Text("file")) {
      job_.rejects_file = ReadPattern(rejects, "file", ResolvePath(scope_, *file));
    }
    rejects.Finish();
  }

  std::vector<NamedSql> ReadSql(YamlMapping& mapping, const char* key) {
    std::vector<NamedSql> named;
    const YamlNode* node = mapping.FindMapping(key);
    if (node == nullptr) return named;
    const bool macros = std::string_view(key) == "macros";
    for (const YamlMember& member : node->members) {
      if (member.value.kind != YamlNode::Kind::kScalar || member.value.text.empty()) {
        scope_.mistakes.Add(member.line, member.column, fmt::format("'{}' needs SQL as a text", member.key));
      }
      if (macros ? !IsMacroHead(member.key) : !IsIdentifier(member.key)) {
        scope_.mistakes.Add(member.line, member.column, fmt::format("'{}' is not a name for SQL", member.key),
                            macros ? "write it as name(parameter, …)" : "use letters, digits and '_'");
      }
      named.emplace_back(member.key, member.value.text);
    }
    return named;
  }

  std::string name_;
  const ConfigScope& scope_;
  ExportJob job_;
};

}  // namespace

std::string ResolvePath(const ConfigScope& scope, const std::string& path) {
  return storage::NormalPath(path.starts_with('/') ? path : storage::JoinPath(scope.folder, path));
}

std::optional<std::string> InheritedSetting(const ConfigScope& scope, std::string_view setting) {
  const auto found = std::find_if(scope.settings.begin(), scope.settings.end(),
                                  [&](const FileSetting& stated) { return stated.name == setting; });
  return found == scope.settings.end() ? std::nullopt : std::optional(found->text);
}

std::optional<NamePattern> ReadPattern(YamlMapping& mapping, const char* key, const std::string& text) {
  auto pattern = NamePattern::Parse(text);
  if (pattern) return *std::move(pattern);
  mapping.Mistake(key, pattern.error());
  return std::nullopt;
}

ExportJob ReadExportJob(YamlMapping& mapping, const std::string& name, const ConfigScope& scope) {
  return ExportReader(name, scope).Read(mapping);
}

}  // namespace sluice::jobs

// The writing side of schema_file.h.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "schema/schema_file.h"
#include "schema/type_text.h"

namespace sluice::schema {
namespace {

std::string FormatTexts(const std::vector<std::string>& texts) {
  std::vector<std::string> scalars;
  scalars.reserve(texts.size());
  for (const std::string& text : texts) scalars.push_back(FormatYamlScalar(text));
  return fmt::format("[{}]", fmt::join(scalars, ", "));
}

std::string FormatColumn(const ColumnSpec& column) {
  // A type's commas would end a flow scalar: FormatYamlScalar quotes those.
  std::string text = fmt::format("{{name: {}, type: {}", FormatYamlScalar(column.field.name),
                                 FormatYamlScalar(FormatType(column.field.type)));
  if (!column.field.nullable) text += ", nullable: false";
  if (!column.from.empty()) text += ", from: " + FormatYamlScalar(column.from);
  if (!column.formats.empty()) text += ", formats: " + FormatTexts(column.formats);
  if (!column.null_texts.empty()) text += ", null: " + FormatTexts(column.null_texts);
  if (column.default_text) text += ", default: " + FormatYamlScalar(*column.default_text);
  if (column.value) text += ", value: " + FormatYamlScalar(*column.value);
  if (!column.constraints.empty()) text += ", constraints: " + FormatTexts(column.constraints);
  return text + "}";
}

nlohmann::ordered_json ColumnToJson(const ColumnSpec& column) {
  nlohmann::ordered_json json{
      {"name", column.field.name}, {"type", FormatType(column.field.type)}, {"nullable", column.field.nullable}};
  if (!column.from.empty()) json["from"] = column.from;
  if (!column.formats.empty()) json["formats"] = column.formats;
  if (!column.null_texts.empty()) json["null"] = column.null_texts;
  if (column.default_text) json["default"] = *column.default_text;
  if (column.value) json["value"] = *column.value;
  if (!column.constraints.empty()) json["constraints"] = column.constraints;
  return json;
}

}  // namespace

std::string FormatSchemaFile(const TableSpec& spec) {
  std::string text = "version: 1\nfields:\n";
  for (const ColumnSpec& column : spec.columns) text += "  - " + FormatColumn(column) + "\n";
  if (!spec.renames.empty()) {
    text += "renames:\n";
    for (const auto& [input, column] : spec.renames) {
      text += fmt::format("  {}: {}\n", FormatYamlScalar(input), FormatYamlScalar(column));
    }
  }
  if (!spec.records.empty()) text += "records: " + FormatYamlScalar(spec.records) + "\n";
  if (!spec.patterns.empty()) {
    text += "patterns:\n";
    for (const std::string& pattern : spec.patterns) text += "  - " + FormatYamlScalar(pattern) + "\n";
  }
  if (spec.extra == ExtraColumns::kIgnore) text += "extra: ignore\n";
  return text;
}

std::string SchemaFileToJson(const TableSpec& spec) {
  nlohmann::ordered_json json{{"version", 1}, {"fields", nlohmann::ordered_json::array()}};
  for (const ColumnSpec& column : spec.columns) json["fields"].push_back(ColumnToJson(column));
  for (const auto& [input, column] : spec.renames) json["renames"][input] = column;
  if (!spec.records.empty()) json["records"] = spec.records;
  if (!spec.patterns.empty()) json["patterns"] = spec.patterns;
  if (spec.extra == ExtraColumns::kIgnore) json["extra"] = "ignore";
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace sluice::schema

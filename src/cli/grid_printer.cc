#include "cli/grid_printer.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "query/text_width.h"

namespace sluice::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string Text(const Json& value) {
  if (value.is_null()) return {};
  return value.is_string() ? value.get<std::string>() : value.dump();
}

Json ToObject(const std::vector<std::string>& columns, const std::vector<Json>& row) {
  Json object = Json::object();
  for (std::size_t i = 0; i < columns.size(); ++i) object[columns[i]] = row[i];
  return object;
}

std::string CsvField(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + "\"";
}

std::string MarkdownField(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) text.insert(at, "\\");
  return text;
}

template <typename Field>
std::string Joined(const std::vector<std::string>& fields, std::string_view between, Field&& field) {
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i) line += (i == 0 ? "" : std::string(between)) + field(fields[i]);
  return line;
}

/// Which columns have a value somewhere; all of them when there are no rows.
std::vector<bool> ColumnsWithValues(const std::vector<std::vector<std::string>>& lines) {
  std::vector<bool> shown(lines.front().size(), lines.size() == 1);
  for (std::size_t row = 1; row < lines.size(); ++row) {
    for (std::size_t i = 0; i < shown.size(); ++i) shown[i] = shown[i] || !lines[row][i].empty();
  }
  return shown;
}

void PrintAligned(Console& console, const std::vector<std::vector<std::string>>& lines) {
  std::vector<std::size_t> widths(lines.front().size());
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], query::DisplayWidth(line[i]));
  }
  const std::vector<bool> shown = ColumnsWithValues(lines);
  for (const auto& line : lines) {
    std::string text;
    std::size_t pending = 0;  // blanks before the next column
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (!shown[i]) continue;
      text.append(pending, ' ');
      text += line[i];
      pending = widths[i] - query::DisplayWidth(line[i]) + 2;
    }
    text.erase(text.find_last_not_of(' ') + 1);
    console.Data(query::FirstColumns(text, console.output_columns()) + "\n");
  }
}

}  // namespace

void PrintGrid(Console& console, const std::vector<std::string>& columns, const std::vector<std::vector<Json>>& rows) {
  if (console.format() == OutputFormat::kJson) {
    Json array = Json::array();
    for (const auto& row : rows) array.push_back(ToObject(columns, row));
    return console.Data(array.dump(1) + "\n");
  }
  if (console.format() == OutputFormat::kJsonl) {
    for (const auto& row : rows) console.Data(ToObject(columns, row).dump() + "\n");
    return;
  }
  std::vector<std::vector<std::string>> lines = {columns};
  for (const auto& row : rows) {
    auto& line = lines.emplace_back();
    for (const Json& value : row) line.push_back(Text(value));
  }
  if (console.format() == OutputFormat::kText) {
    for (auto& line : lines) std::ranges::transform(line, line.begin(), query::OneLine);
    return PrintAligned(console, lines);
  }
  if (console.format() == OutputFormat::kCsv) {
    for (const auto& line : lines) console.Data(Joined(line, ",", CsvField) + "\n");
    return;
  }
  std::string rule = "|";
  for (std::size_t i = 0; i < columns.size(); ++i) rule += " --- |";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    console.Data("| " + Joined(lines[i], " | ", MarkdownField) + " |\n" + (i == 0 ? rule + "\n" : ""));
  }
}

}  // namespace sluice::cli

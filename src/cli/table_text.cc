#include "cli/table_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

namespace sluice::cli {
namespace {

using Json = nlohmann::ordered_json;

void AddWord(std::string& text, std::string_view between, std::string_view word) {
  if (!text.empty()) text += between;
  text += word;
}

bool SaysNothing(std::string_view value) {
  constexpr std::string_view kNothing[] = {"", "[]", "{}", "false", "0"};
  return std::ranges::find(kNothing, value) != std::end(kNothing);
}

std::string Shown(const Json& value) { return value.is_string() ? "'" + value.get<std::string>() + "'" : value.dump(); }

void AddBounds(const Json& least, const Json& greatest, const std::string& prefix, std::string& text) {
  for (const auto& [name, low] : least.items()) {
    const auto high = greatest.find(name);
    if (high == greatest.end()) continue;
    if (low.is_object() && high->is_object()) {
      AddBounds(low, *high, prefix + name + ".", text);
    } else {
      AddWord(text, ", ", fmt::format("{}{} {}..{}", prefix, name, Shown(low), Shown(*high)));
    }
  }
}

Json Renamed(const Json& values, const std::vector<delta::Field>& fields) {
  if (!values.is_object()) return values;
  Json renamed = Json::object();
  for (const auto& [name, value] : values.items()) {
    const auto field = std::ranges::find(fields, name, &delta::Field::physical_name);
    if (field == fields.end()) {
      renamed[name] = value;
    } else {
      renamed[field->name] = Renamed(value, field->type.fields);
    }
  }
  return renamed;
}

}  // namespace

std::string CommitText(const delta::CommitInfo& info) {
  std::string text;
  for (const auto& [key, value] : info.operation_parameters) {
    if (!SaysNothing(value)) AddWord(text, " ", fmt::format("{}={}", key, value));
  }
  for (const auto& [key, value] : info.operation_metrics) {
    const bool minor = key.ends_with("Bytes") || key.ends_with("Size") || key.ends_with("Ms");
    if (!minor && !SaysNothing(value)) AddWord(text, " ", fmt::format("{}={}", key, value));
  }
  return text;
}

std::string PartitionText(const Json& partition) {
  std::string text;
  for (const auto& [name, value] : partition.items()) {
    AddWord(text, ", ", fmt::format("{}={}", name, value.is_string() ? value.get<std::string>() : "NULL"));
  }
  return text;
}

std::string BoundsText(const Json& statistics) {
  if (!statistics.is_object()) return {};
  std::string text;
  const auto least = statistics.find("minValues");
  const auto greatest = statistics.find("maxValues");
  if (least != statistics.end() && greatest != statistics.end()) AddBounds(*least, *greatest, "", text);
  return text;
}

Json WithUserNames(const Json& statistics, const delta::TableSchema& schema) {
  Json named = statistics;
  for (const char* key : {"minValues", "maxValues", "nullCount"}) {
    if (named.is_object() && named.contains(key)) named[key] = Renamed(named[key], schema.fields);
  }
  return named;
}

}  // namespace sluice::cli

#include "delta/table_properties.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "core/suggestion.h"
#include "delta/name_folding.h"
#include "delta/property_table.h"
#include "delta/property_text.h"
#include "delta/table_feature.h"

namespace sluice::delta {
namespace {

constexpr std::string_view kFeaturePrefix = "delta.feature.";
constexpr std::string_view kConstraintPrefix = "delta.constraints.";

const PropertyRow* FindRow(std::string_view key) {
  const auto rows = PropertyRows();
  const auto at = std::ranges::find_if(rows, [&](const PropertyRow& row) { return SameName(row.key, key); });
  return at == rows.end() ? nullptr : &*at;
}

bool StartsWith(std::string_view key, std::string_view prefix) {
  return key.size() > prefix.size() && SameName(key.substr(0, prefix.size()), prefix);
}

core::Result<PropertySetting> CheckFeatureSetting(std::string_view key, std::string_view value) {
  const std::string_view name = key.substr(kFeaturePrefix.size());
  const auto features = TableFeatures();
  const auto at = std::ranges::find_if(features, [&](const TableFeature& row) { return SameName(row.name, name); });
  if (at == features.end()) {
    std::vector<std::string> names;
    for (const TableFeature& feature : features) names.emplace_back(feature.name);
    const std::string near = core::NearestName(name, names);
    return core::InvalidInput(fmt::format("table feature '{}' is not known", name))
        .WithHint(near.empty() ? std::string() : fmt::format("did you mean '{}'?", near));
  }
  if (!SameName(TrimBlanks(value), "supported")) {
    return core::InvalidInput(fmt::format("property '{}' is '{}'; it can only be 'supported'", key, value));
  }
  return PropertySetting{fmt::format("{}{}", kFeaturePrefix, at->name), "supported"};
}

core::Error UnknownKey(std::string_view key) {
  std::vector<std::string> names;
  for (const PropertyRow& row : PropertyRows()) {
    if (row.setter == PropertySetter::kUser) names.emplace_back(row.key);
  }
  const std::string near = core::NearestName(key, names);
  return core::InvalidInput(fmt::format("table property '{}' is not known", key))
      .WithHint(near.empty() ? "keys of your own must not begin with 'delta.'"
                             : fmt::format("did you mean '{}'? Keys of your own must not begin with 'delta.'", near));
}

}  // namespace

TableProperties ReadProperties(const StringMap& configuration, std::vector<std::string>& notes) {
  TableProperties properties;
  for (const auto& [key, value] : configuration) {
    const PropertyRow* row = FindRow(key);
    // The stored spelling wins over another one of the same key.
    if (row == nullptr || (key != row->key && configuration.contains(row->key))) continue;
    const auto read = ReadPropertyValue(*row, value, properties);
    if (!read)
      notes.push_back(fmt::format("table property '{}': {}; its default is used", key, read.error().message()));
  }
  return properties;
}

core::Result<PropertySetting> CheckSetting(std::string_view key, std::string_view value) {
  if (StartsWith(key, kFeaturePrefix)) return CheckFeatureSetting(key, value);
  if (StartsWith(key, kConstraintPrefix)) {
    return PropertySetting{fmt::format("{}{}", kConstraintPrefix, key.substr(kConstraintPrefix.size())),
                           std::string(value)};
  }
  const PropertyRow* row = FindRow(key);
  if (row == nullptr) {
    if (StartsWith(key, "delta.") || StartsWith(key, "sluice.")) return UnknownKey(key);
    if (key.empty()) return core::InvalidInput("a table property without a name");
    return PropertySetting{std::string(key), std::string(value)};
  }
  if (row->setter == PropertySetter::kEngine) {
    return core::InvalidInput(fmt::format("table property '{}' is kept by the engines and cannot be set", row->key));
  }
  TableProperties ignored;
  auto stored = ReadPropertyValue(*row, value, ignored);
  if (!stored) return std::move(stored).error().WithPrefix(fmt::format("table property '{}': ", row->key));
  return PropertySetting{std::string(row->key), *std::move(stored)};
}

}  // namespace sluice::delta

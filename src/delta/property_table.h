#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "core/result.h"
#include "delta/table_properties.h"

namespace sluice::delta {

// What a property takes, and the member that keeps it; without a member the value is only checked.
struct FlagValue {
  bool TableProperties::* member = nullptr;
};
struct NumberValue {
  std::int64_t TableProperties::* member = nullptr;
  std::int64_t min = 0;
  std::optional<std::int64_t> TableProperties::* optional_member = nullptr;
};
struct IntervalValue {
  std::chrono::milliseconds TableProperties::* member = nullptr;
  std::optional<std::chrono::milliseconds> TableProperties::* optional_member = nullptr;
};
struct SizeValue {
  std::int64_t TableProperties::* member = nullptr;
  std::optional<std::int64_t> TableProperties::* optional_member = nullptr;
};
/// One of `words`, which are separated by blanks; stored in the spelling given here.
struct WordValue {
  std::string_view words = {};
  void (*keep)(TableProperties& properties, std::string_view word) = nullptr;
};
/// Between 0 and 1, both excluded.
struct FractionValue {
  double TableProperties::* member = nullptr;
};
struct TextValue {
  std::string TableProperties::* member = nullptr;
  std::optional<std::string> TableProperties::* optional_member = nullptr;
  bool (*accepts)(std::string_view text) = nullptr;  ///< nullptr: every text
};
using PropertyValue =
    std::variant<FlagValue, NumberValue, IntervalValue, SizeValue, WordValue, FractionValue, TextValue>;

enum class PropertySetter : std::uint8_t {
  kUser,
  kEngine,  ///< changes only as a part of what engines do
};

struct PropertyRow {
  std::string_view key;
  PropertyValue value;
  PropertySetter setter = PropertySetter::kUser;
};

/// The properties that are known, in the spelling in which they are stored.
std::span<const PropertyRow> PropertyRows();

/// Read `text` into its member of `properties`, which stays as it is when the text is no value of the property.
/// Returns the text as it is to be stored; InvalidInput says what was expected.
core::Result<std::string> ReadPropertyValue(const PropertyRow& row, std::string_view text, TableProperties& properties);

}  // namespace sluice::delta

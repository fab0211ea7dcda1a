#include "columns/value_bounds.h"

#include <fmt/format.h>

#include <charconv>

namespace sluice::columns {
namespace {

std::vector<std::string> SplitAlternatives(std::string_view text) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t bar = text.find('|');
    parts.emplace_back(text.substr(0, bar));
    if (bar == std::string_view::npos) return parts;
    text.remove_prefix(bar + 1);
  }
}

}  // namespace

core::Result<Constraints> ReadConstraints(const schema::ColumnSpec& column) {
  Constraints read;
  for (const std::string& constraint : column.constraints) {
    const std::size_t equals = constraint.find('=');
    const std::string key = constraint.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : constraint.substr(equals + 1);
    const auto refuse = [&](std::string_view why) {
      return core::InvalidInput(fmt::format("column '{}': constraint '{}' {}", column.field.name, constraint, why))
          .WithHint("constraints are min=, max=, one_of=a|b, pattern= and max_length=");
    };
    if (equals == std::string::npos) return refuse("has no value");
    if (key == "min") {
      read.min = value;
    } else if (key == "max") {
      read.max = value;
    } else if (key == "one_of") {
      read.one_of = SplitAlternatives(value);
    } else if (key == "pattern") {
      read.pattern = value;
    } else if (key == "max_length") {
      const char* const end = value.data() + value.size();
      const auto [at, error] = std::from_chars(value.data(), end, read.length_max.emplace());
      if (at != end || error != std::errc()) return refuse("is not a number of characters");
    } else {
      return refuse("is not known");
    }
  }
  return read;
}

}  // namespace sluice::columns

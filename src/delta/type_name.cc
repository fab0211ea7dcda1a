#include "delta/type_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace sluice::delta {
namespace {

// The first spelling of a kind is the one that is written.
constexpr std::array<std::pair<std::string_view, TypeKind>, 21> kNames{{
    {"string", TypeKind::kString},
    {"long", TypeKind::kLong},
    {"bigint", TypeKind::kLong},
    {"integer", TypeKind::kInteger},
    {"int", TypeKind::kInteger},
    {"short", TypeKind::kShort},
    {"smallint", TypeKind::kShort},
    {"byte", TypeKind::kByte},
    {"tinyint", TypeKind::kByte},
    {"float", TypeKind::kFloat},
    {"real", TypeKind::kFloat},
    {"double", TypeKind::kDouble},
    {"boolean", TypeKind::kBoolean},
    {"binary", TypeKind::kBinary},
    {"date", TypeKind::kDate},
    {"timestamp", TypeKind::kTimestamp},
    {"timestamp_ntz", TypeKind::kTimestampNtz},
    {"void", TypeKind::kVoid},
    {"null", TypeKind::kVoid},
    {"variant", TypeKind::kVariant},
    {"decimal", TypeKind::kDecimal},
}};

/// The text between the parentheses of "word(…)", nullopt when `name` is not of that form.
std::optional<std::string_view> Arguments(std::string_view name, std::string_view word) {
  if (!name.starts_with(word)) return std::nullopt;
  name.remove_prefix(word.size());
  while (name.starts_with(' ')) name.remove_prefix(1);
  if (name.size() < 2 || name.front() != '(' || name.back() != ')') return std::nullopt;
  return name.substr(1, name.size() - 2);
}

std::optional<std::int32_t> ParseNumber(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  std::int32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

core::Result<DataType> ParseDecimal(std::string_view name, std::string_view arguments) {
  const std::size_t comma = arguments.find(',');
  const auto precision = ParseNumber(arguments.substr(0, comma));
  const auto scale = comma == std::string_view::npos ? std::optional(0) : ParseNumber(arguments.substr(comma + 1));
  if (!precision || !scale || *precision < 1 || *precision > 38 || *scale < 0 || *scale > *precision) {
    return core::Corruption(
        fmt::format("'{}' is not a decimal type: precision is 1 to 38, scale 0 to precision", name));
  }
  return DataType{.kind = TypeKind::kDecimal, .precision = *precision, .scale = *scale};
}

std::string MemberNames(const std::vector<Field>& fields) {
  std::string names;
  for (const Field& field : fields) {
    if (!names.empty()) names += ", ";
    names += field.name + ": " + TypeName(field.type);
  }
  return names;
}

}  // namespace

bool IsLengthLimitedName(std::string_view name) {
  const auto arguments = Arguments(name, name.starts_with('v') ? "varchar" : "char");
  const auto length = arguments ? ParseNumber(*arguments) : std::nullopt;
  return length && *length >= 1;
}

core::Result<DataType> ParseTypeName(std::string_view name) {
  if (name == "decimal") return DataType{.kind = TypeKind::kDecimal, .precision = 10, .scale = 0};
  if (const auto at = std::ranges::find(kNames, name, &std::pair<std::string_view, TypeKind>::first);
      at != kNames.end()) {
    return DataType{.kind = at->second};
  }
  if (const auto arguments = Arguments(name, "decimal")) return ParseDecimal(name, *arguments);
  if (IsLengthLimitedName(name)) return DataType{.kind = TypeKind::kString};
  return DataType{.kind = TypeKind::kUnknown, .unknown_name = std::string(name)};
}

std::string TypeName(const DataType& type) {
  switch (type.kind) {
    case TypeKind::kUnknown: return type.unknown_name;
    case TypeKind::kDecimal: return fmt::format("decimal({},{})", type.precision, type.scale);
    case TypeKind::kStruct: return fmt::format("struct<{}>", MemberNames(type.fields));
    case TypeKind::kArray: return fmt::format("array<{}>", TypeName(type.fields[0].type));
    case TypeKind::kMap:
      return fmt::format("map<{}, {}>", TypeName(type.fields[0].type), TypeName(type.fields[1].type));
    default: break;
  }
  return std::string(std::ranges::find(kNames, type.kind, &std::pair<std::string_view, TypeKind>::second)->first);
}

}  // namespace sluice::delta

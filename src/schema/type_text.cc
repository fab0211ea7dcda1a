#include "schema/type_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <utility>

#include "core/ascii.h"
#include "core/suggestion.h"

namespace sluice::schema {
namespace {

using core::InvalidInput;
using core::Result;

constexpr std::int32_t kPrecisionMax = 38;
constexpr std::size_t kNestingMax = 64;

struct Name {
  std::string_view text;
  TypeKind kind;
};

// The first name of a kind is its canonical spelling.
constexpr std::array<Name, 56> kNames{{
    {"bool", TypeKind::kBool},
    {"boolean", TypeKind::kBool},
    {"int8", TypeKind::kInt8},
    {"tinyint", TypeKind::kInt8},
    {"int16", TypeKind::kInt16},
    {"smallint", TypeKind::kInt16},
    {"int2", TypeKind::kInt16},
    {"int32", TypeKind::kInt32},
    {"int", TypeKind::kInt32},
    {"integer", TypeKind::kInt32},
    {"int4", TypeKind::kInt32},
    {"int64", TypeKind::kInt64},
    {"bigint", TypeKind::kInt64},
    {"long", TypeKind::kInt64},
    {"uint8", TypeKind::kUint8},
    {"utinyint", TypeKind::kUint8},
    {"uint16", TypeKind::kUint16},
    {"usmallint", TypeKind::kUint16},
    {"uint32", TypeKind::kUint32},
    {"uinteger", TypeKind::kUint32},
    {"uint64", TypeKind::kUint64},
    {"ubigint", TypeKind::kUint64},
    {"float32", TypeKind::kFloat32},
    {"float", TypeKind::kFloat32},
    {"real", TypeKind::kFloat32},
    {"float4", TypeKind::kFloat32},
    {"float64", TypeKind::kFloat64},
    {"double", TypeKind::kFloat64},
    {"float8", TypeKind::kFloat64},
    {"decimal", TypeKind::kDecimal},
    {"numeric", TypeKind::kDecimal},
    {"string", TypeKind::kString},
    {"varchar", TypeKind::kString},
    {"text", TypeKind::kString},
    {"char", TypeKind::kString},
    {"nvarchar", TypeKind::kString},
    {"utf8", TypeKind::kString},
    {"binary", TypeKind::kBinary},
    {"bytea", TypeKind::kBinary},
    {"varbinary", TypeKind::kBinary},
    {"blob", TypeKind::kBinary},
    {"date", TypeKind::kDate},
    {"date32", TypeKind::kDate},
    {"time", TypeKind::kTime},
    {"timestamp", TypeKind::kTimestamp},
    {"datetime", TypeKind::kTimestamp},
    {"timestamptz", TypeKind::kTimestamp},
    {"json", TypeKind::kJson},
    {"jsonb", TypeKind::kJson},
    {"uuid", TypeKind::kUuid},
    {"list", TypeKind::kList},
    {"array", TypeKind::kList},
    {"struct", TypeKind::kStruct},
    {"row", TypeKind::kStruct},
    {"map", TypeKind::kMap},
    {"double precision", TypeKind::kFloat64},
}};

constexpr std::array<std::pair<std::string_view, TimeUnit>, 4> kUnits{
    {{"s", TimeUnit::kSecond}, {"ms", TimeUnit::kMilli}, {"us", TimeUnit::kMicro}, {"ns", TimeUnit::kNano}}};

/// A recursive-descent reader over the text of a type or a column list.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Result<Type> ReadType(std::size_t depth = 0) {
    if (depth > kNestingMax) return InvalidInput(fmt::format("the type is nested deeper than {}", kNestingMax));
    const std::string word = core::LowerAscii(ReadWord());
    const Name* name = Find(word);
    if (name == nullptr) return UnknownType(word);
    if (word == "double" && PeekWord() == "precision") ReadWord();
    switch (name->kind) {
      case TypeKind::kDecimal: return ReadDecimal();
      case TypeKind::kTime: return ReadTime();
      case TypeKind::kTimestamp: return ReadTimestamp(word == "timestamptz");
      case TypeKind::kList: return ReadList(depth);
      case TypeKind::kStruct: return ReadStruct(depth);
      case TypeKind::kMap: return ReadMap(depth);
      default: break;
    }
    if (name->kind == TypeKind::kString || name->kind == TypeKind::kBinary) SLUICE_TRY(SkipLength());
    return Simple(name->kind);
  }

  Result<Field> ReadColumn(std::size_t depth) {
    Field field;
    SLUICE_ASSIGN_OR_RETURN(field.name, ReadName());
    Take(':');
    SLUICE_ASSIGN_OR_RETURN(field.type, ReadType(depth));
    if (PeekWord() == "not") {
      ReadWord();
      if (core::LowerAscii(ReadWord()) != "null") return Expected("'null' after 'not'");
      field.nullable = false;
    } else if (PeekWord() == "null") {
      ReadWord();
    }
    return field;
  }

  Result<std::vector<Field>> ReadColumnList(std::size_t depth) {
    std::vector<Field> fields;
    do {
      SLUICE_ASSIGN_OR_RETURN(Field field, ReadColumn(depth));
      for (const Field& earlier : fields) {
        if (earlier.name == field.name) return InvalidInput(fmt::format("column '{}' is declared twice", field.name));
      }
      fields.push_back(std::move(field));
    } while (Take(','));
    return fields;
  }

  core::Status ExpectEnd() {
    SkipSpace();
    if (at_ == text_.size()) return core::Ok();
    return Expected("the end");
  }

 private:
  static const Name* Find(std::string_view word) {
    const auto* found = std::find_if(kNames.begin(), kNames.end(), [&](const Name& name) { return name.text == word; });
    return found == kNames.end() ? nullptr : found;
  }

  core::Error UnknownType(const std::string& word) const {
    if (word.empty()) return Expected("a type");
    std::vector<std::string> names;
    names.reserve(std::size(kNames));
    for (const Name& name : kNames) names.emplace_back(name.text);
    const std::string nearest = core::NearestName(word, names);
    auto error = InvalidInput(fmt::format("'{}' is not a type", word));
    if (nearest.empty())
      return std::move(error).WithHint("types are bool, int64, float64, decimal(p,s), string, date, timestamp(us), …");
    return std::move(error).WithHint(fmt::format("did you mean '{}'?", nearest));
  }

  core::Error Expected(std::string_view what) const {
    if (at_ >= text_.size()) return InvalidInput(fmt::format("{} is expected at the end of '{}'", what, text_));
    return InvalidInput(fmt::format("{} is expected at '{}' in '{}'", what, text_.substr(at_), text_));
  }

  void SkipSpace() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  }

  bool Take(char c) {
    SkipSpace();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  std::string_view ReadWord() {
    SkipSpace();
    const std::size_t begin = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '_'))
      ++at_;
    return text_.substr(begin, at_ - begin);
  }

  std::string PeekWord() {
    const std::size_t at = at_;
    const std::string word = core::LowerAscii(ReadWord());
    at_ = at;
    return word;
  }

  Result<std::string> ReadName() {
    std::string name;
    if (!Take('"')) {
      SkipSpace();
      const std::size_t begin = at_;
      constexpr std::string_view kEnds = " \t\n\r,:<>()\"";
      while (at_ < text_.size() && kEnds.find(text_[at_]) == std::string_view::npos) ++at_;
      if (begin == at_) return Expected("a column name");
      return std::string(text_.substr(begin, at_ - begin));
    }
    while (at_ < text_.size()) {
      if (text_[at_] == '"' && (at_ + 1 >= text_.size() || text_[at_ + 1] != '"')) {
        ++at_;
        return name;
      }
      at_ += text_[at_] == '"' ? 1 : 0;
      name.push_back(text_[at_++]);
    }
    return Expected("a closing quote");
  }

  Result<std::int32_t> ReadNumber() {
    SkipSpace();
    std::int32_t number = 0;
    const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), number);
    if (error != std::errc()) return Expected("a number");
    at_ = static_cast<std::size_t>(end - text_.data());
    return number;
  }

  core::Status SkipLength() {
    if (!Take('(')) return core::Ok();
    SLUICE_TRY(ReadNumber());
    return Take(')') ? core::Ok() : core::Status(Expected("')'"));
  }

  Result<Type> ReadDecimal() {
    std::int32_t precision = kPrecisionMax;
    std::int32_t scale = 0;
    if (Take('(')) {
      SLUICE_ASSIGN_OR_RETURN(precision, ReadNumber());
      if (Take(',')) {
        SLUICE_ASSIGN_OR_RETURN(scale, ReadNumber());
      }
      if (!Take(')')) return Expected("')'");
    }
    if (precision < 1 || precision > kPrecisionMax || scale < 0 || scale > precision) {
      return InvalidInput(fmt::format("decimal({},{}) is out of range", precision, scale))
          .WithHint("the precision is 1 to 38, the scale 0 to the precision");
    }
    return Decimal(precision, scale);
  }

  Result<TimeUnit> ReadUnit() {
    const std::string word = core::LowerAscii(ReadWord());
    for (const auto& [text, unit] : kUnits) {
      if (word == text) return unit;
    }
    return InvalidInput(fmt::format("'{}' is not a unit of time", word)).WithHint("units are s, ms, us, ns");
  }

  Result<Type> ReadTime() {
    TimeUnit unit = TimeUnit::kMicro;
    if (Take('(')) {
      SLUICE_ASSIGN_OR_RETURN(unit, ReadUnit());
      if (!Take(')')) return Expected("')'");
    }
    return TimeType(unit);
  }

  Result<Type> ReadTimestamp(bool with_zone) {
    Type type = TimestampType(TimeUnit::kMicro, with_zone ? "UTC" : "");
    if (Take('(')) {
      SLUICE_ASSIGN_OR_RETURN(type.unit, ReadUnit());
      if (Take(',')) {
        SkipSpace();
        const std::size_t end = std::min(text_.find(')', at_), text_.size());
        std::string_view zone = text_.substr(at_, end - at_);
        while (!zone.empty() && zone.back() == ' ') zone.remove_suffix(1);
        if (zone.empty()) return Expected("a time zone");
        type.zone = std::string(zone);
        at_ = end;
      }
      if (!Take(')')) return Expected("')'");
    }
    if (PeekWord() != "with" && PeekWord() != "without") return type;
    const bool zoned = core::LowerAscii(ReadWord()) == "with";
    if (core::LowerAscii(ReadWord()) != "time" || core::LowerAscii(ReadWord()) != "zone")
      return Expected("'time zone'");
    if (zoned && type.zone.empty()) type.zone = "UTC";
    return type;
  }

  Result<Type> ReadList(std::size_t depth) {
    if (!Take('<')) return Expected("'<'");
    SLUICE_ASSIGN_OR_RETURN(Type element, ReadType(depth + 1));
    if (!Take('>')) return Expected("'>'");
    return ListOf(std::move(element));
  }

  Result<Type> ReadStruct(std::size_t depth) {
    if (!Take('<')) return Expected("'<'");
    if (Take('>')) return StructOf({});
    SLUICE_ASSIGN_OR_RETURN(auto members, ReadColumnList(depth + 1));
    if (!Take('>')) return Expected("'>'");
    return StructOf(std::move(members));
  }

  Result<Type> ReadMap(std::size_t depth) {
    if (!Take('<')) return Expected("'<'");
    SLUICE_ASSIGN_OR_RETURN(Type key, ReadType(depth + 1));
    if (!Take(',')) return Expected("','");
    SLUICE_ASSIGN_OR_RETURN(Type value, ReadType(depth + 1));
    if (!Take('>')) return Expected("'>'");
    return MapOf(std::move(key), std::move(value));
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

std::string_view UnitName(TimeUnit unit) {
  for (const auto& [text, value] : kUnits) {
    if (value == unit) return text;
  }
  return "us";
}

std::string FormatName(const std::string& name) {
  if (!name.empty() && name.find_first_of(" \t\n\r,:<>()\"") == std::string::npos) return name;
  std::string quoted = "\"";
  for (const char c : name) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + "\"";
}

}  // namespace

Result<Type> ParseType(std::string_view text) {
  Reader reader(text);
  SLUICE_ASSIGN_OR_RETURN(Type type, reader.ReadType());
  SLUICE_TRY(reader.ExpectEnd());
  return type;
}

Result<Schema> ParseColumns(std::string_view text) {
  Reader reader(text);
  SLUICE_ASSIGN_OR_RETURN(auto fields, reader.ReadColumnList(0));
  SLUICE_TRY(reader.ExpectEnd());
  return Schema{std::move(fields)};
}

std::string FormatType(const Type& type) {
  switch (type.kind) {
    case TypeKind::kDecimal: return fmt::format("decimal({},{})", type.precision, type.scale);
    case TypeKind::kTime: return fmt::format("time({})", UnitName(type.unit));
    case TypeKind::kTimestamp:
      return type.zone.empty() ? fmt::format("timestamp({})", UnitName(type.unit))
                               : fmt::format("timestamp({},{})", UnitName(type.unit), type.zone);
    case TypeKind::kList: return fmt::format("list<{}>", FormatType(type.children[0].type));
    case TypeKind::kMap:
      return fmt::format("map<{},{}>", FormatType(type.children[0].type), FormatType(type.children[1].type));
    case TypeKind::kStruct: return fmt::format("struct<{}>", FormatColumns(Schema{type.children}));
    default: break;
  }
  const auto* name = std::find_if(kNames.begin(), kNames.end(), [&](const Name& n) { return n.kind == type.kind; });
  return std::string(name->text);
}

std::string FormatColumns(const Schema& schema) {
  std::string text;
  for (const Field& field : schema.fields) {
    if (!text.empty()) text += ", ";
    text += FormatName(field.name) + " " + FormatType(field.type);
    if (!field.nullable) text += " not null";
  }
  return text;
}

}  // namespace sluice::schema

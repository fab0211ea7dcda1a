#include "recorder/record_schema.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

namespace sluice::recorder {
namespace {

using Json = nlohmann::ordered_json;
using recording::Kind;

constexpr std::array<std::pair<Kind, std::string_view>, 10> kKindNames{{{Kind::kBool, "bool"},
                                                                        {Kind::kInt32, "int32"},
                                                                        {Kind::kInt64, "int64"},
                                                                        {Kind::kFloat, "float"},
                                                                        {Kind::kDouble, "double"},
                                                                        {Kind::kDecimal, "decimal"},
                                                                        {Kind::kTime, "time"},
                                                                        {Kind::kStamp, "stamp"},
                                                                        {Kind::kSymbol, "symbol"},
                                                                        {Kind::kText, "text"}}};

std::string_view NameOf(Kind kind) {
  return std::ranges::find(kKindNames, kind, &std::pair<Kind, std::string_view>::first)->second;
}

schema::TimeUnit UnitOf(std::uint8_t second_digits) {
  switch (second_digits) {
    case 3: return schema::TimeUnit::kMilli;
    case 9: return schema::TimeUnit::kNano;
    default: return schema::TimeUnit::kMicro;
  }
}

schema::Type TypeOf(const RecordedColumn& column) {
  using schema::TypeKind;
  switch (column.shape.kind) {
    case Kind::kBool: return schema::Simple(TypeKind::kBool);
    case Kind::kInt32: return schema::Simple(TypeKind::kInt32);
    case Kind::kInt64: return schema::Simple(TypeKind::kInt64);
    case Kind::kFloat: return schema::Simple(TypeKind::kFloat32);
    case Kind::kDouble: return schema::Simple(TypeKind::kFloat64);
    case Kind::kDecimal: return schema::Decimal(column.precision, column.scale);
    case Kind::kTime: return schema::TimestampType(UnitOf(column.second_digits), column.utc ? "UTC" : "");
    case Kind::kStamp: return schema::TimestampType(schema::TimeUnit::kMicro, column.utc ? "UTC" : "");
    case Kind::kSymbol:
    case Kind::kText: break;
  }
  // Most warehouses take JSON from a text column.
  return schema::Simple(TypeKind::kString);
}

}  // namespace

bool RecordedColumn::operator==(const RecordedColumn& other) const {
  return name == other.name && shape.kind == other.shape.kind && shape.nullable == other.shape.nullable &&
         precision == other.precision && scale == other.scale && second_digits == other.second_digits &&
         json == other.json && filled == other.filled && utc == other.utc;
}

std::size_t RecordSchema::Find(std::string_view name) const {
  return static_cast<std::size_t>(std::ranges::find(columns, name, &RecordedColumn::name) - columns.begin());
}

core::Status RecordSchema::Validate() const {
  if (columns.empty()) return core::InvalidInput("a recorder needs a column");
  std::set<std::string_view> names;
  const auto is_new = [&names](std::string_view name) { return !name.empty() && names.insert(name).second; };
  for (const RecordedColumn& column : columns) {
    if (!is_new(column.name))
      return core::InvalidInput(fmt::format("two columns named '{}', or one without a name", column.name));
  }
  for (const DerivedColumn& column : derived) {
    if (!is_new(column.name))
      return core::InvalidInput(fmt::format("two columns named '{}', or one without a name", column.name));
    const std::size_t when = Find(column.when);
    const auto is_text = [](Kind kind) { return kind == Kind::kText || kind == Kind::kSymbol; };
    if (Find(column.value) == columns.size()) {
      return core::InvalidInput(
          fmt::format("column '{}' is derived from '{}', which is no column", column.name, column.value));
    }
    if (when == columns.size() || !is_text(columns[when].shape.kind)) {
      return core::InvalidInput(
          fmt::format("column '{}' depends on '{}', which is no column of texts", column.name, column.when));
    }
  }
  return core::Ok();
}

schema::Schema RecordSchema::FileSchema() const {
  schema::Schema file;
  for (const RecordedColumn& column : columns) {
    file.fields.push_back({column.name, TypeOf(column), column.shape.nullable && !column.filled});
  }
  for (const DerivedColumn& column : derived) {
    file.fields.push_back({column.name, file.fields[Find(column.value)].type, true});
  }
  return file;
}

std::vector<recording::Shape> RecordSchema::Shapes() const {
  std::vector<recording::Shape> shapes;
  for (const RecordedColumn& column : columns) shapes.push_back(column.shape);
  return shapes;
}

std::string RecordSchema::ToJson() const {
  Json document{{"columns", Json::array()}, {"derived", Json::array()}};
  for (const RecordedColumn& column : columns) {
    Json entry{{"name", column.name}, {"kind", NameOf(column.shape.kind)}, {"nullable", column.shape.nullable}};
    if (column.shape.kind == Kind::kDecimal) entry.update({{"precision", column.precision}, {"scale", column.scale}});
    if (column.shape.kind == Kind::kTime) entry["second_digits"] = column.second_digits;
    if (column.utc) entry["utc"] = true;
    if (column.json) entry.update({{"json", true}, {"filled", column.filled}});
    document["columns"].push_back(std::move(entry));
  }
  for (const DerivedColumn& column : derived) {
    document["derived"].push_back(
        {{"name", column.name}, {"value", column.value}, {"when", column.when}, {"equals", column.equals}});
  }
  return document.dump();
}

core::Result<RecordSchema> RecordSchema::OfJson(std::string_view text) {
  try {
    RecordSchema read;
    const Json document = Json::parse(text);
    for (const Json& entry : document.at("columns")) {
      const auto kind = entry.at("kind").get<std::string>();
      const auto known = std::ranges::find(kKindNames, kind, &std::pair<Kind, std::string_view>::second);
      if (known == kKindNames.end()) return core::Corruption(fmt::format("no kind of column is '{}'", kind));
      read.columns.push_back({.name = entry.at("name").get<std::string>(),
                              .shape = {known->first, entry.at("nullable").get<bool>()},
                              .precision = entry.value("precision", std::uint8_t{0}),
                              .scale = entry.value("scale", std::uint8_t{0}),
                              .second_digits = entry.value("second_digits", std::uint8_t{6}),
                              .json = entry.value("json", false),
                              .filled = entry.value("filled", false),
                              .utc = entry.value("utc", false)});
    }
    for (const Json& entry : document.at("derived")) {
      read.derived.push_back({entry.at("name").get<std::string>(), entry.at("value").get<std::string>(),
                              entry.at("when").get<std::string>(), entry.at("equals").get<std::string>()});
    }
    SLUICE_TRY(read.Validate());
    return read;
  } catch (const Json::exception& failure) {
    return core::Corruption(fmt::format("the schema of a recorder cannot be read: {}", failure.what()));
  }
}

std::uint64_t RecordSchema::Hash() const {
  const std::string text = ToJson();
  return XXH3_64bits(text.data(), text.size());
}

}  // namespace sluice::recorder

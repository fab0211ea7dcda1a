#include "parquet/column_match.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "schema/schema_diff.h"
#include "schema/type_text.h"

namespace sluice::parquet {
namespace {

using columns::ColumnFinding;
using Places = std::map<std::string_view, std::size_t>;

std::string_view Renamed(const schema::TableSpec& spec, std::string_view name) {
  for (const auto& [from, to] : spec.renames) {
    if (from == name) return to;
  }
  return name;
}

core::Result<Places> PlacesOf(const schema::Schema& file) {
  Places places;
  for (std::size_t i = 0; i < file.fields.size(); ++i) {
    if (places.emplace(file.fields[i].name, i).second) continue;
    return core::InvalidInput(fmt::format("the file has two columns named '{}'", file.fields[i].name))
        .WithHint("rename one where the file is made");
  }
  return places;
}

/// The type that Parquet keeps values of `type` in: it has no whole seconds.
schema::Type AsStored(schema::Type type) {
  const bool timed = type.kind == schema::TypeKind::kTime || type.kind == schema::TypeKind::kTimestamp;
  if (timed && type.unit == schema::TimeUnit::kSecond) type.unit = schema::TimeUnit::kMilli;
  for (schema::Field& child : type.children) child.type = AsStored(std::move(child.type));
  return type;
}

core::Status CheckType(const schema::Field& input, const MatchedColumn& column, ColumnMatch& match) {
  const schema::Field& wanted = column.spec.field;
  if (column.is_text_of_json) return core::Ok();
  if (input.type == AsStored(wanted.type)) return core::Ok();  // converting checks that the seconds are whole
  switch (schema::Relate(input.type, wanted.type)) {
    case schema::TypeRelation::kSame: return core::Ok();
    case schema::TypeRelation::kWidened:
      match.findings.push_back(
          {ColumnFinding::Kind::kWidened, wanted.name,
           fmt::format("{} → {}", schema::FormatType(input.type), schema::FormatType(wanted.type))});
      return core::Ok();
    default:
      return core::InvalidInput(fmt::format("column '{}' is {} in the file, which does not go into {} without loss",
                                            input.name, schema::FormatType(input.type),
                                            schema::FormatType(wanted.type)))
          .WithHint(fmt::format("declare the column as {}", schema::FormatType(input.type)));
  }
}

core::Status NoteMissing(const MatchedColumn& column, ColumnMatch& match) {
  const schema::ColumnSpec& spec = column.spec;
  if (!spec.field.nullable && !spec.default_text) {
    return core::InvalidInput(fmt::format("the file has no column '{}', which may not be NULL", spec.field.name))
        .WithHint("give it a default, or make it nullable");
  }
  match.findings.push_back({ColumnFinding::Kind::kMissing, spec.field.name,
                            spec.default_text ? fmt::format("filled with '{}'", *spec.default_text) : "NULL"});
  return core::Ok();
}

void NoteOrder(ColumnMatch& match) {
  std::vector<std::size_t> sorted;
  for (const MatchedColumn& column : match.columns) {
    if (column.input) sorted.push_back(*column.input);
  }
  std::sort(sorted.begin(), sorted.end());
  std::size_t rank = 0;
  for (const MatchedColumn& column : match.columns) {
    if (!column.input || *column.input == sorted[rank++]) continue;
    match.findings.push_back({ColumnFinding::Kind::kReordered, column.spec.field.name,
                              fmt::format("column {} of the input", *column.input + 1)});
  }
}

core::Status NoteExtras(const schema::Schema& file, const schema::TableSpec& spec, ColumnMatch& match) {
  std::vector<bool> used(file.fields.size(), false);
  for (const MatchedColumn& column : match.columns) {
    if (column.input) used[*column.input] = true;
  }
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (used[i]) continue;
    const std::string& name = file.fields[i].name;
    if (spec.extra == schema::ExtraColumns::kRefuse) {
      return schema::ExtraColumnsRefused(fmt::format("'{}'", name));
    }
    match.findings.push_back({ColumnFinding::Kind::kIgnored, name, "not in the schema"});
  }
  return core::Ok();
}

std::optional<std::size_t> Find(const schema::ColumnSpec& column, const Places& places, const Places& renamed) {
  const std::string_view name = column.from.empty() ? column.field.name : column.from;
  if (const auto it = places.find(name); it != places.end()) return it->second;
  if (const auto it = renamed.find(column.field.name); it != renamed.end()) return it->second;
  return std::nullopt;
}

}  // namespace

core::Result<ColumnMatch> MatchColumns(const schema::Schema& file, const schema::TableSpec& spec) {
  SLUICE_ASSIGN_OR_RETURN(const Places places, PlacesOf(file));
  Places renamed;
  for (const auto& [name, place] : places) renamed.emplace(Renamed(spec, name), place);
  ColumnMatch match;
  for (const schema::ColumnSpec& column : (spec.columns.empty() ? schema::SpecOf(file) : spec).columns) {
    MatchedColumn matched{.spec = column};
    if (!column.value) matched.input = Find(column, places, renamed);
    if (matched.input) {
      const schema::Field& input = file.fields[*matched.input];
      if (input.name != column.field.name) {
        match.findings.push_back(
            {ColumnFinding::Kind::kRenamed, column.field.name, fmt::format("as '{}'", input.name)});
      }
      matched.is_text_of_json =
          input.type.kind == schema::TypeKind::kString && column.field.type.kind == schema::TypeKind::kJson;
      SLUICE_TRY(CheckType(input, matched, match));
    } else if (!column.value) {
      SLUICE_TRY(NoteMissing(matched, match));
    }
    match.columns.push_back(std::move(matched));
  }
  NoteOrder(match);
  SLUICE_TRY(NoteExtras(file, spec, match));
  return match;
}

}  // namespace sluice::parquet

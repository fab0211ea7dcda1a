#include "table/field_match.h"

#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <fmt/format.h>
#include <parquet/arrow/schema.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "delta/name_folding.h"
#include "delta/type_name.h"

namespace sluice::table {
namespace {

using delta::TypeKind;
using ::parquet::arrow::SchemaField;
using Shape = FieldMatch::Shape;
using Fields = std::vector<SchemaField>;

std::optional<std::int32_t> IdOf(const SchemaField& field) {
  const auto& metadata = field.field->metadata();
  if (!metadata) return std::nullopt;
  const auto text = metadata->Get("PARQUET:field_id");
  if (!text.ok()) return std::nullopt;
  std::int32_t id = 0;
  const char* end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, id);
  if (error != std::errc() || stop != end) return std::nullopt;
  return id;
}

bool AnyHasId(const Fields& fields) {
  return std::any_of(fields.begin(), fields.end(),
                     [](const SchemaField& field) { return IdOf(field) || AnyHasId(field.children); });
}

bool IsList(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::LIST:
    case arrow::Type::LARGE_LIST:
    case arrow::Type::LIST_VIEW:
    case arrow::Type::LARGE_LIST_VIEW:
    case arrow::Type::FIXED_SIZE_LIST: return true;
    default: return false;
  }
}

std::string Below(const std::string& path, const std::string& name) { return path.empty() ? name : path + "." + name; }

core::Error WrongType(const std::string& path, const SchemaField& file, const delta::DataType& wanted) {
  return core::Corruption(fmt::format("column '{}' is {} in the file, which is no form of the table's {}", path,
                                      file.field->type()->ToString(), delta::TypeName(wanted)));
}

/// Finds fields of the table in a file, level by level, and collects the leaves that hold them.
class Matcher {
 public:
  Matcher(delta::ColumnMappingMode mapping, bool has_rows) : mapping_(mapping), has_rows_(has_rows) {}

  core::Result<std::vector<FieldMatch>> MatchAll(std::span<const delta::Field> wanted, const arrow::FieldVector& types,
                                                 const Fields& there, const std::string& path) {
    std::vector<std::optional<std::size_t>> found;
    std::vector<std::size_t> read;
    for (const delta::Field& field : wanted) {
      const bool stored = field.type.kind != TypeKind::kVoid;
      SLUICE_ASSIGN_OR_RETURN(const auto place, stored ? Find(field, there) : std::optional<std::size_t>());
      found.push_back(place);
      if (place) read.push_back(*place);
    }
    std::sort(read.begin(), read.end());
    std::vector<FieldMatch> matches;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      FieldMatch match{.path = Below(path, wanted[i].name), .type = types[i]->type()};
      if (found[i]) {
        match.place = static_cast<int>(std::lower_bound(read.begin(), read.end(), *found[i]) - read.begin());
        SLUICE_TRY(MatchType(wanted[i].type, there[*found[i]], match));
      } else if (!wanted[i].nullable && has_rows_ && wanted[i].type.kind != TypeKind::kVoid) {
        return core::Corruption(fmt::format("column '{}' may not be NULL, and the file does not have it", match.path));
      }
      matches.push_back(std::move(match));
    }
    return matches;
  }

  std::vector<int> TakeLeaves() {
    std::sort(leaves_.begin(), leaves_.end());
    return std::move(leaves_);
  }

 private:
  core::Result<std::optional<std::size_t>> Find(const delta::Field& field, const Fields& there) const {
    std::optional<std::size_t> found;
    const auto look = [&](auto&& is) -> core::Status {
      for (std::size_t i = 0; i < there.size(); ++i) {
        if (!is(there[i])) continue;
        if (found) {
          return core::Corruption(fmt::format("the file has two columns that can be '{}': '{}' and '{}'", field.name,
                                              there[*found].field->name(), there[i].field->name()));
        }
        found = i;
      }
      return core::Ok();
    };
    if (mapping_ == delta::ColumnMappingMode::kId && field.id) {
      SLUICE_TRY(look([&](const SchemaField& file) { return IdOf(file) == field.id; }));
      return found;
    }
    const std::string& name = field.physical_name;
    SLUICE_TRY(look([&](const SchemaField& file) { return file.field->name() == name; }));
    if (!found && mapping_ == delta::ColumnMappingMode::kNone) {
      SLUICE_TRY(look([&](const SchemaField& file) { return delta::SameName(file.field->name(), name); }));
    }
    return found;
  }

  core::Status MatchType(const delta::DataType& wanted, const SchemaField& file, FieldMatch& match) {
    switch (wanted.kind) {
      case TypeKind::kStruct: return MatchStruct(wanted, file, match);
      case TypeKind::kArray: return MatchList(wanted, file, match);
      case TypeKind::kMap: return MatchMap(wanted, file, match);
      case TypeKind::kVariant: return MatchVariant(wanted, file, match);
      default: break;
    }
    const auto conversion = file.is_leaf() ? FindConversion(*file.field->type(), wanted) : std::nullopt;
    if (!conversion) return WrongType(match.path, file, wanted);
    match.shape = Shape::kValues;
    match.conversion = *conversion;
    leaves_.push_back(file.column_index);
    return core::Ok();
  }

  core::Status MatchStruct(const delta::DataType& wanted, const SchemaField& file, FieldMatch& match) {
    if (file.field->type()->id() != arrow::Type::STRUCT) return WrongType(match.path, file, wanted);
    match.shape = Shape::kStruct;
    const std::size_t before = leaves_.size();
    SLUICE_ASSIGN_OR_RETURN(match.children, MatchAll(wanted.fields, match.type->fields(), file.children, match.path));
    if (leaves_.size() == before) leaves_.push_back(ShallowestLeaf(file));  // tells where the struct itself is NULL
    return core::Ok();
  }

  core::Status MatchList(const delta::DataType& wanted, const SchemaField& file, FieldMatch& match) {
    if (!IsList(*file.field->type()) || file.children.size() != 1) return WrongType(match.path, file, wanted);
    match.shape = Shape::kList;
    return MatchInner(wanted.fields[0], match.type->field(0), file.children[0], 0, match);
  }

  core::Status MatchMap(const delta::DataType& wanted, const SchemaField& file, FieldMatch& match) {
    const bool is_map = file.field->type()->id() == arrow::Type::MAP && file.children.size() == 1 &&
                        file.children[0].children.size() == 2;
    if (!is_map) return WrongType(match.path, file, wanted);
    match.shape = Shape::kMap;
    const auto& types = static_cast<const arrow::MapType&>(*match.type);
    const Fields& entry = file.children[0].children;
    SLUICE_TRY(MatchInner(wanted.fields[0], types.key_field(), entry[0], 0, match));
    return MatchInner(wanted.fields[1], types.item_field(), entry[1], 1, match);
  }

  /// An element, key or value: found by its place, whatever its name or id.
  core::Status MatchInner(const delta::Field& wanted, const std::shared_ptr<arrow::Field>& type,
                          const SchemaField& file, int place, FieldMatch& match) {
    FieldMatch inner{.path = Below(match.path, wanted.name), .type = type->type(), .place = place};
    if (wanted.type.kind == TypeKind::kVoid) {
      leaves_.push_back(ShallowestLeaf(file));
    } else {
      SLUICE_TRY(MatchType(wanted.type, file, inner));
    }
    match.children.push_back(std::move(inner));
    return core::Ok();
  }

  core::Status MatchVariant(const delta::DataType& wanted, const SchemaField& file, FieldMatch& match) {
    const auto has = [&](std::string_view name) {
      return std::any_of(file.children.begin(), file.children.end(),
                         [&](const SchemaField& child) { return child.field->name() == name; });
    };
    const bool whole = has("metadata") && (has("value") || has("typed_value"));
    if (file.field->type()->id() != arrow::Type::STRUCT || !whole) return WrongType(match.path, file, wanted);
    match.shape = Shape::kVariant;
    AddLeaves(file);
    return core::Ok();
  }

  void AddLeaves(const SchemaField& file) {
    if (file.is_leaf()) leaves_.push_back(file.column_index);
    for (const SchemaField& child : file.children) AddLeaves(child);
  }

  /// The leaf that costs least to read: the one with the fewest repetitions above it.
  static int ShallowestLeaf(const SchemaField& file) { return Shallowest(file)->column_index; }

  static const SchemaField* Shallowest(const SchemaField& file) {
    if (file.is_leaf()) return &file;
    const SchemaField* best = nullptr;
    for (const SchemaField& child : file.children) {
      const SchemaField* leaf = Shallowest(child);
      if (!best || leaf->level_info.rep_level < best->level_info.rep_level) best = leaf;
    }
    return best;
  }

  delta::ColumnMappingMode mapping_;
  bool has_rows_;
  std::vector<int> leaves_;
};

}  // namespace

core::Result<FileMatch> MatchFields(std::span<const delta::Field> wanted, const arrow::FieldVector& types,
                                    delta::ColumnMappingMode mapping, const ::parquet::arrow::SchemaManifest& file,
                                    bool has_rows) {
  const bool by_id = mapping == delta::ColumnMappingMode::kId && !wanted.empty();
  if (by_id && has_rows && !AnyHasId(file.schema_fields)) {
    return core::Corruption("the table finds columns by their ids, and the file has no ids");
  }
  Matcher matcher(mapping, has_rows);
  SLUICE_ASSIGN_OR_RETURN(auto fields, matcher.MatchAll(wanted, types, file.schema_fields, ""));
  return FileMatch{.fields = std::move(fields), .leaves = matcher.TakeLeaves()};
}

}  // namespace sluice::table

#include "table/required_values.h"

#include <arrow/array/array_nested.h>

#include <algorithm>
#include <functional>

namespace sluice::table {
namespace {

using delta::Field;
using delta::TypeKind;

/// Looks below one column. `row_of` tells the row of the table that a place in the array belongs to.
class Search {
 public:
  using RowOf = std::function<std::int64_t(std::int64_t)>;

  std::optional<MissingValue> Look(const arrow::Array& values, const Field& field, const std::string& path,
                                   const std::function<bool(std::int64_t)>& wanted, const RowOf& row_of) const {
    if (!field.nullable && values.null_count() > 0) {
      for (std::int64_t i = 0; i < values.length(); ++i) {
        if (values.IsNull(i) && wanted(i)) return MissingValue{row_of(i), path};
      }
    }
    if (!std::any_of(field.type.fields.begin(), field.type.fields.end(), HasRequired)) return std::nullopt;
    const auto inner = [&](std::int64_t i) { return wanted(i) && values.IsValid(i); };
    if (field.type.kind == TypeKind::kStruct) return LookInStruct(values, field, path, inner, row_of);
    return LookInList(values, field, path, inner, row_of);
  }

 private:
  std::optional<MissingValue> LookInStruct(const arrow::Array& values, const Field& field, const std::string& path,
                                           const std::function<bool(std::int64_t)>& wanted, const RowOf& row_of) const {
    const auto& structs = static_cast<const arrow::StructArray&>(values);
    for (std::size_t i = 0; i < field.type.fields.size(); ++i) {
      const Field& member = field.type.fields[i];
      auto missing = Look(*structs.field(static_cast<int>(i)), member, path + "." + member.name, wanted, row_of);
      if (missing) return missing;
    }
    return std::nullopt;
  }

  std::optional<MissingValue> LookInList(const arrow::Array& values, const Field& field, const std::string& path,
                                         const std::function<bool(std::int64_t)>& wanted, const RowOf& row_of) const {
    const auto& lists = static_cast<const arrow::ListArray&>(values);  // a map is a list of entries
    std::vector<std::int64_t> owner(static_cast<std::size_t>(lists.values()->length()), -1);
    for (std::int64_t i = 0; i < lists.length(); ++i) {
      if (!wanted(i)) continue;
      for (std::int64_t j = lists.value_offset(i); j < lists.value_offset(i + 1); ++j) {
        owner[static_cast<std::size_t>(j)] = i;
      }
    }
    const auto has_owner = [&](std::int64_t j) { return owner[static_cast<std::size_t>(j)] >= 0; };
    const RowOf row_of_owner = [&](std::int64_t j) { return row_of(owner[static_cast<std::size_t>(j)]); };
    for (std::size_t i = 0; i < field.type.fields.size(); ++i) {
      const Field& part = field.type.fields[i];
      const bool map = field.type.kind == TypeKind::kMap;
      const auto parts =
          map ? static_cast<const arrow::StructArray&>(*lists.values()).field(static_cast<int>(i)) : lists.values();
      auto missing = Look(*parts, part, path + "." + part.name, has_owner, row_of_owner);
      if (missing) return missing;
    }
    return std::nullopt;
  }
};

}  // namespace

bool HasRequired(const Field& field) {
  return !field.nullable || std::any_of(field.type.fields.begin(), field.type.fields.end(), HasRequired);
}

std::optional<MissingValue> FindMissingValue(const arrow::Array& values, const Field& field) {
  return Search().Look(
      values, field, field.name, [](std::int64_t) { return true; }, [](std::int64_t row) { return row; });
}

}  // namespace sluice::table

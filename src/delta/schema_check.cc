#include "delta/schema_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <unordered_set>

#include "delta/name_folding.h"
#include "delta/schema_json.h"
#include "delta/type_name.h"
#include "schema/utf8_check.h"

namespace sluice::delta {
namespace {

bool IsVoid(const Field& field) { return field.type.kind == TypeKind::kVoid; }

core::Status CheckKnown(const std::vector<Field>& fields, const std::string& prefix) {
  for (const Field& field : fields) {
    const std::string path = prefix + field.name;
    if (field.type.kind == TypeKind::kUnknown) {
      return core::Unsupported(
          fmt::format("column '{}' has type {}, which this version does not know", path, TypeName(field.type)));
    }
    SLUICE_TRY(CheckKnown(field.type.fields, path + "."));
  }
  return core::Ok();
}

core::Status CheckVoids(const std::vector<Field>& fields, const std::string& prefix, bool in_collection) {
  for (const Field& field : fields) {
    const std::string path = prefix + field.name;
    const bool collection = field.type.kind == TypeKind::kArray || field.type.kind == TypeKind::kMap;
    if (IsVoid(field) && in_collection) {
      return core::InvalidInput(fmt::format("column '{}' is void inside an array or a map; no file can hold it", path));
    }
    if (field.type.kind == TypeKind::kStruct && std::ranges::all_of(field.type.fields, IsVoid)) {
      return core::InvalidInput(fmt::format("column '{}' is a struct of nothing but void; no file can hold it", path));
    }
    SLUICE_TRY(CheckVoids(field.type.fields, path + ".", in_collection || collection));
  }
  return core::Ok();
}

class NewSchema {
 public:
  explicit NewSchema(bool mapped) : mapped_(mapped) {}

  core::Status CheckMembers(const std::vector<Field>& fields, const std::string& prefix, int depth) {
    if (depth > kSchemaDepthMax) {
      return core::LimitExceeded(fmt::format("column '{}' nests deeper than {}", prefix, kSchemaDepthMax));
    }
    std::unordered_set<std::string> names;
    for (const Field& field : fields) {
      const std::string path = prefix + field.name;
      if (++fields_seen_ > kSchemaFieldsMax) {
        return core::LimitExceeded(fmt::format("more than {} columns", kSchemaFieldsMax));
      }
      SLUICE_TRY(CheckName(field.name, path));
      if (!names.insert(FoldName(field.name)).second) {
        return core::InvalidInput(fmt::format("column '{}' is there twice; names are compared without case", path));
      }
      SLUICE_TRY(CheckMembers(field.type.fields, path + ".", depth + 1));
    }
    return core::Ok();
  }

 private:
  core::Status CheckName(std::string_view name, const std::string& path) const {
    if (name.empty()) return core::InvalidInput(fmt::format("column '{}' has an empty name", path));
    if (schema::FindInvalidUtf8(name) != std::string_view::npos) {
      return core::InvalidInput(fmt::format("the name of column '{}' is not UTF-8", path));
    }
    if (mapped_ || name.find_first_of(" ,;{}()\n\t=") == std::string_view::npos) return core::Ok();
    return core::InvalidInput(fmt::format("column '{}': the name holds one of blank , ; {{ }} ( ) = tab newline", path))
        .WithHint("rename the column, or create the table with delta.columnMapping.mode=name");
  }

  bool mapped_;
  int fields_seen_ = 0;
};

}  // namespace

core::Status CheckTypesAreKnown(const TableSchema& schema) { return CheckKnown(schema.fields, ""); }

core::Status CheckHoldsData(const TableSchema& schema) {
  if (schema.fields.empty()) return core::InvalidInput("the table has no columns");
  if (std::ranges::all_of(schema.fields, IsVoid)) {
    return core::InvalidInput("all columns of the table are void; no file can hold them");
  }
  return CheckVoids(schema.fields, "", false);
}

core::Status CheckNewSchema(const TableSchema& schema, bool mapped) {
  if (schema.fields.empty()) return core::InvalidInput("a table needs at least one column");
  SLUICE_TRY(NewSchema(mapped).CheckMembers(schema.fields, "", 0));
  return CheckTypesAreKnown(schema);
}

}  // namespace sluice::delta

#include "json/column.h"

#include <arrow/array/array_base.h>

#include <utility>

#include "json/leaf_column.h"
#include "json/list_column.h"
#include "json/map_column.h"
#include "json/struct_column.h"
#include "schema/type_text.h"

namespace sluice::json {

namespace {

using schema::TypeKind;

class ColumnMaker {
 public:
  ColumnMaker(bool ignore_unknown, arrow::MemoryPool* pool) : ignore_unknown_(ignore_unknown), pool_(pool) {}

  core::Result<std::unique_ptr<Column>> Make(const schema::ColumnSpec& spec, std::string path, bool nested) const {
    const schema::Field& field = spec.field;
    switch (field.type.kind) {
      case TypeKind::kMap: return MakeMap(field, path);
      case TypeKind::kStruct: return MakeStruct(field, path);
      case TypeKind::kList: {
        SLUICE_ASSIGN_OR_RETURN(std::unique_ptr<Column> element, MakeChild(field.type.children[0], path));
        return std::make_unique<ListColumn>(field, std::move(path), std::move(element), pool_);
      }
      default: {
        SLUICE_ASSIGN_OR_RETURN(std::unique_ptr<LeafColumn> leaf,
                                LeafColumn::Make(spec, std::move(path), nested, pool_));
        return std::unique_ptr<Column>(std::move(leaf));
      }
    }
  }

 private:
  core::Result<std::unique_ptr<Column>> MakeChild(const schema::Field& field, std::string path) const {
    schema::ColumnSpec spec;
    spec.field = field;
    return Make(spec, std::move(path), /*nested=*/true);
  }

  core::Result<std::unique_ptr<Column>> MakeStruct(const schema::Field& field, const std::string& path) const {
    std::vector<std::unique_ptr<Column>> members;
    for (const schema::Field& member : field.type.children) {
      SLUICE_ASSIGN_OR_RETURN(std::unique_ptr<Column> child, MakeChild(member, path + "." + member.name));
      members.push_back(std::move(child));
    }
    return std::make_unique<StructColumn>(field, path, std::move(members), ignore_unknown_, pool_);
  }

  core::Result<std::unique_ptr<Column>> MakeMap(const schema::Field& field, const std::string& path) const {
    schema::ColumnSpec key_spec;
    key_spec.field = field.type.children[0];
    if (key_spec.field.type.nested()) {
      return core::ConfigurationError("column '" + path + "': the keys of a map are scalars");
    }
    SLUICE_ASSIGN_OR_RETURN(std::unique_ptr<LeafColumn> key, LeafColumn::Make(key_spec, path, /*nested=*/true, pool_));
    SLUICE_ASSIGN_OR_RETURN(std::unique_ptr<Column> value, MakeChild(field.type.children[1], path));
    return std::make_unique<MapColumn>(field, path, std::move(key), std::move(value), pool_);
  }

  bool ignore_unknown_;
  arrow::MemoryPool* pool_;
};

}  // namespace

void RowFaults::Add(std::uint32_t row, const std::string& column, std::string reason) {
  if (faulty[row] != 0) return;
  faulty[row] = 1;
  first.push_back({row, {column, std::move(reason)}});
}

std::string_view TokenKind(char c) {
  switch (c) {
    case '"': return "a string";
    case '{': return "an object";
    case '[': return "an array";
    case 't':
    case 'f': return "a bool";
    case 'n': return "null";
    default: return "a number";
  }
}

bool RefuseKind(const Column& column, Cursor& cursor, RecordContext& context, int depth) {
  const char c = cursor.Peek();
  std::string_view raw;
  if (!cursor.ReadRaw(raw, depth)) return RefuseText(column.path(), cursor, context);
  return context.Fail(column.path(),
                      std::string(TokenKind(c)) + " where " + schema::FormatType(column.field().type) + " is expected");
}

bool RefuseText(const std::string& path, const Cursor& cursor, RecordContext& context) {
  return context.Fail(path, std::string("invalid JSON: ") + cursor.flaw());
}

bool RefuseNull(const Column& column, RecordContext& context) {
  return context.Fail(column.path(), columns::FaultReason(columns::Fault::kNull, {.field = column.field()}));
}

core::Result<std::unique_ptr<Column>> MakeColumn(const schema::ColumnSpec& spec, bool ignore_unknown,
                                                 arrow::MemoryPool* pool) {
  const bool scalar_only = spec.default_text || spec.value || !spec.formats.empty() || !spec.constraints.empty();
  if (spec.field.type.nested() && scalar_only) {
    return core::ConfigurationError("column '" + spec.field.name +
                                    "': a list, struct or map takes no default, value, formats or constraints")
        .WithHint("declare the column as json to keep its text, or take the key out of the schema");
  }
  return ColumnMaker(ignore_unknown, pool).Make(spec, spec.field.name, /*nested=*/false);
}

}  // namespace sluice::json

#include "table/row_match.h"

#include <arrow/array/array_base.h>
#include <arrow/array/array_binary.h>
#include <arrow/array/array_nested.h>
#include <arrow/array/builder_binary.h>
#include <arrow/array/util.h>
#include <arrow/compute/cast.h>
#include <arrow/extension_type.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/type_traits.h>
#include <arrow/util/bitmap_ops.h>
#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/suggestion.h"
#include "core/uuid.h"
#include "delta/arrow_types.h"
#include "delta/name_folding.h"
#include "schema/arrow_error.h"
#include "schema/arrow_mapping.h"

namespace sluice::table {
namespace {

using ArrayPtr = std::shared_ptr<arrow::Array>;
using TypePtr = std::shared_ptr<arrow::DataType>;

using delta::SameName;

int FindField(const arrow::FieldVector& fields, std::string_view name) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (SameName(fields[i]->name(), name)) return static_cast<int>(i);
  }
  return -1;
}

bool IsDecimal(const arrow::DataType& type) { return arrow::is_decimal(type.id()); }
bool IsText(const arrow::DataType& type) {
  return type.id() == arrow::Type::STRING || type.id() == arrow::Type::LARGE_STRING ||
         type.id() == arrow::Type::STRING_VIEW;
}
bool IsBytes(const arrow::DataType& type) {
  return type.id() == arrow::Type::BINARY || type.id() == arrow::Type::LARGE_BINARY ||
         type.id() == arrow::Type::BINARY_VIEW || type.id() == arrow::Type::FIXED_SIZE_BINARY;
}

/// Types beyond Arrow's own that are text in a table.
bool IsExtension(const arrow::DataType& type, std::string_view name) {
  return type.id() == arrow::Type::EXTENSION && static_cast<const arrow::ExtensionType&>(type).extension_name() == name;
}
bool IsJson(const arrow::DataType& type) { return IsExtension(type, "arrow.json"); }
bool IsUuid(const arrow::DataType& type) { return IsExtension(type, "arrow.uuid"); }

/// Whether some values of `from` can be had as `to`; Arrow's safe casts refuse those that cannot.
bool CanCast(const arrow::DataType& from, const arrow::DataType& to) {
  if (from.Equals(to) || from.id() == arrow::Type::NA) return true;
  if (from.id() == arrow::Type::DICTIONARY) {
    return CanCast(*static_cast<const arrow::DictionaryType&>(from).value_type(), to);
  }
  const bool from_number = arrow::is_integer(from.id()) || IsDecimal(from);
  if (arrow::is_integer(to.id())) return arrow::is_integer(from.id());
  if (IsDecimal(to)) return from_number;
  if (to.id() == arrow::Type::DOUBLE) return arrow::is_integer(from.id()) || arrow::is_floating(from.id());
  if (to.id() == arrow::Type::FLOAT) return from.id() == arrow::Type::HALF_FLOAT;
  if (IsText(to)) return IsText(from) || IsJson(from) || IsUuid(from);
  if (IsBytes(to)) return IsBytes(from) || IsText(from);
  if (to.id() == arrow::Type::TIMESTAMP && from.id() == arrow::Type::TIMESTAMP) {
    return static_cast<const arrow::TimestampType&>(from).timezone().empty() ==
           static_cast<const arrow::TimestampType&>(to).timezone().empty();
  }
  return to.id() == arrow::Type::DATE32 && from.id() == arrow::Type::DATE64;
}

core::Error DoesNotFit(const arrow::DataType& from, const arrow::DataType& to, const std::string& name) {
  return core::InvalidInput(
             fmt::format("column '{}' is {} here and {} in the table", name, from.ToString(), to.ToString()))
      .WithHint("cast it before it is written; only casts that lose nothing are done");
}

core::Error GivenTwice(const std::string& name) {
  return core::InvalidInput(fmt::format("the rows have column '{}' twice", name))
      .WithHint("names are compared without regard to case");
}

core::Status CheckType(const arrow::DataType& from, const arrow::DataType& to, const std::string& name) {
  if (from.id() == arrow::Type::NA) return core::Ok();
  const bool list = arrow::is_list_like(from.id()) && from.id() != arrow::Type::MAP;
  if (to.id() == arrow::Type::LIST && list) {
    return CheckType(*from.field(0)->type(), *to.field(0)->type(), name + ".element");
  }
  if (to.id() == arrow::Type::MAP && from.id() == arrow::Type::MAP) {
    const auto& wanted = static_cast<const arrow::MapType&>(to);
    const auto& given = static_cast<const arrow::MapType&>(from);
    SLUICE_TRY(CheckType(*given.key_type(), *wanted.key_type(), name + ".key"));
    return CheckType(*given.item_type(), *wanted.item_type(), name + ".value");
  }
  if (to.id() == arrow::Type::STRUCT && from.id() == arrow::Type::STRUCT) {
    for (int i = 0; i < from.num_fields(); ++i) {
      const std::string& member = from.field(i)->name();
      if (FindField(from.fields(), member) != i) return GivenTwice(name + "." + member);
      if (FindField(to.fields(), member) < 0) {
        return core::InvalidInput(fmt::format("the table has no column '{}.{}'", name, member))
            .WithHint("add it first, or let the write add columns");
      }
    }
    for (const auto& member : to.fields()) {
      const int input = FindField(from.fields(), member->name());
      const std::string path = name + "." + member->name();
      if (input >= 0) {
        SLUICE_TRY(CheckType(*from.field(input)->type(), *member->type(), path));
      } else if (!member->nullable()) {
        return core::InvalidInput(fmt::format("column '{}' is missing and takes no NULL", path));
      }
    }
    return core::Ok();
  }
  return CanCast(from, to) ? core::Ok() : core::Status(DoesNotFit(from, to, name));
}

class Caster {
 public:
  explicit Caster(arrow::MemoryPool* pool) : pool_(pool), context_(pool) {}

  core::Result<ArrayPtr> Cast(const ArrayPtr& values, const TypePtr& to) {
    if (values->type()->Equals(*to)) return values;
    if (values->type_id() == arrow::Type::NA) return Nulls(to, values->length());
    if (IsUuid(*values->type())) return FormatUuids(*values);
    if (IsJson(*values->type())) return Cast(static_cast<const arrow::ExtensionArray&>(*values).storage(), to);
    if (values->type_id() == arrow::Type::STRUCT && to->id() == arrow::Type::STRUCT) return CastStruct(values, to);
    if (values->type_id() == arrow::Type::MAP && to->id() == arrow::Type::MAP) return CastMap(values, to);
    if (to->id() == arrow::Type::LIST && arrow::is_list_like(values->type_id())) return CastList(values, to);
    SLUICE_ASSIGN_OR_RETURN(const arrow::Datum cast,
                            arrow::compute::Cast(values, arrow::compute::CastOptions::Safe(to), &context_));
    return cast.make_array();
  }

  core::Result<ArrayPtr> Nulls(const TypePtr& type, std::int64_t rows) {
    SLUICE_ASSIGN_OR_RETURN(auto nulls, arrow::MakeArrayOfNull(type, rows, pool_));
    return nulls;
  }

 private:
  core::Result<ArrayPtr> FormatUuids(const arrow::Array& values) {
    const auto& storage = *static_cast<const arrow::ExtensionArray&>(values).storage();
    const auto& bytes = static_cast<const arrow::FixedSizeBinaryArray&>(storage);
    arrow::StringBuilder texts(pool_);
    for (std::int64_t i = 0; i < bytes.length(); ++i) {
      if (bytes.IsNull(i)) {
        SLUICE_TRY(texts.AppendNull());
        continue;
      }
      core::Uuid uuid;
      std::copy_n(bytes.GetValue(i), uuid.size(), uuid.begin());
      SLUICE_TRY(texts.Append(core::FormatUuid(uuid)));
    }
    SLUICE_ASSIGN_OR_RETURN(auto formatted, texts.Finish());
    return formatted;
  }

  core::Result<ArrayPtr> CastStruct(const ArrayPtr& values, const TypePtr& to) {
    const auto& structs = static_cast<const arrow::StructArray&>(*values);
    arrow::ArrayVector members;
    for (const auto& member : to->fields()) {
      const int input = FindField(values->type()->fields(), member->name());
      SLUICE_ASSIGN_OR_RETURN(
          auto cast, input < 0 ? Nulls(member->type(), values->length()) : Cast(structs.field(input), member->type()));
      members.push_back(std::move(cast));
    }
    SLUICE_ASSIGN_OR_RETURN(auto bitmap, Bitmap(*values));
    return ArrayPtr(std::make_shared<arrow::StructArray>(to, values->length(), std::move(members), std::move(bitmap)));
  }

  core::Result<ArrayPtr> CastMap(const ArrayPtr& values, const TypePtr& to) {
    const auto& map = static_cast<const arrow::MapArray&>(*values);
    const auto& type = static_cast<const arrow::MapType&>(*to);
    SLUICE_ASSIGN_OR_RETURN(auto keys, Cast(map.keys(), type.key_type()));
    SLUICE_ASSIGN_OR_RETURN(auto items, Cast(map.items(), type.item_type()));
    const std::int64_t pairs = keys->length();
    auto entries = std::make_shared<arrow::StructArray>(type.value_type(), pairs,
                                                        arrow::ArrayVector{std::move(keys), std::move(items)});
    auto data = map.data()->Copy();
    data->type = to;
    data->child_data = {entries->data()};
    return arrow::MakeArray(std::move(data));
  }

  core::Result<ArrayPtr> CastList(const ArrayPtr& values, const TypePtr& to) {
    // Large, fixed-size and view lists become lists first; then only the elements differ.
    const auto& element = values->type()->field(0);
    SLUICE_ASSIGN_OR_RETURN(
        const arrow::Datum listed,
        arrow::compute::Cast(values, arrow::compute::CastOptions::Safe(arrow::list(element)), &context_));
    const ArrayPtr lists = listed.make_array();
    SLUICE_ASSIGN_OR_RETURN(auto elements,
                            Cast(static_cast<const arrow::ListArray&>(*lists).values(), to->field(0)->type()));
    auto data = lists->data()->Copy();
    data->type = to;
    data->child_data = {elements->data()};
    return arrow::MakeArray(std::move(data));
  }

  // Which structs are there, from bit 0 on, as their members begin at row 0.
  core::Result<std::shared_ptr<arrow::Buffer>> Bitmap(const arrow::Array& values) {
    if (values.null_count() == 0) return std::shared_ptr<arrow::Buffer>();
    SLUICE_ASSIGN_OR_RETURN(
        auto bitmap, arrow::internal::CopyBitmap(pool_, values.null_bitmap_data(), values.offset(), values.length()));
    return bitmap;
  }

  arrow::MemoryPool* pool_;
  arrow::compute::ExecContext context_;
};

core::Error UnknownColumn(const std::string& name, const arrow::Schema& table) {
  std::vector<std::string> names;
  for (const auto& field : table.fields()) names.push_back(field->name());
  const std::string close(core::NearestName(name, names));
  return core::InvalidInput(fmt::format("the table has no column '{}'", name))
      .WithHint(close.empty() ? "add it first, or let the write add columns"
                              : fmt::format("did you mean '{}'?", close));
}

core::Result<delta::DataType> MergeTypes(const delta::DataType& table, const delta::DataType& rows);

core::Status MergeFields(std::vector<delta::Field>& table, const std::vector<delta::Field>& rows) {
  for (const delta::Field& field : rows) {
    const auto known = std::find_if(table.begin(), table.end(),
                                    [&](const delta::Field& other) { return SameName(other.name, field.name); });
    if (known == table.end()) {
      table.push_back(field);
      table.back().nullable = true;
    } else {
      SLUICE_ASSIGN_OR_RETURN(known->type, MergeTypes(known->type, field.type));
    }
  }
  return core::Ok();
}

core::Result<delta::DataType> MergeTypes(const delta::DataType& table, const delta::DataType& rows) {
  delta::DataType merged = table;
  if (table.kind != rows.kind || !table.nested()) return merged;
  if (table.kind == delta::TypeKind::kStruct) {
    SLUICE_TRY(MergeFields(merged.fields, rows.fields));
    return merged;
  }
  for (std::size_t i = 0; i < merged.fields.size(); ++i) {
    SLUICE_ASSIGN_OR_RETURN(merged.fields[i].type, MergeTypes(table.fields[i].type, rows.fields[i].type));
  }
  return merged;
}

}  // namespace

RowMatch::RowMatch(std::shared_ptr<arrow::Schema> schema, std::vector<int> inputs, bool same, arrow::MemoryPool* pool)
    : schema_(std::move(schema)), inputs_(std::move(inputs)), same_(same), pool_(pool) {}

core::Result<RowMatch> RowMatch::Make(const arrow::Schema& rows, const delta::TableSchema& table,
                                      arrow::MemoryPool* pool) {
  SLUICE_ASSIGN_OR_RETURN(auto schema, delta::ToArrow(table));
  for (int i = 0; i < rows.num_fields(); ++i) {
    const std::string& name = rows.field(i)->name();
    if (FindField(schema->fields(), name) < 0) return UnknownColumn(name, *schema);
    if (FindField(rows.fields(), name) != i) return GivenTwice(name);
  }
  std::vector<int> inputs;
  for (const auto& field : schema->fields()) {
    const int input = FindField(rows.fields(), field->name());
    if (input >= 0) {
      SLUICE_TRY(CheckType(*rows.field(input)->type(), *field->type(), field->name()));
    } else if (!field->nullable()) {
      return core::InvalidInput(fmt::format("column '{}' is missing and takes no NULL", field->name()));
    }
    inputs.push_back(input);
  }
  const bool same = rows.Equals(*schema, /*check_metadata=*/false);
  return RowMatch(std::move(schema), std::move(inputs), same, pool);
}

core::Result<std::shared_ptr<arrow::RecordBatch>> RowMatch::Convert(const arrow::RecordBatch& rows) const {
  if (same_) return arrow::RecordBatch::Make(schema_, rows.num_rows(), rows.columns());
  Caster caster(pool_);
  arrow::ArrayVector columns;
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const auto& field = schema_->field(static_cast<int>(i));
    auto column = inputs_[i] < 0 ? caster.Nulls(field->type(), rows.num_rows())
                                 : caster.Cast(rows.column(inputs_[i]), field->type());
    if (!column) return std::move(column).error().WithPrefix(fmt::format("column '{}': ", field->name()));
    columns.push_back(*std::move(column));
  }
  return arrow::RecordBatch::Make(schema_, rows.num_rows(), std::move(columns));
}

core::Result<delta::TableSchema> AddMissingColumns(const delta::TableSchema& table, const arrow::Schema& rows) {
  SLUICE_ASSIGN_OR_RETURN(const schema::Schema columns, schema::FromArrow(rows));
  SLUICE_ASSIGN_OR_RETURN(const delta::TableSchema given, delta::FromEngineSchema(columns));
  delta::TableSchema merged = table;
  SLUICE_TRY(MergeFields(merged.fields, given.fields));
  return merged;
}

}  // namespace sluice::table

#include "table/row_layout.h"

#include <arrow/type.h>
#include <fmt/format.h>

#include <set>
#include <utility>

#include "core/suggestion.h"
#include "delta/arrow_types.h"
#include "delta/column_mapping.h"
#include "expression/binder.h"
#include "expression/column_set.h"

namespace sluice::table {
namespace {

using Names = std::set<std::string, std::less<>>;

core::Error NoColumn(const delta::TableSchema& schema, const std::string& column) {
  std::vector<std::string> names;
  for (const delta::Field& field : schema.fields) names.push_back(field.name);
  core::Error error = core::InvalidInput(fmt::format("the table has no column '{}'", column));
  const std::string nearest = core::NearestName(column, names);
  return nearest.empty() ? error : std::move(error).WithHint(fmt::format("did you mean '{}'?", nearest));
}

core::Result<Names> FindColumns(const delta::TableSchema& schema,
                                const std::optional<std::vector<std::string>>& columns) {
  Names names;
  if (!columns) {
    for (const delta::Field& field : schema.fields) names.insert(field.name);
    return names;
  }
  for (const std::string& column : *columns) {
    const delta::Field* field = schema.Find(column);
    if (!field) return NoColumn(schema, column);
    names.insert(field->name);
  }
  return names;
}

/// Arrow's schema of the columns that can be read; a column of an unknown type is only an error where it is used.
arrow::FieldVector ReadableFields(const delta::TableSchema& schema) {
  arrow::FieldVector fields;
  for (const delta::Field& field : schema.fields) {
    if (auto shape = delta::ToArrow(field); shape.has_value()) fields.push_back(*std::move(shape));
  }
  return fields;
}

bool IsPartition(const delta_log::Snapshot& snapshot, const delta::Field& field) {
  for (const delta::Field* partition : snapshot.PartitionFields()) {
    if (partition->name == field.name) return true;
  }
  return false;
}

std::optional<std::string> Property(const delta_log::Snapshot& snapshot, std::string_view key) {
  const auto it = snapshot.metadata.configuration.find(key);
  return it == snapshot.metadata.configuration.end() ? std::nullopt : std::optional(it->second);
}

/// Collects the columns, table's first.
class LayoutBuilder {
 public:
  explicit LayoutBuilder(const delta_log::Snapshot& snapshot) : snapshot_(snapshot) {}

  core::Status AddColumns(const Names& wanted, const Names& shown) {
    for (const delta::Field& field : snapshot_.schema.fields) {
      if (!wanted.contains(field.name)) continue;
      SLUICE_ASSIGN_OR_RETURN(const auto shape, delta::ToArrow(field));
      const bool partition = IsPartition(snapshot_, field);
      auto& fields = partition ? layout_.partitions : file_fields_;
      layout_.columns.push_back({.partition = partition, .place = fields.size()});
      fields.push_back(field);
      Show(shape, shown.contains(field.name));
    }
    return core::Ok();
  }

  core::Status AddExtra(ExtraColumns extra) {
    layout_.extra = extra;
    if (extra.row_ids) {
      if (!snapshot_.properties.enable_row_tracking) {
        return core::Unsupported("the table does not track rows")
            .WithHint("row ids are there with delta.enableRowTracking=true");
      }
      layout_.row_id_place = AddMaterialized("delta.rowTracking.materializedRowIdColumnName");
      layout_.commit_version_place = AddMaterialized("delta.rowTracking.materializedRowCommitVersionColumnName");
      Show(arrow::field(kRowIdColumn, arrow::int64(), false), true);
      Show(arrow::field(kRowCommitVersionColumn, arrow::int64(), false), true);
    }
    if (extra.positions) Show(arrow::field(kPositionColumn, arrow::int64(), false), true);
    if (extra.changes != ExtraColumns::Changes::kNone) {
      if (extra.changes == ExtraColumns::Changes::kInFile) {
        layout_.change_type_place = AddToFile(kChangeTypeColumn, delta::TypeKind::kString);
      }
      Show(arrow::field(kChangeTypeColumn, arrow::utf8()), true);
      Show(arrow::field(kCommitVersionColumn, arrow::int64(), false), true);
      Show(arrow::field(kCommitTimestampColumn, arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"), false), true);
    }
    return core::Ok();
  }

  core::Result<std::shared_ptr<const RowLayout>> Finish(std::optional<expression::Expression> condition) {
    SLUICE_ASSIGN_OR_RETURN(const auto mapping,
                            delta::ReadColumnMappingMode(snapshot_.protocol, snapshot_.metadata.configuration));
    SLUICE_ASSIGN_OR_RETURN(layout_.file, FileColumns::Make(std::move(file_fields_), mapping));
    layout_.condition = std::move(condition);
    layout_.wide = arrow::schema(wide_);
    layout_.narrow = arrow::schema(narrow_);
    return std::make_shared<const RowLayout>(std::move(layout_));
  }

 private:
  void Show(const std::shared_ptr<arrow::Field>& field, bool shown) {
    if (shown) {
      layout_.narrow_places.push_back(static_cast<int>(wide_.size()));
      narrow_.push_back(field);
    }
    wide_.push_back(field);
  }

  std::optional<std::size_t> AddMaterialized(std::string_view property) {
    const auto name = Property(snapshot_, property);
    return name ? std::optional(AddToFile(*name, delta::TypeKind::kLong)) : std::nullopt;
  }

  /// A column that files have and the schema does not.
  std::size_t AddToFile(const std::string& name, delta::TypeKind kind) {
    file_fields_.push_back({.name = name, .type = {.kind = kind}, .nullable = true, .physical_name = name});
    return file_fields_.size() - 1;
  }

  const delta_log::Snapshot& snapshot_;
  RowLayout layout_;
  std::vector<delta::Field> file_fields_;
  arrow::FieldVector wide_;
  arrow::FieldVector narrow_;
};

}  // namespace

core::Result<std::shared_ptr<const RowLayout>> RowLayout::Make(const delta_log::Snapshot& snapshot,
                                                               const std::optional<std::vector<std::string>>& columns,
                                                               const std::optional<expression::Expression>& condition,
                                                               ExtraColumns extra) {
  SLUICE_ASSIGN_OR_RETURN(const Names shown, FindColumns(snapshot.schema, columns));
  Names wanted = shown;
  std::optional<expression::Expression> bound;
  if (condition) {
    SLUICE_ASSIGN_OR_RETURN(bound,
                            expression::BindCondition(*condition, *arrow::schema(ReadableFields(snapshot.schema))));
    for (const std::string& name : expression::TopLevelColumnsOf(*bound)) wanted.insert(name);
  }
  LayoutBuilder builder(snapshot);
  SLUICE_TRY(builder.AddColumns(wanted, shown));
  SLUICE_TRY(builder.AddExtra(extra));
  return builder.Finish(std::move(bound));
}

}  // namespace sluice::table

#include "jobs/table_input.h"

#include <arrow/array/array_base.h>
#include <arrow/array/data.h>
#include <arrow/array/util.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "delta/arrow_types.h"
#include "delta_log/log_listing.h"
#include "delta_log/table_location.h"
#include "schema/arrow_error.h"
#include "schema/arrow_mapping.h"
#include "table/scan.h"
#include "table/variant_json.h"

namespace sluice::jobs {
namespace {

constexpr std::string_view kPrefix = "delta:";

/// A scan as the pipeline reads it.
class TableReader final : public columns::RowReader {
 public:
  TableReader(std::shared_ptr<const delta_log::Snapshot> snapshot, std::unique_ptr<table::Scan> scan,
              schema::Schema schema, std::vector<int> variants, arrow::MemoryPool* pool)
      : snapshot_(std::move(snapshot)),
        scan_(std::move(scan)),
        schema_(std::move(schema)),
        arrow_schema_(schema::ToArrow(schema_)),
        variants_(std::move(variants)),
        pool_(pool) {}

  const schema::Schema& schema() const override { return schema_; }
  const std::vector<columns::ColumnFinding>& findings() const override { return findings_; }
  const std::vector<std::string>& notes() const override { return notes_; }

  core::Result<std::optional<columns::RowBatch>> Next() override {
    SLUICE_ASSIGN_OR_RETURN(auto batch, scan_->Next());
    if (!batch) return std::optional<columns::RowBatch>();
    columns::RowBatch rows;
    CountBytes(batch->file);
    rows.bytes_read = bytes_read_;
    SLUICE_ASSIGN_OR_RETURN(const auto texts, VariantsAsText(batch->rows, variants_, pool_));
    arrow::ArrayVector columns;
    for (int i = 0; i < texts->num_columns(); ++i) {
      if (texts->column(i)->type_id() == arrow::Type::NA) {  // a void column
        SLUICE_ASSIGN_OR_RETURN(auto nulls,
                                arrow::MakeArrayOfNull(arrow_schema_->field(i)->type(), texts->num_rows(), pool_));
        columns.push_back(std::move(nulls));
        continue;
      }
      // JSON text is a string under another name.
      auto data = texts->column_data(i)->Copy();
      data->type = arrow_schema_->field(i)->type();
      columns.push_back(arrow::MakeArray(std::move(data)));
    }
    rows.rows = arrow::RecordBatch::Make(arrow_schema_, texts->num_rows(), std::move(columns));
    return std::optional(std::move(rows));
  }

 private:
  void CountBytes(delta_log::FileRef file) {
    if (std::exchange(last_file_, file) == file) return;
    const std::int64_t bytes = snapshot_->files.segment(file.segment).size_bytes(file.row);
    bytes_read_ += static_cast<std::uint64_t>(std::max<std::int64_t>(bytes, 0));
  }

  std::shared_ptr<const delta_log::Snapshot> snapshot_;
  std::unique_ptr<table::Scan> scan_;
  schema::Schema schema_;
  std::shared_ptr<arrow::Schema> arrow_schema_;
  std::vector<int> variants_;  // places of variant columns
  arrow::MemoryPool* pool_;
  std::optional<delta_log::FileRef> last_file_;
  std::uint64_t bytes_read_ = 0;  // of the files up to that one
  std::vector<columns::ColumnFinding> findings_;
  std::vector<std::string> notes_;
};

}  // namespace

bool IsTable(std::string_view name) { return name.starts_with(kPrefix); }

core::Result<std::shared_ptr<const delta_log::Snapshot>> OpenTableInput(const std::string& name,
                                                                        const Environment& environment) {
  SLUICE_ASSIGN_OR_RETURN(const auto location, delta_log::ParseTableLocation(environment.files, name));
  SLUICE_ASSIGN_OR_RETURN(const auto version, delta_log::ResolveVersion(environment, location));
  return delta_log::OpenSnapshot(environment, location.root, version);
}

core::Result<std::shared_ptr<const delta_log::Snapshot>> OpenTableIfThere(const std::string& root,
                                                                          const Environment& environment) {
  const auto log = delta_log::ListLog(environment.files, root);
  if (!log && log.error().kind() == core::ErrorKind::kNotFound) return std::shared_ptr<const delta_log::Snapshot>();
  SLUICE_TRY(log);
  return delta_log::OpenSnapshot(environment, root);
}

core::Result<std::vector<std::string>> PinTables(std::vector<std::string> inputs, const Environment& environment) {
  for (std::string& input : inputs) {
    if (!IsTable(input)) continue;
    SLUICE_ASSIGN_OR_RETURN(const auto snapshot, OpenTableInput(input, environment));
    input = fmt::format("{}{}@v{}", kPrefix, snapshot->root, snapshot->version);
  }
  return inputs;
}

core::Result<schema::Schema> TableColumns(const delta_log::Snapshot& snapshot) {
  delta::TableSchema columns = snapshot.schema;
  for (delta::Field& field : columns.fields) {
    if (field.type.kind == delta::TypeKind::kVoid) field.type.kind = delta::TypeKind::kString;
  }
  SLUICE_ASSIGN_OR_RETURN(schema::Schema found, delta::ToEngineSchema(columns));
  for (std::size_t i = 0; i < columns.fields.size(); ++i) {
    if (columns.fields[i].type.kind == delta::TypeKind::kVariant) {
      found.fields[i].type = schema::Simple(schema::TypeKind::kJson);
    }
  }
  return found;
}

core::Result<std::shared_ptr<arrow::RecordBatch>> VariantsAsText(std::shared_ptr<arrow::RecordBatch> rows,
                                                                 const std::vector<int>& places,
                                                                 arrow::MemoryPool* pool) {
  for (const int place : places) {
    SLUICE_ASSIGN_OR_RETURN(auto texts, table::FormatVariants(*rows->column(place), pool));
    const auto field = rows->schema()->field(place)->WithType(texts->type());
    SLUICE_ASSIGN_OR_RETURN(rows, rows->SetColumn(place, field, std::move(texts)));
  }
  return rows;
}

core::Result<std::unique_ptr<columns::RowReader>> OpenTableReader(const std::string& name, const PlanSettings& settings,
                                                                  const Environment& environment) {
  SLUICE_ASSIGN_OR_RETURN(const auto snapshot, OpenTableInput(name, environment));
  SLUICE_ASSIGN_OR_RETURN(const schema::Schema columns, TableColumns(*snapshot));
  const schema::Schema wanted = settings.spec.ToSchema();
  if (!settings.spec.columns.empty() && wanted != columns) {
    return core::Unsupported(fmt::format("{}: the columns of a table are its own", name))
        .WithHint("leave out --columns and --schema, and read one table at a time");
  }
  table::ScanRequest request;
  request.columns.emplace();
  std::vector<int> variants;
  for (const schema::Field& field : columns.fields) {
    const bool variant = snapshot->schema.Find(field.name)->type.kind == delta::TypeKind::kVariant;
    if (variant) variants.push_back(static_cast<int>(request.columns->size()));
    request.columns->push_back(field.name);
  }
  SLUICE_ASSIGN_OR_RETURN(auto scan, table::Scan::Open(environment, snapshot, request));
  return std::unique_ptr<columns::RowReader>(
      std::make_unique<TableReader>(snapshot, std::move(scan), columns, std::move(variants), environment.pool));
}

}  // namespace sluice::jobs

#include "jobs/table_rows.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <utility>

#include "delta/arrow_types.h"
#include "jobs/table_input.h"
#include "schema/arrow_error.h"
#include "table/change_feed.h"
#include "table/file_condition.h"
#include "table/scan.h"

namespace sluice::jobs {
namespace {

using BatchResult = core::Result<std::shared_ptr<arrow::RecordBatch>>;

// SQL knows variants as JSON text.
core::Result<std::shared_ptr<arrow::Schema>> QueryColumns(const delta_log::Snapshot& snapshot) {
  SLUICE_ASSIGN_OR_RETURN(auto schema, delta::ToArrow(snapshot.schema));
  arrow::FieldVector fields;
  for (std::size_t i = 0; i < snapshot.schema.fields.size(); ++i) {
    const auto& field = schema->field(static_cast<int>(i));
    const bool variant = snapshot.schema.fields[i].type.kind == delta::TypeKind::kVariant;
    fields.push_back(variant ? field->WithType(arrow::utf8()) : field);
  }
  return arrow::schema(std::move(fields));
}

class ScanStream final : public query::RowStream {
 public:
  ScanStream(std::unique_ptr<table::Scan> scan, std::vector<int> places, std::vector<int> variants,
             arrow::MemoryPool* pool)
      : scan_(std::move(scan)), places_(std::move(places)), variants_(std::move(variants)), pool_(pool) {}

  BatchResult Next() override {
    SLUICE_ASSIGN_OR_RETURN(auto batch, scan_->Next());
    if (!batch) return std::shared_ptr<arrow::RecordBatch>();
    SLUICE_ASSIGN_OR_RETURN(const auto rows, VariantsAsText(batch->rows, variants_, pool_));
    arrow::ArrayVector columns;
    arrow::FieldVector fields;
    for (const int place : places_) {
      columns.push_back(rows->column(place));
      fields.push_back(rows->schema()->field(place));
    }
    return arrow::RecordBatch::Make(arrow::schema(std::move(fields)), rows->num_rows(), std::move(columns));
  }

 private:
  std::unique_ptr<table::Scan> scan_;
  std::vector<int> places_;  // of the columns that are wanted, in the order of the scan
  std::vector<int> variants_;
  arrow::MemoryPool* pool_;
};

class ChangeRows final : public query::RowSource {
 public:
  ChangeRows(const Environment& environment, std::string root, table::ChangeRequest request,
             std::unique_ptr<table::ChangeFeed> feed)
      : environment_(environment),
        root_(std::move(root)),
        request_(std::move(request)),
        schema_(feed->schema()),
        first_(std::move(feed)) {}

  const std::shared_ptr<arrow::Schema>& schema() const override { return schema_; }
  std::uint64_t rows_estimate() const override { return 0; }
  core::Result<std::unique_ptr<query::RowStream>> Open(const std::vector<int>& columns) override {
    std::unique_ptr<table::ChangeFeed> feed = std::move(first_);
    if (!feed) {
      SLUICE_ASSIGN_OR_RETURN(feed, table::ChangeFeed::Open(environment_, root_, request_));
    }
    return std::unique_ptr<query::RowStream>(std::make_unique<Stream>(std::move(feed), columns));
  }

 private:
  class Stream final : public query::RowStream {
   public:
    Stream(std::unique_ptr<table::ChangeFeed> feed, std::vector<int> columns)
        : feed_(std::move(feed)), columns_(std::move(columns)) {}
    BatchResult Next() override {
      SLUICE_ASSIGN_OR_RETURN(auto rows, feed_->Next());
      if (!rows) return rows;
      SLUICE_ASSIGN_OR_RETURN(auto selected, rows->SelectColumns(columns_));
      return selected;
    }

   private:
    std::unique_ptr<table::ChangeFeed> feed_;
    std::vector<int> columns_;
  };

  const Environment& environment_;
  std::string root_;
  table::ChangeRequest request_;
  std::shared_ptr<arrow::Schema> schema_;
  std::unique_ptr<table::ChangeFeed> first_;  // opened to learn the columns; the first reading takes it
};

}  // namespace

core::Result<std::shared_ptr<TableRows>> TableRows::Make(const Environment& environment,
                                                         std::shared_ptr<const delta_log::Snapshot> snapshot) {
  SLUICE_ASSIGN_OR_RETURN(auto schema, QueryColumns(*snapshot));
  return std::shared_ptr<TableRows>(new TableRows(environment, std::move(snapshot), std::move(schema)));
}

core::Result<std::unique_ptr<query::RowStream>> TableRows::Open(const std::vector<int>& columns) {
  opened_ = true;
  table::ScanRequest request;
  request.columns.emplace();
  std::vector<bool> wanted(snapshot_->schema.fields.size());
  for (const int column : columns) wanted[static_cast<std::size_t>(column)] = true;
  std::vector<int> place_of(wanted.size(), -1);
  std::vector<int> variants;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!wanted[i]) continue;
    place_of[i] = static_cast<int>(request.columns->size());
    if (snapshot_->schema.fields[i].type.kind == delta::TypeKind::kVariant) variants.push_back(place_of[i]);
    request.columns->push_back(snapshot_->schema.fields[i].name);
  }
  SLUICE_ASSIGN_OR_RETURN(table::ScanPlan plan, PlanFor(false));
  SLUICE_ASSIGN_OR_RETURN(auto scan, table::Scan::Open(environment_, snapshot_, request, std::move(plan)));
  std::vector<int> places;
  for (const int column : columns) places.push_back(place_of[static_cast<std::size_t>(column)]);
  return std::unique_ptr<query::RowStream>(
      std::make_unique<ScanStream>(std::move(scan), std::move(places), std::move(variants), environment_.pool));
}

core::Result<table::ScanPlan> TableRows::PlanFor(bool with_reasons) const {
  std::optional<expression::Expression> condition;
  if (!condition_.empty()) {
    // What does not fit the table's types is for the statement to say; then every file is read.
    auto bound = table::BindCondition(*snapshot_, condition_);
    if (bound) condition = *std::move(bound);
  }
  SLUICE_ASSIGN_OR_RETURN(table::ScanPlan plan, table::PlanScan(*snapshot_, condition, {.with_reasons = with_reasons}));
  return plan;
}

core::Result<TableScanReport> TableRows::Explain() const {
  constexpr std::size_t kSkippedNamedMax = 20;
  SLUICE_ASSIGN_OR_RETURN(const table::ScanPlan plan, PlanFor(true));
  TableScanReport report{
      .files_total = plan.files.size() + plan.skipped.size(), .files_read = plan.files.size(), .condition = condition_};
  for (const table::SkippedFile& file : plan.skipped) {
    if (report.skipped.size() == kSkippedNamedMax) break;
    report.skipped.push_back(std::string(snapshot_->files.path(file.file)) + ": " + file.reason);
  }
  return report;
}

core::Result<std::shared_ptr<query::RowSource>> ChangesSource(const Environment& environment, const std::string& root,
                                                              std::int64_t from, std::optional<std::int64_t> to) {
  table::ChangeRequest request{.first_version = from, .last_version = to};
  SLUICE_ASSIGN_OR_RETURN(auto feed, table::ChangeFeed::Open(environment, root, request));
  return std::shared_ptr<query::RowSource>(
      std::make_shared<ChangeRows>(environment, root, std::move(request), std::move(feed)));
}

}  // namespace sluice::jobs

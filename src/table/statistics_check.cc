#include "table/statistics_check.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "delta/leaf_condition.h"
#include "delta/statistic_text.h"

namespace sluice::table {
namespace {

using delta::ColumnStatistics;
using delta::StatisticsColumn;
using delta::StatisticValue;
using delta::TypeKind;

/// What live rows have of one column.
struct LiveColumn {
  std::int64_t rows = 0;
  std::int64_t nulls = 0;
  std::optional<StatisticValue> min = {};  ///< NaN does not count
  std::optional<StatisticValue> max = {};
};

LiveColumn LiveOf(const StatisticsColumn& column, const parquet::FileSummary& live) {
  LiveColumn found{.rows = static_cast<std::int64_t>(live.rows), .nulls = static_cast<std::int64_t>(live.rows)};
  const delta::ColumnPath& path = column.physical_path;
  for (const parquet::ColumnSummary& summary : live.columns) {
    const parquet::LeafStatistics& leaf = summary.statistics;
    if (leaf.path.size() < path.size() || !std::equal(path.begin(), path.end(), leaf.path.begin())) continue;
    found.nulls = std::min(found.nulls, static_cast<std::int64_t>(leaf.null_rows));
    if (!column.has_bounds() || leaf.path.size() != path.size() || !leaf.bounds) continue;
    found.min = delta::DecodeStatistic(leaf.bounds->min, column.type);
    found.max = delta::DecodeStatistic(leaf.bounds->max, column.type);
  }
  return found;
}

// Every writer gives their bounds as they are.
bool HasExactBounds(const delta::DataType& type) {
  switch (type.kind) {
    case TypeKind::kLong:
    case TypeKind::kInteger:
    case TypeKind::kShort:
    case TypeKind::kByte:
    case TypeKind::kDate: return true;
    default: return false;
  }
}

/// Compares one column.
class ColumnCheck {
 public:
  ColumnCheck(const StatisticsColumn& column, const ColumnStatistics& says, const LiveColumn& live, bool tight,
              std::optional<std::int64_t> records)
      : column_(column), says_(says), live_(live), tight_(tight), records_(records) {}

  std::vector<std::string> Run() {
    CheckNulls();
    // A reader who looks for a value that is there must not be told that there is none.
    if (live_.min) CheckFound(*live_.min);
    if (live_.max && lies_.empty()) CheckFound(*live_.max);
    if (tight_ && lies_.empty() && HasExactBounds(column_.type)) CheckAttained();
    return std::move(lies_);
  }

 private:
  void Lie(const std::string& says, const std::string& is) {
    lies_.push_back(fmt::format("{}: {}, and {}", fmt::join(column_.path, "."), says, is));
  }

  void CheckNulls() {
    if (!says_.null_count) return;
    const std::int64_t count = *says_.null_count;
    const std::string says = fmt::format("nullCount {}", count);
    const bool none_promised = count == 0;
    const bool all_promised = records_ && count == *records_;
    if (none_promised && live_.nulls > 0) return Lie(says, fmt::format("{} rows are NULL", live_.nulls));
    if (all_promised && live_.nulls < live_.rows) {
      return Lie(says + fmt::format(" of {}", *records_), fmt::format("{} rows are not", live_.rows - live_.nulls));
    }
    // Inside lists and maps writers count differently.
    const bool plain = column_.type.fields.empty();
    if (!tight_ || !plain || all_promised || count == live_.nulls) return;
    Lie(says, fmt::format("{} rows are NULL", live_.nulls));
  }

  void CheckFound(const StatisticValue& value) {
    delta::LeafCondition equal{.rule = delta::LeafRule::kAnyOf, .values = {{value, value}}};
    ColumnStatistics bounds = says_;
    bounds.null_count.reset();  // looked at already
    const delta::Proof proof = delta::Disprove(equal, column_, bounds, records_);
    if (proof == delta::Proof::kNone) return;
    const bool below = proof == delta::Proof::kMin;
    Lie(BoundText(below), fmt::format("a row has {}", delta::ToText(value, column_.type)));
  }

  void CheckAttained() {
    for (const bool low : {true, false}) {
      const auto& says = low ? says_.min : says_.max;
      const auto& is = low ? live_.min : live_.max;
      if (!says || (is && delta::Compare(*says, *is) == 0)) continue;
      Lie(BoundText(low) + " with tight bounds",
          is ? fmt::format("the {} value is {}", low ? "smallest" : "largest", delta::ToText(*is, column_.type))
             : "all rows are NULL");
    }
  }

  std::string BoundText(bool low) const {
    const auto& bound = low ? says_.min : says_.max;
    return fmt::format("{} {}", low ? "min" : "max", bound ? delta::ToText(*bound, column_.type) : "unknown");
  }

  const StatisticsColumn& column_;
  const ColumnStatistics& says_;
  const LiveColumn& live_;
  const bool tight_;
  const std::optional<std::int64_t> records_;
  std::vector<std::string> lies_;
};

}  // namespace

/// A file that forgets.
class RowFacts::Nowhere final : public storage::WritableFile {
 public:
  core::Status Append(std::string_view) override { return core::Ok(); }
  core::Status Sync() override { return core::Ok(); }
  core::Status Close() override { return core::Ok(); }
};

RowFacts::RowFacts(const TableShape& shape) : shape_(shape), file_(std::make_unique<Nowhere>()) {}
RowFacts::~RowFacts() = default;

core::Result<std::unique_ptr<RowFacts>> RowFacts::Open(const storage::Environment& environment,
                                                       const TableShape& shape) {
  std::unique_ptr<RowFacts> facts(new RowFacts(shape));
  SLUICE_ASSIGN_OR_RETURN(facts->file_schema_, FileSchema(shape));
  parquet::WriteOptions options;
  options.codec = {.codec = parquet::Codec::kNone};
  options.row_group_bytes_max = 4 * core::kMiB;
  SLUICE_ASSIGN_OR_RETURN(facts->writer_,
                          parquet::FileWriter::Open(*facts->file_, facts->file_schema_, std::move(options),
                                                    environment.executor, environment.pool));
  return facts;
}

core::Status RowFacts::Add(const std::shared_ptr<arrow::RecordBatch>& rows) {
  SLUICE_ASSIGN_OR_RETURN(auto file_rows, ToFileRows(shape_, file_schema_, *rows));
  return writer_->Write(std::move(file_rows));
}

core::Result<parquet::FileSummary> RowFacts::Finish() { return writer_->Close(); }

std::vector<StatisticsColumn> AllStatisticsColumns(const TableShape& shape) {
  delta::TableProperties properties;
  properties.stats_indexed_columns = -1;
  return delta::StatisticsColumns(shape.schema, shape.partition_columns, properties);
}

std::vector<std::string> FindLies(const delta::FileStatistics& statistics, const std::vector<StatisticsColumn>& columns,
                                  const parquet::FileSummary& live, std::int64_t physical_rows) {
  std::vector<std::string> lies;
  if (statistics.records && *statistics.records != physical_rows) {
    lies.push_back(fmt::format("numRecords {}, and the file has {} rows", *statistics.records, physical_rows));
  }
  for (std::size_t i = 0; i < columns.size() && i < statistics.columns.size(); ++i) {
    const LiveColumn found = LiveOf(columns[i], live);
    ColumnCheck check(columns[i], statistics.columns[i], found, statistics.tight_bounds, statistics.records);
    for (std::string& lie : check.Run()) lies.push_back(std::move(lie));
  }
  return lies;
}

}  // namespace sluice::table

#include "delta/statistics.h"

#include <algorithm>
#include <utility>

#include "delta/json_writer.h"
#include "delta/statistic_text.h"
#include "parquet/writer.h"

namespace sluice::delta {
namespace {

/// Writes one member for each column that has a value, into the objects of its structs.
class NestedObject {
 public:
  explicit NestedObject(JsonWriter& out) : out_(out) { out_.BeginObject(); }

  // Columns come in the order of the schema.
  void Add(const ColumnPath& path, std::string_view json) {
    std::size_t shared = 0;
    while (shared < open_.size() && shared + 1 < path.size() && open_[shared] == path[shared]) ++shared;
    Close(shared);
    while (open_.size() + 1 < path.size()) {
      out_.Key(path[open_.size()]);
      out_.BeginObject();
      open_.push_back(path[open_.size()]);
    }
    out_.Key(path.back());
    out_.WriteRaw(json);
  }
  void End() {
    Close(0);
    out_.EndObject();
  }

 private:
  void Close(std::size_t depth) {
    for (; open_.size() > depth; open_.pop_back()) out_.EndObject();
  }

  JsonWriter& out_;
  ColumnPath open_;
};

/// What a file holds of one column.
struct ColumnFacts {
  std::uint64_t null_rows = 0;
  std::optional<StatisticValue> min = {};
  std::optional<StatisticValue> max = {};
};

ColumnFacts FactsOf(const StatisticsColumn& column, const parquet::FileSummary& file) {
  ColumnFacts facts{.null_rows = file.rows};
  for (const parquet::ColumnSummary& summary : file.columns) {
    const parquet::LeafStatistics& leaf = summary.statistics;
    const ColumnPath& path = column.physical_path;
    if (leaf.path.size() < path.size() || !std::equal(path.begin(), path.end(), leaf.path.begin())) continue;
    // A list, map or variant has several leaves; none is there where it is NULL.
    facts.null_rows = std::min(facts.null_rows, leaf.null_rows);
    if (!column.has_bounds() || leaf.path.size() != path.size() || !leaf.bounds || leaf.has_nan) continue;
    facts.min = DecodeStatistic(leaf.bounds->min, column.type);
    facts.max = DecodeStatistic(leaf.bounds->max, column.type);
  }
  return facts;
}

/// The texts of one column.
struct ColumnTexts {
  std::optional<std::string> min = {};
  std::optional<std::string> max = {};
  std::string null_count = {};
};

ColumnTexts TextsOf(const StatisticsColumn& column, const parquet::FileSummary& file, const StatisticsFormat& format) {
  const ColumnFacts facts = FactsOf(column, file);
  ColumnTexts texts{.null_count = std::to_string(facts.null_rows)};
  if (!facts.min || !facts.max) return texts;
  texts.min = FormatStatistic(*facts.min, column.type, Side::kMin, format.prefix_length);
  texts.max = FormatStatistic(*facts.max, column.type, Side::kMax, format.prefix_length);
  // A text can be too large to be cut. Of everything else one bound says nothing without the other.
  const bool alone_is_fine = column.type.kind == TypeKind::kString;
  if (!alone_is_fine && (!texts.min || !texts.max)) texts.min = texts.max = std::nullopt;
  return texts;
}

}  // namespace

std::string FormatStatistics(const parquet::FileSummary& file, const std::vector<StatisticsColumn>& columns,
                             const StatisticsFormat& format) {
  std::vector<ColumnTexts> texts;
  for (const StatisticsColumn& column : columns) texts.push_back(TextsOf(column, file, format));
  std::string out;
  JsonWriter writer(out);
  writer.BeginObject();
  writer.Key("numRecords");
  writer.Write(static_cast<std::int64_t>(file.rows));
  const auto add = [&](std::string_view name, auto&& text_of) {
    writer.Key(name);
    NestedObject object(writer);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::optional<std::string>& text = text_of(texts[i]);
      if (text) object.Add(columns[i].physical_path, *text);
    }
    object.End();
  };
  if (!columns.empty()) {
    add("minValues", [](const ColumnTexts& column) { return column.min; });
    add("maxValues", [](const ColumnTexts& column) { return column.max; });
    add("nullCount", [](const ColumnTexts& column) { return std::optional(column.null_count); });
  }
  if (format.tight_bounds) {
    writer.Key("tightBounds");
    writer.Write(*format.tight_bounds);
  }
  writer.EndObject();
  return out;
}

}  // namespace sluice::delta

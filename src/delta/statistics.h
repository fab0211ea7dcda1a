#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "delta/data_type.h"
#include "delta/statistic_value.h"
#include "delta/table_properties.h"

namespace sluice::parquet {
struct FileSummary;
}

namespace sluice::delta {

/// Names from a column down to a member of structs.
using ColumnPath = std::vector<std::string>;

/// A column, or a member of structs, that files have statistics of. A list, map or variant is one column.
struct StatisticsColumn {
  ColumnPath path = {};           ///< as the schema spells it
  ColumnPath physical_path = {};  ///< as files and statistics spell it
  DataType type = {};
  /// It was float once and is double now: the bounds of its first files are texts of floats.
  bool was_float = false;

  /// Of a type whose smallest and largest value are written.
  bool has_bounds() const;
};

/// `field`, of the column or member at `path`, as a column with statistics; its paths are those above it.
StatisticsColumn MakeStatisticsColumn(const Field& field, const StatisticsColumn& above = {});

/// The columns that a table keeps statistics of, in the order of the schema: those that its properties name, or the
/// first ones, and the clustering columns (physical paths) in any case. Partition columns never.
std::vector<StatisticsColumn> StatisticsColumns(const TableSchema& schema,
                                                const std::vector<std::string>& partition_columns,
                                                const TableProperties& properties,
                                                const std::vector<ColumnPath>& clustering_columns = {});

/// How a file's statistics are written.
struct StatisticsFormat {
  /// false: rows of the file are deleted. Tables that cannot have deletion vectors need no word about it.
  std::optional<bool> tight_bounds = {};
  std::int64_t prefix_length = 32;  ///< of texts, in code points
};

/// The statistics of a file as the JSON text of `add.stats`. Its leaves are found by physical path; a column that it
/// does not have is NULL in all rows.
///
/// Texts are cut to the prefix length, so that min ≤ value ≤ max still holds for unsigned bytes. Left out: bounds of
/// floats among which NaN or an infinity is, of years outside 1 … 9999, and of texts that only U+10FFFF would follow.
std::string FormatStatistics(const parquet::FileSummary& file, const std::vector<StatisticsColumn>& columns,
                             const StatisticsFormat& format = {});

/// What a file's statistics say of one column; what they do not say, or not so that it can be read, is nullopt.
struct ColumnStatistics {
  /// In the column's current type. As they stand in the log: timestamps may be cut to milliseconds, decimals of 16 and
  /// more digits may come from a double; NaN is no bound.
  std::optional<StatisticValue> min = {};
  std::optional<StatisticValue> max = {};
  std::optional<std::int64_t> null_count = {};
};

/// What a file's statistics say.
struct FileStatistics {
  std::optional<std::int64_t> records = {};  ///< physical rows, deleted ones too
  bool tight_bounds = true;
  std::vector<ColumnStatistics> columns = {};  ///< one for each that was asked for
};

/// Reads statistics of many files, each time of the same columns.
///
/// Threads: one at a time. Limits: texts up to 256 MiB.
class StatisticsParser {
 public:
  explicit StatisticsParser(std::vector<StatisticsColumn> columns);
  ~StatisticsParser();
  StatisticsParser(StatisticsParser&&) noexcept;
  StatisticsParser& operator=(StatisticsParser&&) noexcept;

  /// The statistics in `json`, valid until the next call; nullptr when the text is empty or no JSON object. What is
  /// there and odd (other types, other units, numbers as text) is read where that loses nothing, else left out.
  const FileStatistics* Parse(std::string_view json);
  const std::vector<StatisticsColumn>& columns() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The same for one text.
std::optional<FileStatistics> ParseStatistics(std::string_view json, const std::vector<StatisticsColumn>& columns);

/// `json` for the same file with (more) rows deleted: bounds are not tight any more, and a column that was NULL in all
/// live rows (`records` without the `deleted` ones of the vector so far) is NULL in all physical ones. Everything else
/// stays to the byte. `physical_rows` is put in where the text has no numRecords. A text that is no JSON object is
/// replaced.
std::string WidenForDeletionVector(std::string_view json, std::int64_t physical_rows, std::int64_t deleted);

}  // namespace sluice::delta

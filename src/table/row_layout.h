#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "delta_log/snapshot.h"
#include "expression/expression.h"
#include "table/data_file_reader.h"

namespace sluice::table {

/// Columns that rows have beside those of the table.
struct ExtraColumns {
  /// `_change_type`, `_commit_version`, `_commit_timestamp`: of the change data feed.
  enum class Changes : std::uint8_t {
    kNone,
    kGiven,   ///< the type is the same for all rows of a file
    kInFile,  ///< the type is a column of the file
  };

  bool row_ids = false;    ///< `_row_id`, `_row_commit_version`: the stable ones of row tracking
  bool positions = false;  ///< `_position`: of the row in its file, from 0
  Changes changes = Changes::kNone;
};

inline constexpr const char* kRowIdColumn = "_row_id";
inline constexpr const char* kRowCommitVersionColumn = "_row_commit_version";
inline constexpr const char* kPositionColumn = "_position";
inline constexpr const char* kChangeTypeColumn = "_change_type";
inline constexpr const char* kCommitVersionColumn = "_commit_version";
inline constexpr const char* kCommitTimestampColumn = "_commit_timestamp";

/// What is read of each file of a table, and what becomes of it: made once for a scan, shared by its files.
///
/// Rows are first assembled as `wide` says: the columns of the table that are asked for or that the condition looks at,
/// in the order of the table, then the extra ones. What leaves the scan is `narrow`: without those that only the
/// condition wanted.
struct RowLayout {
  /// Where a column of the wide rows comes from.
  struct Column {
    bool partition = false;
    std::size_t place = 0;  ///< in `file.fields`, or in `partitions`
  };

  FileColumns file = {};
  std::vector<delta::Field> partitions = {};  ///< those that are wanted
  std::vector<Column> columns = {};
  ExtraColumns extra = {};
  std::optional<std::size_t> row_id_place = {};          ///< materialised, in `file.fields`
  std::optional<std::size_t> commit_version_place = {};  ///< materialised, in `file.fields`
  std::optional<std::size_t> change_type_place = {};     ///< in `file.fields`
  std::shared_ptr<arrow::Schema> wide = {};
  std::shared_ptr<arrow::Schema> narrow = {};
  std::vector<int> narrow_places = {};                   ///< in the wide rows
  std::optional<expression::Expression> condition = {};  ///< bound

  /// `columns`: logical names of top-level columns in any case; nullopt is all. InvalidInput for one that is not
  /// there and for a condition that does not fit the table; Unsupported for types that are not known,
  /// and for row ids of a table that does not track them.
  static core::Result<std::shared_ptr<const RowLayout>> Make(const delta_log::Snapshot& snapshot,
                                                             const std::optional<std::vector<std::string>>& columns,
                                                             const std::optional<expression::Expression>& condition,
                                                             ExtraColumns extra);
};

}  // namespace sluice::table

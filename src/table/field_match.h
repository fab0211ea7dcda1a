#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "delta/column_mapping.h"
#include "delta/data_type.h"
#include "table/value_conversion.h"

namespace parquet::arrow {
struct SchemaField;
struct SchemaManifest;
}  // namespace parquet::arrow

namespace sluice::table {

/// Where the values of one field of the table come from in one file.
struct FieldMatch {
  enum class Shape : std::uint8_t { kAbsent, kValues, kStruct, kList, kMap, kVariant };

  Shape shape = Shape::kAbsent;  ///< kAbsent: NULL in every row
  std::string path = {};         ///< in the table: "a.b.element"
  std::shared_ptr<arrow::DataType> type = {};
  int place = 0;                          ///< among what is read of the parent
  std::vector<FieldMatch> children = {};  ///< all members; or the element; or key and value
  ValueConversion conversion = ValueConversion::kNone;
};

/// What to read of a file.
struct FileMatch {
  std::vector<FieldMatch> fields = {};  ///< one for each that is wanted
  std::vector<int> leaves = {};  ///< columns of the file, ascending; of a struct without members that are wanted one
};

/// Find `wanted` in a file: by physical name, without mapping also by one that differs in case only; by id where ids
/// match (a field without an id by its physical name). Columns that nobody wants are ignored. `has_rows`: a file
/// without rows may lack a column that is not nullable. `types`: of the wanted fields.
///
/// Corruption, naming the field and both types, for one whose type files of this table may not have; for a field that
/// is missing and not nullable; for a file without ids where ids match.
core::Result<FileMatch> MatchFields(std::span<const delta::Field> wanted, const arrow::FieldVector& types,
                                    delta::ColumnMappingMode mapping, const ::parquet::arrow::SchemaManifest& file,
                                    bool has_rows);

}  // namespace sluice::table

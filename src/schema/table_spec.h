#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "schema/type.h"

namespace sluice::schema {

/// What to do with input columns or JSON keys that a declared schema does not name.
enum class ExtraColumns : std::uint8_t {
  kRefuse,  ///< CSV, Parquet: an error before the first row; JSON: the record is rejected
  kIgnore,  ///< left out, and counted in the warnings
};

/// One column of a declared schema: its type and where its values come from.
struct ColumnSpec {
  Field field = {};
  /// The name in the input; "" = `field.name`. JSON: a dotted path ("user.id") when no key has that very name.
  std::string from = {};
  /// Accepted spellings of dates and times, strptime style ("%d/%m/%Y"); empty = ISO 8601 only.
  std::vector<std::string> formats = {};
  /// Texts that mean NULL in this column, beside the empty unquoted text.
  std::vector<std::string> null_texts = {};
  /// Taken where the input has NULL or lacks the column.
  std::optional<std::string> default_text = {};
  /// A constant instead of an input column; already expanded (the run's date put in).
  std::optional<std::string> value = {};
  /// Allowed texts, bounds: "min=0", "max=100", "one_of=low|high", "pattern=…", "max_length=10"; a row that breaks one
  /// is rejected.
  std::vector<std::string> constraints = {};

  bool operator==(const ColumnSpec& other) const = default;
};

/// A declared schema: the contents of a schema file, or of `--columns`.
struct TableSpec {
  std::vector<ColumnSpec> columns = {};
  /// Input name → column name; for a file whose columns were renamed.
  std::vector<std::pair<std::string, std::string>> renames = {};
  /// JSON: the dotted path of the array that holds the records; other top-level members are inherited by each record.
  std::string records = {};
  /// Text: patterns with named groups, tried in order on each line.
  std::vector<std::string> patterns = {};
  ExtraColumns extra = ExtraColumns::kRefuse;

  bool operator==(const TableSpec& other) const = default;
  Schema ToSchema() const;
};

/// The refusal of input columns that a schema does not name; `names` is the list as people read it.
core::Error ExtraColumnsRefused(std::string_view names);

/// A spec that declares nothing but the columns of `schema`.
TableSpec SpecOf(const Schema& schema);

}  // namespace sluice::schema

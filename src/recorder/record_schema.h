#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "schema/type.h"
#include "sluice/recorder_fields.h"

namespace sluice::recorder {

/// A column as it is recorded.
struct RecordedColumn {
  std::string name = {};
  recording::Shape shape = {};
  std::uint8_t precision = 0;
  std::uint8_t scale = 0;
  std::uint8_t second_digits = 6;
  bool json = false;
  bool filled = false;  ///< json that is {} where it was null
  bool utc = false;     ///< times: instants

  bool operator==(const RecordedColumn& other) const;
};

/// A column that is `value` where `when`, without blanks around it and whatever its case, is `equals`; else null.
struct DerivedColumn {
  std::string name = {};
  std::string value = {};
  std::string when = {};
  std::string equals = {};

  bool operator==(const DerivedColumn& other) const = default;
};

/// What a recorder takes and what its files hold: the recorded columns, then the derived ones.
struct RecordSchema {
  std::vector<RecordedColumn> columns = {};
  std::vector<DerivedColumn> derived = {};

  bool operator==(const RecordSchema& other) const = default;

  /// InvalidInput for no column, equal names, or a derived column that names no fitting one.
  core::Status Validate() const;
  schema::Schema FileSchema() const;
  std::vector<recording::Shape> Shapes() const;
  /// The place of a column; the number of columns when there is none.
  std::size_t Find(std::string_view name) const;

  /// One line of JSON, the same for equal schemas.
  std::string ToJson() const;
  static core::Result<RecordSchema> OfJson(std::string_view text);
  /// XXH3-64 of ToJson.
  std::uint64_t Hash() const;
};

}  // namespace sluice::recorder

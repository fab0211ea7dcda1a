#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>

#include "core/result.h"
#include "postgres/column_type.h"
#include "postgres/copy_bytes.h"

namespace sluice::postgres {

/// Writes the values of one array as fields of COPY's binary form, length included, NULLs, too.
///
/// Threads: one at a time.
class FieldWriter {
 public:
  virtual ~FieldWriter() = default;
  /// Look at the values of this array from now on; borrowed.
  virtual void SetArray(const arrow::Array& array) = 0;
  /// Append the field of a row; nullptr, or why PostgreSQL cannot hold the value.
  virtual const char* Append(std::int64_t row, CopyBytes& out) = 0;
};

/// Unsupported when values of the one type do not go into the other without loss.
core::Result<std::unique_ptr<FieldWriter>> MakeFieldWriter(const arrow::DataType& from, ColumnType to);

}  // namespace sluice::postgres

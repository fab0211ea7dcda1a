#pragma once

#include <arrow/type_fwd.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "core/result.h"
#include "postgres/column_type.h"

namespace sluice::postgres {

/// Writes the values of one array as fields of COPY's binary form, length included, NULLs, too: first how long they
/// are, then the fields of the same rows, column by column into rows that lie one behind the other.
///
/// Order: (SetArray (AddSizes Write*)*)*. Threads: one at a time.
class FieldWriter {
 public:
  virtual ~FieldWriter() = default;
  /// Look at the values of this array from now on; borrowed.
  virtual void SetArray(const arrow::Array& array) = 0;
  /// Add the bytes of the field of row `begin` + i to sizes[i].
  virtual void AddSizes(std::int64_t begin, std::span<std::size_t> sizes) = 0;
  /// Write the field of row `begin` + i to ends[i], and move that behind it. Of rows whose sizes were added last.
  /// nullptr, or why PostgreSQL cannot hold the value of row `begin` + `refused`; later rows are then not written.
  virtual const char* Write(std::int64_t begin, std::span<char*> ends, std::size_t& refused) = 0;
};

/// Unsupported when values of the one type do not go into the other without loss.
core::Result<std::unique_ptr<FieldWriter>> MakeFieldWriter(const arrow::DataType& from, ColumnType to);

}  // namespace sluice::postgres

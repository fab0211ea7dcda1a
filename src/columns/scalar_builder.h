#pragma once

#include <arrow/type_fwd.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/result.h"
#include "schema/table_spec.h"
#include "schema/type.h"

namespace sluice::columns {

/// Why a text is not a value of its column.
enum class Fault : std::uint8_t {
  kNone = 0,
  kNotAValue,    ///< "not an int64"
  kOutOfRange,   ///< "out of range for int64"
  kScale,        ///< "more than 2 digits after the point"
  kPrecision,    ///< "more than 12 digits"
  kZoneMissing,  ///< "a timestamp with a zone is expected"
  kZoneGiven,    ///< "a timestamp without a zone is expected"
  kInvalidUtf8,
  kNull,  ///< NULL in a column that is not nullable
  kConstraint,
};

/// The reason as a reject line gives it: "not an int64", "out of range for int8", …
std::string FaultReason(Fault fault, const schema::ColumnSpec& column);

/// Bytes that must be readable past the end of every text handed to a builder (their values do not matter).
inline constexpr std::size_t kTextPadding = 16;

/// Turns texts into one Arrow column, strictly: a text that is not exactly a value of the type is a fault, never a
/// guess.
///
/// Order: (Append* Finish)*. Threads: one at a time. A faulty text appends NULL, so that columns keep the same length;
/// the caller removes those rows. A text with data() == nullptr is NULL; an empty text with data() != nullptr is "".
class ScalarBuilder {
 public:
  virtual ~ScalarBuilder() = default;
  /// Make room for `rows` more rows.
  virtual core::Status Reserve(std::size_t rows) = 0;
  /// Append one value per text. For a faulty text i, `faults[i]` is set when it is still kNone. Returns the number of
  /// faults.
  virtual std::size_t Append(std::span<const std::string_view> texts, Fault* faults) = 0;
  Fault AppendOne(std::string_view text) {
    Fault fault = Fault::kNone;
    Append({&text, 1}, &fault);
    return fault;
  }
  virtual core::Result<std::shared_ptr<arrow::Array>> Finish() = 0;
};

/// A builder for a column that is not nested. Applies the column's null texts, default, formats, nullability and
/// constraints.
core::Result<std::unique_ptr<ScalarBuilder>> MakeScalarBuilder(const schema::ColumnSpec& column,
                                                               arrow::MemoryPool* pool);

}  // namespace sluice::columns

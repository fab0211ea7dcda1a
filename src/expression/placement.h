#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <optional>

#include "core/result.h"

namespace sluice::expression {

/// Where a literal lies among the values of a type.
struct Placement {
  std::shared_ptr<arrow::Scalar> floor = {};  ///< the greatest value that is not above the literal; null: all are above
  std::shared_ptr<arrow::Scalar> ceil = {};   ///< the least value that is not below; null: all are below
  bool exact = false;                         ///< both are the literal itself
};

/// Find a `literal`, not NULL, among the values of the plain `type`; nullopt when the two are compared in a third type
/// or not at all. Numbers are placed by their value; among floats a literal is first rounded to the nearest float64, as
/// in Spark. Text is read as a value of `type`: InvalidInput when it is none.
core::Result<std::optional<Placement>> Place(const arrow::Scalar& literal,
                                             const std::shared_ptr<arrow::DataType>& type);

}  // namespace sluice::expression

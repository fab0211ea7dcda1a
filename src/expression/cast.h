#pragma once

#include <memory>

#include "expression/kernel.h"

namespace sluice::expression {

/// CAST of a plain type to another, as CastScalar does it to each value.
core::Result<arrow::Datum> Cast(const arrow::Datum& value, const std::shared_ptr<arrow::DataType>& type,
                                Evaluation& evaluation);

/// A column as its plain type: dictionaries decoded, extensions as their storage, other encodings as the usual one.
core::Result<arrow::Datum> Adapt(std::shared_ptr<arrow::Array> column, const std::shared_ptr<arrow::DataType>& type,
                                 Evaluation& evaluation);

}  // namespace sluice::expression

#pragma once

#include <vector>

#include "expression/function.h"
#include "expression/kernel.h"

namespace sluice::expression {

/// The functions of text that Arrow has no kernel for: positions count characters; NULL gives NULL.
core::Result<arrow::Datum> Substring(const std::vector<arrow::Datum>& arguments, Evaluation& evaluation);
core::Result<arrow::Datum> RepeatText(const std::vector<arrow::Datum>& arguments, Evaluation& evaluation);
/// kStartsWith, kEndsWith, kContains.
core::Result<arrow::Datum> FindText(Function function, const std::vector<arrow::Datum>& arguments,
                                    Evaluation& evaluation);

}  // namespace sluice::expression

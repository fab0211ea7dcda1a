#pragma once

#include <memory>
#include <vector>

#include "expression/function.h"
#include "expression/kernel.h"

namespace sluice::expression {

/// Most bytes of text that repeat and concat make of one batch.
inline constexpr std::int64_t kTextBytesMax = std::int64_t{1} << 28;

/// Call `function` with arguments as Bind has typed them; the result has `type`. LimitExceeded beyond kTextBytesMax.
core::Result<arrow::Datum> Call(Function function, const std::vector<arrow::Datum>& arguments,
                                const std::shared_ptr<arrow::DataType>& type, Evaluation& evaluation);

}  // namespace sluice::expression

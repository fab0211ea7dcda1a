#pragma once

#include <arrow/array.h>
#include <arrow/compute/exec.h>
#include <arrow/datum.h>
#include <arrow/scalar.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/result.h"
#include "schema/arrow_error.h"

/// What the evaluation of one operator needs. Inputs are arrays of `rows` values or scalars; so are results.
namespace sluice::expression {

struct Evaluation {
  arrow::compute::ExecContext context;
  std::int64_t rows = 0;

  arrow::MemoryPool* pool() const { return context.memory_pool(); }
};

/// Arrow's kernels must be registered once in a process, before the first is called.
core::Status RegisterKernels();

/// Call Arrow's kernel `name`.
core::Result<arrow::Datum> CallKernel(const std::string& name, const std::vector<arrow::Datum>& arguments,
                                      Evaluation& evaluation, const arrow::compute::FunctionOptions* options = nullptr);

/// An array of `rows` values.
core::Result<std::shared_ptr<arrow::Array>> ToArray(const arrow::Datum& datum, Evaluation& evaluation);

/// The rows of an array or scalar of Arrow type `Type`.
template <typename Type>
class Rows {
 public:
  using ArrayType = typename arrow::TypeTraits<Type>::ArrayType;

  static core::Result<Rows> Of(const arrow::Datum& datum, Evaluation& evaluation) {
    if (datum.is_array()) return Rows(datum.make_array(), 1);
    SLUICE_ASSIGN_OR_RETURN(auto one, arrow::MakeArrayFromScalar(*datum.scalar(), 1, evaluation.pool()));
    return Rows(std::move(one), 0);
  }

  bool IsNull(std::int64_t row) const { return array_->IsNull(row * stride_); }
  auto operator[](std::int64_t row) const { return array_->GetView(row * stride_); }

 private:
  Rows(std::shared_ptr<arrow::Array> array, std::int64_t stride)
      : array_(std::static_pointer_cast<ArrayType>(std::move(array))), stride_(stride) {}

  std::shared_ptr<ArrayType> array_;
  std::int64_t stride_;  ///< 0: one value for all rows
};

/// Finish what a loop over the rows has built.
core::Result<arrow::Datum> FinishRows(arrow::ArrayBuilder& builder);

}  // namespace sluice::expression

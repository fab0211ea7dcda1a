#include "expression/kernel.h"

#include <arrow/builder.h>
#include <arrow/compute/initialize.h>

#include <utility>

namespace sluice::expression {

core::Status RegisterKernels() {
  static const arrow::Status registered = arrow::compute::Initialize();
  SLUICE_TRY(registered);
  return core::Ok();
}

core::Result<arrow::Datum> CallKernel(const std::string& name, const std::vector<arrow::Datum>& arguments,
                                      Evaluation& evaluation, const arrow::compute::FunctionOptions* options) {
  SLUICE_TRY(RegisterKernels());
  SLUICE_ASSIGN_OR_RETURN(arrow::Datum result,
                          arrow::compute::CallFunction(name, arguments, options, &evaluation.context));
  if (!result.is_array() && !result.is_scalar()) return core::Internal("the kernel " + name + " gave no array");
  return result;
}

core::Result<std::shared_ptr<arrow::Array>> ToArray(const arrow::Datum& datum, Evaluation& evaluation) {
  if (datum.is_array()) return datum.make_array();
  SLUICE_ASSIGN_OR_RETURN(auto array, arrow::MakeArrayFromScalar(*datum.scalar(), evaluation.rows, evaluation.pool()));
  return array;
}

core::Result<arrow::Datum> FinishRows(arrow::ArrayBuilder& builder) {
  SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Array> array, builder.Finish());
  return arrow::Datum(std::move(array));
}

}  // namespace sluice::expression

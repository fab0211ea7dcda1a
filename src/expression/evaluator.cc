#include "expression/evaluator.h"

#include <arrow/compute/api_scalar.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "expression/arithmetic.h"
#include "expression/call.h"
#include "expression/cast.h"
#include "expression/comparison.h"
#include "expression/format.h"
#include "expression/function.h"
#include "expression/kernel.h"

namespace sluice::expression {
namespace {

using arrow::Datum;
using core::Result;

class Evaluator {
 public:
  /// `batch` is null for an expression without columns: then there is one row.
  Evaluator(const arrow::RecordBatch* batch, arrow::MemoryPool* pool)
      : batch_(batch), evaluation_{arrow::compute::ExecContext(pool), batch == nullptr ? 1 : batch->num_rows()} {
    // Tasks run in parallel above this; a batch is small.
    evaluation_.context.set_use_threads(false);
  }

  Evaluation& evaluation() { return evaluation_; }

  Result<Datum> Run(const Expression& e) {
    switch (e.op) {
      case Operator::kColumn: return Column(e);
      case Operator::kLiteral: return Datum(e.literal);
      case Operator::kAnd:
      case Operator::kOr: return Junction(e);
      default: break;
    }
    std::vector<Datum> arguments;
    arguments.reserve(e.arguments.size());
    for (const Expression& argument : e.arguments) {
      SLUICE_ASSIGN_OR_RETURN(Datum value, Run(argument));
      arguments.push_back(std::move(value));
    }
    return Apply(e, arguments);
  }

 private:
  Result<Datum> Apply(const Expression& e, const std::vector<Datum>& arguments) {
    const Datum& first = arguments.front();
    switch (e.op) {
      case Operator::kNot: return CallKernel("invert", {first}, evaluation_);
      case Operator::kNullSafeEqual: return CompareNullSafe(first, arguments[1], evaluation_);
      case Operator::kIsNull: return CallKernel("is_null", {first}, evaluation_);
      case Operator::kIsNotNull: return CallKernel("is_valid", {first}, evaluation_);
      case Operator::kIsNan: return IsNan(first, evaluation_);
      case Operator::kIn: return IsIn(first, {arguments.begin() + 1, arguments.end()}, evaluation_);
      case Operator::kLike: return Like(first, arguments[1]);
      case Operator::kNegate: return CallKernel("negate_checked", {first}, evaluation_);
      case Operator::kCast: return Cast(first, e.type, evaluation_);
      case Operator::kAdd:
      case Operator::kSubtract:
      case Operator::kMultiply:
      case Operator::kDivide:
      case Operator::kModulo: return Calculate(e.op, first, arguments[1], e.type, evaluation_);
      case Operator::kCall: {
        const FunctionName* function = FindFunction(e.function);
        if (function == nullptr) return core::Internal("the function " + e.function + " was not bound");
        return Call(function->function, arguments, e.type, evaluation_);
      }
      default: return Compare(e.op, first, arguments[1], evaluation_);
    }
  }

  Result<Datum> Column(const Expression& e) {
    const int index = batch_ == nullptr ? -1 : batch_->schema()->GetFieldIndex(e.column.front());
    if (index < 0) {
      return core::InvalidInput(fmt::format("the batch does not have the column {}", ToSql(e)));
    }
    std::shared_ptr<arrow::Array> array = batch_->column(index);
    for (std::size_t part = 1; part < e.column.size(); ++part) {
      const int child = array->type_id() == arrow::Type::STRUCT
                            ? static_cast<const arrow::StructType&>(*array->type()).GetFieldIndex(e.column[part])
                            : -1;
      if (child < 0) return core::InvalidInput(fmt::format("the batch does not have the column {}", ToSql(e)));
      // Flattened: the child is NULL where the struct is.
      SLUICE_ASSIGN_OR_RETURN(
          array, static_cast<const arrow::StructArray&>(*array).GetFlattenedField(child, evaluation_.pool()));
    }
    return Adapt(std::move(array), e.type, evaluation_);
  }

  /// AND and OR from left to right, as long as a row is undecided.
  Result<Datum> Junction(const Expression& e) {
    const bool conjunction = e.op == Operator::kAnd;
    std::optional<Datum> all;
    for (const Expression& argument : e.arguments) {
      SLUICE_ASSIGN_OR_RETURN(Datum truth, Run(argument));
      if (all) {
        SLUICE_ASSIGN_OR_RETURN(truth,
                                CallKernel(conjunction ? "and_kleene" : "or_kleene", {*all, truth}, evaluation_));
      }
      all = std::move(truth);
      if (Decided(*all, conjunction)) break;
    }
    return *all;
  }

  static bool Decided(const Datum& truth, bool conjunction) {
    if (!truth.is_array() || truth.null_count() > 0) return false;
    const std::int64_t trues = truth.array_as<arrow::BooleanArray>()->true_count();
    return conjunction ? trues == 0 : trues == truth.length();
  }

  Result<Datum> Like(const Datum& text, const Datum& pattern) {
    const auto& literal = static_cast<const arrow::StringScalar&>(*pattern.scalar());
    const arrow::compute::MatchSubstringOptions options{std::string(literal.view())};
    return CallKernel("match_like", {text}, evaluation_, &options);
  }

  const arrow::RecordBatch* batch_;
  Evaluation evaluation_;
};

}  // namespace

Result<std::shared_ptr<arrow::Array>> Evaluate(const Expression& expression, const arrow::RecordBatch& batch,
                                               arrow::MemoryPool* pool) {
  Evaluator evaluator(&batch, pool);
  auto value = evaluator.Run(expression);
  if (!value) return std::move(value).error().WithContext("while evaluating " + ShortSql(expression));
  return ToArray(*value, evaluator.evaluation());
}

Result<std::shared_ptr<arrow::BooleanArray>> EvaluateCondition(const Expression& condition,
                                                               const arrow::RecordBatch& batch,
                                                               arrow::MemoryPool* pool) {
  SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Array> truth, Evaluate(condition, batch, pool));
  if (truth->type_id() != arrow::Type::BOOL) {
    return core::InvalidInput(fmt::format("{} is no condition but {}", ToSql(condition), truth->type()->ToString()));
  }
  return std::static_pointer_cast<arrow::BooleanArray>(std::move(truth));
}

Result<std::shared_ptr<arrow::RecordBatch>> FilterRows(const Expression& condition,
                                                       const std::shared_ptr<arrow::RecordBatch>& batch,
                                                       arrow::MemoryPool* pool) {
  SLUICE_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::BooleanArray> truth, EvaluateCondition(condition, *batch, pool));
  const std::int64_t rows = truth->true_count();
  if (rows == batch->num_rows()) return batch;
  if (rows == 0) return batch->Slice(0, 0);
  SLUICE_TRY(RegisterKernels());
  arrow::compute::ExecContext context(pool);
  context.set_use_threads(false);
  SLUICE_ASSIGN_OR_RETURN(const Datum kept,
                          arrow::compute::CallFunction("filter", {Datum(batch), Datum(truth)}, &context));
  return kept.record_batch();
}

Result<std::shared_ptr<arrow::Scalar>> EvaluateConstant(const Expression& expression) {
  Evaluator evaluator(nullptr, arrow::default_memory_pool());
  SLUICE_ASSIGN_OR_RETURN(const Datum value, evaluator.Run(expression));
  if (value.is_scalar()) return value.scalar();
  SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Scalar> scalar, value.make_array()->GetScalar(0));
  return scalar;
}

}  // namespace sluice::expression

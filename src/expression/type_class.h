#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>

#include "core/result.h"

namespace sluice::expression {

/// What kind of values a type has: the rules of SQL are about these.
enum class TypeClass : std::uint8_t {
  kNull,
  kBool,
  kInteger,
  kFloat,  ///< float32, float64
  kDecimal,
  kText,
  kBytes,
  kDate,
  kTimestamp,  ///< with and without a zone; the zone of a clock is UTC
  kNested,     ///< only IS NULL, paths and size
  kOther,      ///< only IS NULL
};

TypeClass ClassOf(const arrow::DataType& type);
bool IsNumber(TypeClass type);

/// The type that values of `type` have inside an expression: dictionaries and extensions as their values, the larger
/// and smaller encodings of text, bytes, decimals and dates as the usual one.
std::shared_ptr<arrow::DataType> PlainType(const std::shared_ptr<arrow::DataType>& type);

/// decimal128 up to 38 digits, else decimal256; Unsupported beyond 76.
core::Result<std::shared_ptr<arrow::DataType>> MakeDecimalType(std::int32_t precision, std::int32_t scale);

/// The digits that hold each value of an integer type: 3 for int8, 19 for int64.
std::int32_t DigitsOf(const arrow::DataType& integer);

/// The type to which both sides go before they are compared: for numbers the one that holds both, float64 as soon as a
/// float meets another number; for times the finer one, an instant when either is. InvalidInput, naming both, for
/// others.
core::Result<std::shared_ptr<arrow::DataType>> CommonType(const std::shared_ptr<arrow::DataType>& left,
                                                          const std::shared_ptr<arrow::DataType>& right);

/// Each value of `from` is one of `to`, and they are in the same order.
bool IsExactWidening(const arrow::DataType& from, const arrow::DataType& to);

}  // namespace sluice::expression

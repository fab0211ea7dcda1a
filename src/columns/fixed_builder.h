#pragma once

#include <arrow/array.h>
#include <arrow/array/data.h>
#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "columns/column_buffer.h"
#include "columns/scalar_builder.h"
#include "columns/value_bounds.h"
#include "schema/arrow_error.h"

namespace sluice::columns {

/// A text with the padding that parsers ask for.
class PaddedText {
 public:
  explicit PaddedText(std::string_view text) : size_(text.size()) {
    bytes_.reserve(text.size() + kTextPadding);
    bytes_.append(text).append(kTextPadding, '\0');
  }
  std::string_view view() const { return {bytes_.data(), size_}; }

 private:
  std::string bytes_;
  std::size_t size_;
};

/// A column of values of one width. `Parser` has a `Value` type and `Fault Parse(std::string_view, Value*)`.
template <typename Parser>
class FixedBuilder final : public ScalarBuilder {
 public:
  using Value = typename Parser::Value;

  FixedBuilder(std::shared_ptr<arrow::DataType> type, Parser parser, arrow::MemoryPool* pool)
      : type_(std::move(type)), parser_(std::move(parser)), values_(pool), nulls_(pool) {}

  /// Parse the bounds of `constraints` with this column's parser.
  core::Status SetBounds(const Constraints& constraints, const std::string& column) {
    if (!constraints.has_bounds()) return core::Ok();
    ValueBounds<Value> bounds;
    if (constraints.min) SLUICE_TRY(ReadBound(*constraints.min, column, &bounds.min.emplace()));
    if (constraints.max) SLUICE_TRY(ReadBound(*constraints.max, column, &bounds.max.emplace()));
    for (const std::string& text : constraints.one_of) {
      SLUICE_TRY(ReadBound(text, column, &bounds.one_of.emplace_back()));
    }
    bounds_ = std::move(bounds);
    return core::Ok();
  }

  core::Status Reserve(std::size_t rows) override {
    if (!EnsureRows(rows_ + rows)) return values_.TakeStatus();
    return core::Ok();
  }

  std::size_t Append(std::span<const std::string_view> texts, Fault* faults) override {
    if (!EnsureRows(rows_ + texts.size())) return 0;  // Finish tells
    Value* const out = reinterpret_cast<Value*>(values_.data()) + rows_;
    std::size_t fault_count = 0;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const std::string_view text = texts[i];
      Fault fault = Fault::kNone;
      if (text.data() != nullptr) [[likely]] {
        fault = parser_.Parse(text, &out[i]);
        if (bounds_ && fault == Fault::kNone && !bounds_->Hold(out[i])) fault = Fault::kConstraint;
        if (fault == Fault::kNone) [[likely]]
          continue;
        ++fault_count;
        if (faults[i] == Fault::kNone) faults[i] = fault;
      }
      out[i] = Value{};
      nulls_.Set(rows_ + i);
    }
    rows_ += texts.size();
    return fault_count;
  }

  core::Result<std::shared_ptr<arrow::Array>> Finish() override {
    const std::size_t rows = std::exchange(rows_, 0);
    const std::int64_t null_count = nulls_.count();
    SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Buffer> validity, nulls_.Finish(rows));
    SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Buffer> values,
                            values_.Finish(static_cast<std::int64_t>(rows * sizeof(Value))));
    return arrow::MakeArray(arrow::ArrayData::Make(type_, static_cast<std::int64_t>(rows),
                                                   {std::move(validity), std::move(values)}, null_count));
  }

 private:
  bool EnsureRows(std::size_t rows) { return values_.EnsureBytes(static_cast<std::int64_t>(rows * sizeof(Value))); }

  core::Status ReadBound(const std::string& text, const std::string& column, Value* value) {
    if (parser_.Parse(PaddedText(text).view(), value) == Fault::kNone) return core::Ok();
    return core::InvalidInput(
        fmt::format("column '{}': '{}' in its constraints is not a value of its type", column, text));
  }

  std::shared_ptr<arrow::DataType> type_;
  Parser parser_;
  GrowingBuffer values_;
  NullBits nulls_;
  std::size_t rows_ = 0;
  std::optional<ValueBounds<Value>> bounds_;
};

/// What every family of builders does at its end: bounds, then the interface.
template <typename Parser>
core::Result<std::unique_ptr<ScalarBuilder>> MakeFixedBuilder(std::shared_ptr<arrow::DataType> type, Parser parser,
                                                              const Constraints& constraints, const std::string& column,
                                                              arrow::MemoryPool* pool) {
  auto builder = std::make_unique<FixedBuilder<Parser>>(std::move(type), std::move(parser), pool);
  SLUICE_TRY(builder->SetBounds(constraints, column));
  return std::unique_ptr<ScalarBuilder>(std::move(builder));
}

}  // namespace sluice::columns

#pragma once

#include <arrow/builder.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "delta/action.h"
#include "schema/arrow_error.h"

namespace sluice::delta_log {

/// Fills one row of a struct column, field by field; every field exactly once. The first failure is kept for Done.
class StructRow {
 public:
  explicit StructRow(arrow::StructBuilder& builder) : builder_(builder), status_(builder.Append()) {}

  StructRow& Text(int field, std::string_view value) { return Keep(As<arrow::StringBuilder>(field).Append(value)); }
  StructRow& Text(int field, const std::string& value) { return Text(field, std::string_view(value)); }
  StructRow& Text(int field, const std::optional<std::string>& value) {
    return value.has_value() ? Text(field, std::string_view(*value)) : Null(field);
  }
  StructRow& Long(int field, std::int64_t value) { return Keep(As<arrow::Int64Builder>(field).Append(value)); }
  StructRow& Long(int field, const std::optional<std::int64_t>& value) {
    return value.has_value() ? Long(field, *value) : Null(field);
  }
  StructRow& Int(int field, std::int32_t value) { return Keep(As<arrow::Int32Builder>(field).Append(value)); }
  StructRow& Int(int field, const std::optional<std::int32_t>& value) {
    return value.has_value() ? Int(field, *value) : Null(field);
  }
  StructRow& Bool(int field, bool value) { return Keep(As<arrow::BooleanBuilder>(field).Append(value)); }
  StructRow& Null(int field) { return Keep(builder_.field_builder(field)->AppendNull()); }
  StructRow& Map(int field, const delta::StringMap& values);
  StructRow& Map(int field, const std::optional<delta::StringMap>& values) {
    return values.has_value() ? Map(field, *values) : Null(field);
  }
  StructRow& Map(int field, const delta::PartitionValues& values);
  StructRow& List(int field, const std::optional<std::vector<std::string>>& values);
  StructRow& Vector(int field, const delta::DeletionVectorDescriptor* vector);
  arrow::StructBuilder& Struct(int field) { return As<arrow::StructBuilder>(field); }

  core::Status Done() const {
    SLUICE_TRY(status_);
    return core::Ok();
  }

 private:
  template <typename Builder>
  Builder& As(int field) {
    return static_cast<Builder&>(*builder_.field_builder(field));
  }
  StructRow& Keep(const arrow::Status& status) {
    if (status_.ok() && !status.ok()) status_ = status;
    return *this;
  }

  arrow::StructBuilder& builder_;
  arrow::Status status_;
};

}  // namespace sluice::delta_log

#include "parquet/column_conversion.h"

#include <arrow/array/array_base.h>
#include <arrow/array/array_binary.h>
#include <arrow/array/util.h>
#include <arrow/compute/cast.h>
#include <arrow/compute/exec.h>
#include <arrow/extension_type.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "schema/arrow_error.h"
#include "schema/arrow_mapping.h"

namespace sluice::parquet {
namespace {

using ArrayPointer = std::shared_ptr<arrow::Array>;

ArrayPointer StorageOf(const ArrayPointer& array) {
  if (array->type_id() != arrow::Type::EXTENSION) return array;
  return static_cast<const arrow::ExtensionArray&>(*array).storage();
}

core::Result<ArrayPointer> CastTo(const arrow::Array& values, const std::shared_ptr<arrow::DataType>& type,
                                  arrow::MemoryPool* pool) {
  arrow::compute::ExecContext context(pool);
  context.set_use_threads(false);
  SLUICE_ASSIGN_OR_RETURN(auto cast, arrow::compute::Cast(values, type, arrow::compute::CastOptions::Safe(), &context));
  return cast;
}

core::Result<ArrayPointer> ToType(const ArrayPointer& values, const std::shared_ptr<arrow::DataType>& type,
                                  arrow::MemoryPool* pool) {
  if (values->type()->Equals(*type)) return values;
  const ArrayPointer storage = StorageOf(values);
  if (type->id() == arrow::Type::EXTENSION) {
    const auto& extension = static_cast<const arrow::ExtensionType&>(*type);
    SLUICE_ASSIGN_OR_RETURN(const ArrayPointer inner, ToType(storage, extension.storage_type(), pool));
    return arrow::ExtensionType::WrapArray(type, inner);
  }
  if (storage->type()->Equals(*type)) return storage;
  // Instants stay instants under another zone's name: no time zone database is needed.
  if (storage->type_id() == arrow::Type::TIMESTAMP && type->id() == arrow::Type::TIMESTAMP) {
    const auto unit = static_cast<const arrow::TimestampType&>(*storage->type()).unit();
    const auto& zone = static_cast<const arrow::TimestampType&>(*type).timezone();
    SLUICE_ASSIGN_OR_RETURN(const auto renamed, storage->View(arrow::timestamp(unit, zone)));
    return CastTo(*renamed, type, pool);
  }
  return CastTo(*storage, type, pool);
}

// As ISO texts; instants in UTC.
core::Result<std::shared_ptr<arrow::StringArray>> ToText(const ArrayPointer& values, arrow::MemoryPool* pool) {
  ArrayPointer source = StorageOf(values);
  if (source->type_id() == arrow::Type::TIMESTAMP) {
    const auto& type = static_cast<const arrow::TimestampType&>(*source->type());
    if (!type.timezone().empty()) {
      SLUICE_ASSIGN_OR_RETURN(source, source->View(arrow::timestamp(type.unit(), "UTC")));
    }
  }
  SLUICE_ASSIGN_OR_RETURN(const ArrayPointer texts, ToType(source, arrow::utf8(), pool));
  return std::static_pointer_cast<arrow::StringArray>(texts);
}

bool NeedsRules(const schema::ColumnSpec& spec) {
  return !spec.constraints.empty() || spec.default_text.has_value() ||
         (!spec.null_texts.empty() && spec.field.type.kind == schema::TypeKind::kString);
}

// Text handed to a builder must be readable beyond its end.
std::vector<std::string_view> Pad(const arrow::StringArray& texts, std::string& store) {
  std::size_t bytes = columns::kTextPadding;
  for (std::int64_t i = 0; i < texts.length(); ++i) bytes += texts.GetView(i).size();
  store.resize(bytes);
  std::vector<std::string_view> padded(static_cast<std::size_t>(texts.length()));
  char* out = store.data();
  for (std::size_t i = 0; i < padded.size(); ++i) {
    const auto row = static_cast<std::int64_t>(i);
    if (texts.IsNull(row)) continue;
    const std::string_view text = texts.GetView(row);
    if (!text.empty()) std::memcpy(out, text.data(), text.size());
    padded[i] = std::string_view(out, text.size());
    out += text.size();
  }
  return padded;
}

}  // namespace

ColumnConversion::ColumnConversion(MatchedColumn column, arrow::MemoryPool* pool)
    : column_(std::move(column)), type_(schema::ToArrow(column_.spec.field.type)), pool_(pool) {}

core::Result<ColumnConversion> ColumnConversion::Make(MatchedColumn column, arrow::MemoryPool* pool) {
  ColumnConversion conversion(std::move(column), pool);
  schema::ColumnSpec spec = conversion.column_.spec;
  if (conversion.column_.input && !conversion.column_.is_text_of_json && !NeedsRules(spec)) return conversion;
  if (spec.field.type.nested()) {
    if (!conversion.column_.input && !spec.value && !spec.default_text) return conversion;
    return core::Unsupported(
        fmt::format("column '{}' is nested, and cannot have constraints or a default", spec.field.name));
  }
  if (conversion.column_.input) spec.formats.clear();  // the values are typed already and come as ISO texts
  SLUICE_ASSIGN_OR_RETURN(conversion.rules_, columns::MakeScalarBuilder(spec, pool));
  return conversion;
}

core::Result<ArrayPointer> ColumnConversion::Convert(const ArrayPointer& values, std::span<columns::Fault> faults) {
  SLUICE_ASSIGN_OR_RETURN(const ArrayPointer converted, ToType(values, type_, pool_));
  if (rules_) return ThroughText(*converted, faults);
  if (!column_.spec.field.nullable && converted->null_count() > 0) {
    for (std::size_t i = 0; i < faults.size(); ++i) {
      if (faults[i] == columns::Fault::kNone && converted->IsNull(static_cast<std::int64_t>(i))) {
        faults[i] = columns::Fault::kNull;
      }
    }
  }
  return converted;
}

core::Result<ArrayPointer> ColumnConversion::ThroughText(const arrow::Array& values, std::span<columns::Fault> faults) {
  SLUICE_ASSIGN_OR_RETURN(const auto texts, ToText(arrow::MakeArray(values.data()), pool_));
  std::string store;
  const std::vector<std::string_view> padded = Pad(*texts, store);
  SLUICE_TRY(rules_->Reserve(padded.size()));
  rules_->Append(padded, faults.data());
  return rules_->Finish();
}

core::Result<ArrayPointer> ColumnConversion::Repeat(std::int64_t rows) {
  const auto& text = column_.spec.value ? column_.spec.value : column_.spec.default_text;
  if (!text) {
    SLUICE_ASSIGN_OR_RETURN(auto nulls, arrow::MakeArrayOfNull(type_, rows, pool_));
    return nulls;
  }
  const std::string padded = *text + std::string(columns::kTextPadding, '\0');
  SLUICE_TRY(rules_->Reserve(1));
  const columns::Fault fault = rules_->AppendOne(std::string_view(padded).substr(0, text->size()));
  SLUICE_ASSIGN_OR_RETURN(const ArrayPointer one, rules_->Finish());
  if (fault != columns::Fault::kNone) {
    return core::InvalidInput(fmt::format("'{}' of column '{}' is {}", *text, column_.spec.field.name,
                                          columns::FaultReason(fault, column_.spec)));
  }
  const ArrayPointer storage = StorageOf(one);
  SLUICE_ASSIGN_OR_RETURN(const auto scalar, storage->GetScalar(0));
  SLUICE_ASSIGN_OR_RETURN(const ArrayPointer repeated, arrow::MakeArrayFromScalar(*scalar, rows, pool_));
  return ToType(repeated, type_, pool_);
}

}  // namespace sluice::parquet

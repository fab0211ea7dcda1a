#include "columns/scalar_builder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "columns/builder_families.h"
#include "columns/rule_builder.h"
#include "schema/type_text.h"

namespace sluice::columns {
namespace {

std::string WithArticle(const std::string& type) {
  return fmt::format("{} {}", type.starts_with('i') ? "an" : "a", type);
}

core::Result<std::unique_ptr<ScalarBuilder>> MakeFamily(const schema::ColumnSpec& column,
                                                        const Constraints& constraints, arrow::MemoryPool* pool) {
  switch (column.field.type.kind) {
    case schema::TypeKind::kBool:
    case schema::TypeKind::kUuid: return MakeWordBuilder(column, constraints, pool);
    case schema::TypeKind::kString:
    case schema::TypeKind::kBinary:
    case schema::TypeKind::kJson: return MakeTextBuilder(column, constraints, pool);
    case schema::TypeKind::kDate:
    case schema::TypeKind::kTime:
    case schema::TypeKind::kTimestamp: return MakeTimeBuilder(column, constraints, pool);
    case schema::TypeKind::kList:
    case schema::TypeKind::kStruct:
    case schema::TypeKind::kMap:
      return core::Unsupported(fmt::format("column '{}' has type {}, which no single text can hold", column.field.name,
                                           schema::FormatType(column.field.type)))
          .WithHint("declare it as json to keep its text");
    default: return MakeNumberBuilder(column, constraints, pool);
  }
}

}  // namespace

std::string FaultReason(Fault fault, const schema::ColumnSpec& column) {
  const schema::Type& type = column.field.type;
  const std::string name = schema::FormatType(type);
  switch (fault) {
    case Fault::kNone: return "";
    case Fault::kNotAValue:
      if (column.formats.empty()) return "not " + WithArticle(name);
      return fmt::format("not {} in the format '{}'", WithArticle(name), fmt::join(column.formats, "' or '"));
    case Fault::kOutOfRange: return "out of range for " + name;
    case Fault::kScale:
      if (type.kind == schema::TypeKind::kDecimal)
        return fmt::format("more than {} digits after the point", type.scale);
      return fmt::format("more than {} digits in the fraction of a second", 3 * static_cast<int>(type.unit));
    case Fault::kPrecision: return fmt::format("more than {} digits", type.precision);
    case Fault::kZoneMissing: return "a timestamp with a zone is expected";
    case Fault::kZoneGiven: return "a timestamp without a zone is expected";
    case Fault::kInvalidUtf8: return "invalid UTF-8";
    case Fault::kNull: return "NULL in a column that is not nullable";
    case Fault::kConstraint: return fmt::format("breaks the constraint {}", fmt::join(column.constraints, ", "));
  }
  return "";
}

core::Result<std::unique_ptr<ScalarBuilder>> MakeScalarBuilder(const schema::ColumnSpec& column,
                                                               arrow::MemoryPool* pool) {
  SLUICE_ASSIGN_OR_RETURN(Constraints constraints, ReadConstraints(column));
  SLUICE_ASSIGN_OR_RETURN(std::unique_ptr<ScalarBuilder> family, MakeFamily(column, constraints, pool));
  return ApplyRules(column, std::move(constraints), std::move(family));
}

}  // namespace sluice::columns

#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "delta/data_type.h"

namespace sluice::delta {

/// The type that a schema names with a plain string, aliases and old spellings included: "long",
/// "bigint", "decimal(10,2)". varchar(n) and char(n) are strings. A name that is not known gives kUnknown; Corruption
/// for a decimal that cannot be.
core::Result<DataType> ParseTypeName(std::string_view name);

/// The name as a schema spells it; nested types in SQL's manner for messages: "array<struct<a: long>>".
std::string TypeName(const DataType& type);

/// True for "varchar(n)" and "char(n)": strings with a rule on their length.
bool IsLengthLimitedName(std::string_view name);

}  // namespace sluice::delta

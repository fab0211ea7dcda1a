#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "delta/data_type.h"

namespace sluice::delta {

inline constexpr int kSchemaDepthMax = 100;
inline constexpr int kSchemaFieldsMax = 100'000;  ///< at all depths together

/// Read the value of metaData's `schemaString`. Physical names are the names: see ResolveColumnMapping.
///
/// Old spellings of types are taken; names of types that are not known become kUnknown. A schema without columns is
/// read. Corruption, with the byte: text that is not JSON or not a schema, and names that differ only in the case of
/// their ASCII letters within one struct. LimitExceeded: deeper or wider than the limits.
core::Result<TableSchema> ParseSchema(std::string_view json);

/// The schema as Spark writes it: compact JSON, members in the order type, fields / name, type, nullable, metadata.
/// Metadata values are copied to the byte. ParseSchema(FormatSchema(s)) == s for a schema that was read.
std::string FormatSchema(const TableSchema& schema);

}  // namespace sluice::delta

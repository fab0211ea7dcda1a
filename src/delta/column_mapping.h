#pragma once

#include <cstdint>

#include "core/random.h"
#include "core/result.h"
#include "delta/action.h"
#include "delta/data_type.h"

namespace sluice::delta {

enum class ColumnMappingMode : std::uint8_t { kNone, kName, kId };

/// The mode in force: that of the configuration where the protocol supports column mapping, else kNone. Unsupported for
/// a mode that is not known.
core::Result<ColumnMappingMode> ReadColumnMappingMode(const Protocol& protocol, const StringMap& configuration);

/// Set physical_name and id of the fields at every depth. Without mapping, physical names are the names and there are
/// no ids, whatever the fields' metadata say. Elements, keys and values keep their names and have an id only where
/// `delta.columnMapping.nested.ids` gives one.
///
/// Corruption, naming the column: no id or physical name, an id that is there twice or out of range, a physical name
/// that is there twice in one struct.
core::Status ResolveColumnMapping(TableSchema& schema, const Protocol& protocol, const StringMap& configuration);

/// Give every field without an id one above `max_column_id` and above all ids in the schema, and every field without a
/// physical name a fresh "col-<uuid>", in the order of the schema, outer fields first; the fields' metadata say so too.
/// For tables that are created with mapping and columns that are added to one.
///
/// Returns the new value of delta.columnMapping.maxColumnId. Corruption for fields with unreadable ids; LimitExceeded
/// when the ids run out.
core::Result<std::int32_t> AssignColumnMapping(TableSchema& schema, std::int32_t max_column_id, core::Random& random);

}  // namespace sluice::delta

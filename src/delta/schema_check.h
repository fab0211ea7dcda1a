#pragma once

#include "core/result.h"
#include "delta/data_type.h"

namespace sluice::delta {

/// Unsupported, naming the column and its type, for a type that this version does not know.
core::Status CheckTypesAreKnown(const TableSchema& schema);

/// Whether files can hold rows of the schema: it has columns, not only void ones, no struct of nothing but void, and no
/// void inside an array or a map. InvalidInput names the column.
core::Status CheckHoldsData(const TableSchema& schema);

/// Whether a table can be created with, or changed to, this schema: it has columns; names at every depth are there once
/// without regard to case, not empty and, unless columns are `mapped`, free of " ,;{}()\n\t="; types are known; it is
/// not deeper or wider than ParseSchema takes. InvalidInput names the column.
core::Status CheckNewSchema(const TableSchema& schema, bool mapped);

}  // namespace sluice::delta

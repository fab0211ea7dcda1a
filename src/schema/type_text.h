#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "schema/type.h"

namespace sluice::schema {

/// Read a type as users write it: `int64`, `decimal(12,2)`, `timestamp(us,UTC)`, `list<string>`, `struct<a int64, b
/// string>`, `map<string,int64>`; SQL spellings (`varchar`, `varchar(20)`, `bigint`, `double`, `timestamptz`, …) are
/// taken too. Upper or lower case. InvalidInput with the nearest known name otherwise.
core::Result<Type> ParseType(std::string_view text);

/// The canonical spelling; ParseType(FormatType(t)) == t.
std::string FormatType(const Type& type);

/// Read a list of columns: "id int64 not null, price decimal(12,2), at timestamp(us,UTC)". A name with spaces, commas
/// or quotes is written in double quotes, quotes doubled. Duplicate names are InvalidInput.
core::Result<Schema> ParseColumns(std::string_view text);

/// The list ParseColumns reads.
std::string FormatColumns(const Schema& schema);

}  // namespace sluice::schema

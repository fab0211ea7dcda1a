#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace sluice::query {

/// A name in double quotes, as DuckDB reads it back.
std::string QuoteIdentifier(std::string_view name);

/// A text as a string literal.
std::string QuoteText(std::string_view text);

/// InvalidInput unless `name` can name a table or view: 1 to 255 bytes, no control characters. `what` says what it
/// names.
core::Status CheckName(std::string_view name, std::string_view what);

}  // namespace sluice::query

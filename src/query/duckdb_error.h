#pragma once

#include <string_view>

#include "core/result.h"

namespace sluice::query {

/// A message of DuckDB ("Binder Error: …") as our error, by its class: what is wrong in the statement is InvalidInput;
/// a missing file NotFound; bytes that are no Parquet file Corruption; memory LimitExceeded; an interrupt Cancelled;
/// and so on. The message stays whole.
core::Error ErrorFromDuckDb(std::string_view message);

}  // namespace sluice::query

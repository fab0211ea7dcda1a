#pragma once

#include <map>
#include <string>

#include "core/result.h"
#include "parquet/write_options.h"

namespace sluice::jobs {

/// The Parquet options as texts, for a plan: "codec", "row_group_bytes", "row_group_rows", "bloom", "encoding".
std::map<std::string, std::string> ToMap(const parquet::WriteOptions& options);

/// Set one option from its text, by its name in plans. InvalidInput when the text does not fit; NotFound for an unknown
/// name.
core::Status SetWriteSetting(parquet::WriteOptions& options, const std::string& name, const std::string& text);

core::Result<parquet::WriteOptions> WriteOptionsFromMap(const std::map<std::string, std::string>& texts);

}  // namespace sluice::jobs

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace sluice::jobs {

enum class InputFormat : std::uint8_t { kCsv, kTsv, kJson, kNdjson, kText, kParquet, kDelta };

/// Read "csv", "tsv", "json", "ndjson", "jsonl", "txt", "text", "parquet".
core::Result<InputFormat> ParseInputFormat(std::string_view name);
std::string_view InputFormatName(InputFormat format);

/// kDelta for "delta:DIR"; else the format of a file from its suffix, a compression suffix (.gz, .zst) set aside.
/// InvalidInput with a hint to
/// --format when the suffix says nothing; standard input ("-") has none.
core::Result<InputFormat> InputFormatOf(std::string_view path);

/// "/a/b.csv.gz" → "b": the file's name without its folder and its known suffixes.
std::string StemOf(std::string_view path);

}  // namespace sluice::jobs

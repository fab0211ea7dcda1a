#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "query/query_result.h"

namespace sluice::query {

/// How rows are printed.
enum class RowFormat : std::uint8_t {
  kText,   ///< A table for people: aligned, NULL said as such, a line with the number of rows at the end.
  kJson,   ///< One array of objects, one object per line.
  kJsonl,  ///< One object per line.
  kCsv,    ///< RFC 4180 with a header and \n; NULL is empty, an empty text is "".
  kMd,     ///< A Markdown table.
};

/// "text", "json", "jsonl", "csv" or "md"; Usage error with the nearest one else.
core::Result<RowFormat> ParseRowFormat(std::string_view name);

struct PrintOptions {
  RowFormat format = RowFormat::kText;
  /// Rows printed at most; 0 is all.
  std::uint64_t rows_max = 0;
};

struct PrintedRows {
  std::uint64_t printed = 0;
  std::uint64_t total = 0;  ///< What the query gave; more than `printed` when rows_max cut it.
};

/// Where the text goes, in pieces of about 64 KiB. An error stops the printing and is returned.
using Sink = std::function<core::Status(std::string_view)>;

/// Print all rows that `result` still has. Numbers keep every digit in every format. Two columns of one name are both
/// printed; JSON readers keep the last. kText holds the rows it prints in memory, to know their widths: give it a
/// rows_max; the other formats stream.
core::Result<PrintedRows> PrintRows(QueryResult& result, const PrintOptions& options, const Sink& sink);

}  // namespace sluice::query

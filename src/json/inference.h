#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "columns/row_reader.h"
#include "core/cancellation.h"
#include "core/executor.h"
#include "core/result.h"
#include "json/guess_node.h"
#include "json/json_options.h"
#include "schema/table_spec.h"
#include "schema/type.h"
#include "storage/byte_stream.h"

namespace sluice::json {

/// The schema that all records of an input fit.
struct Inference {
  /// `declared` with the columns found, in the order in which their keys first appeared; all nullable. Read it with
  /// JsonOptions::text_takes_any_value.
  schema::TableSpec spec;
  /// Per column: its type as of the first kSampleRecords records (of the first chunk, when that has fewer), if another.
  std::vector<std::optional<schema::Type>> widened_from;
  /// Per column: what all values have in common. Merge those of several inputs, then Resolve: types forget too much.
  std::vector<std::shared_ptr<const GuessNode>> guesses;
  std::uint64_t records = 0;   ///< rejected ones included
  std::uint64_t rejected = 0;  ///< at least so many will be rejected by the reader
  /// kAdded: a key no record of the sample had; kWidened; kRenamed.
  std::vector<columns::ColumnFinding> findings;
};

/// Look at every record of `stream`, which is read to its end. Of `declared`, `records` and `renames` are used.
///
/// Numbers keep every digit: int64, else decimal or float64, whichever loses nothing, else text. Strings that are all
/// dates, times or timestamps become such. Scalars of several kinds become text; scalars, objects and arrays at one
/// place, objects without members or with more than members_max become json text. Errors as Reader's; LimitExceeded
/// above columns_max.
core::Result<Inference> Infer(std::unique_ptr<storage::ByteStream> stream, const std::string& source,
                              const JsonOptions& options, const schema::TableSpec& declared, core::Executor& executor,
                              const core::Cancellation& cancellation, arrow::MemoryPool* pool);

}  // namespace sluice::json

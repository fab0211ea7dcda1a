#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "columns/row_reader.h"
#include "columns/type_guess.h"
#include "core/cancellation.h"
#include "core/executor.h"
#include "core/result.h"
#include "schema/table_spec.h"
#include "schema/type.h"
#include "storage/byte_stream.h"
#include "textlog/textlog_options.h"

namespace sluice::textlog {

/// The schema that all matching lines of an input fit.
struct Inference {
  schema::TableSpec spec;  ///< `declared` with a column per group, in the order of the patterns; all nullable
  /// Per column: its type as of the first kSampleLines lines (of the first chunk, when that has fewer), if another.
  std::vector<std::optional<schema::Type>> widened_from;
  /// Per column: what all values have in common. Merge those of several inputs, then Resolve.
  std::vector<columns::TypeGuess> guesses;
  std::uint64_t records = 0;   ///< lines that are not blank
  std::uint64_t rejected = 0;  ///< lines that no pattern takes
  std::vector<columns::ColumnFinding> findings;
};

inline constexpr std::uint64_t kSampleLines = 1000;

/// Look at every line of `stream`, which is read to its end. Of `declared`, `patterns` and `renames` are used; errors
/// as Reader's.
core::Result<Inference> Infer(std::unique_ptr<storage::ByteStream> stream, const std::string& source,
                              const TextlogOptions& options, const schema::TableSpec& declared,
                              core::Executor& executor, const core::Cancellation& cancellation,
                              arrow::MemoryPool* pool);

}  // namespace sluice::textlog

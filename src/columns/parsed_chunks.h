#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "columns/line_chunker.h"
#include "columns/ordered_chunks.h"
#include "columns/reject.h"
#include "columns/row_reader.h"
#include "core/cancellation.h"
#include "core/executor.h"
#include "core/result.h"

namespace sluice::columns {

/// The rows of one chunk.
struct ParsedChunk {
  std::shared_ptr<arrow::RecordBatch> rows;
  std::vector<Reject> rejects;  ///< in input order; lines count from 0 at the chunk's begin
  std::uint64_t lines = 0;      ///< line ends in the chunk
  std::uint64_t stored_bytes_read = 0;
};

/// The chunks of one input, parsed in parallel, as its batches. Order, threads and limits are those of OrderedChunks.
class ParsedChunks {
 public:
  using Chunks = OrderedChunks<TextChunk, core::Result<ParsedChunk>>;

  /// Borrows executor and cancellation. `source` is the input's name in errors of `parse`.
  ParsedChunks(std::string source, core::Executor& executor, const core::Cancellation& cancellation, Chunks::Cut cut,
               Chunks::Work parse);
  /// The rows of the next chunk that has any, or rejects; the lines of rejects count from 1 at the input's begin.
  core::Result<std::optional<RowBatch>> Next();

 private:
  std::string source_;
  std::uint64_t lines_ = 0;  // of the chunks before
  Chunks chunks_;
};

}  // namespace sluice::columns

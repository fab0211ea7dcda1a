#include "columns/parsed_chunks.h"

#include <arrow/record_batch.h>

#include <utility>

namespace sluice::columns {

ParsedChunks::ParsedChunks(std::string source, core::Executor& executor, const core::Cancellation& cancellation,
                           Chunks::Cut cut, Chunks::Work parse)
    : source_(std::move(source)), chunks_(executor, cancellation, std::move(cut), std::move(parse)) {}

core::Result<std::optional<RowBatch>> ParsedChunks::Next() {
  while (true) {
    SLUICE_ASSIGN_OR_RETURN(std::optional<core::Result<ParsedChunk>> next, chunks_.Next());
    if (!next) return std::optional<RowBatch>();
    if (!*next) return std::move(*next).error().WithPrefix(source_ + ": ");
    ParsedChunk& parsed = **next;
    for (Reject& reject : parsed.rejects) reject.line += lines_ + 1;
    lines_ += parsed.lines;
    if (parsed.rows->num_rows() == 0 && parsed.rejects.empty()) continue;
    RowBatch batch{std::move(parsed.rows), std::move(parsed.rejects), parsed.stored_bytes_read};
    return std::optional<RowBatch>(std::move(batch));
  }
}

}  // namespace sluice::columns

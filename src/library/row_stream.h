#pragma once

#include <arrow/type_fwd.h>

#include <functional>
#include <memory>

#include "core/result.h"
#include "sluice/arrow_c_stream.h"
#include "sluice/engine.h"

namespace sluice::library {

using NextRows = std::function<core::Result<std::shared_ptr<arrow::RecordBatch>>()>;

/// A stream of what `next` gives until it gives null. The first error is the stream's for ever. The engine lives as
/// long.
core::Status ExportRows(std::shared_ptr<Engine::State> engine, std::shared_ptr<arrow::Schema> schema, NextRows next,
                        ArrowArrayStream* out);

/// The rows of a stream, which is the reader's from now on: released with it, or at once on error. InvalidInput for a
/// stream that fails or was released, and for columns of a type nobody knows.
core::Result<std::shared_ptr<arrow::RecordBatchReader>> ImportRows(ArrowArrayStream* stream);

/// A copy of the next rows of an imported reader, nullptr after the last: what was lent goes back at once and on the
/// caller's thread, and what is kept is counted. Lengths, offsets, indices and texts are checked: InvalidInput when
/// they are not what Arrow says.
core::Result<std::shared_ptr<arrow::RecordBatch>> ReadRows(arrow::RecordBatchReader& reader, arrow::MemoryPool* pool);

/// The same for one batch; both structs are released in every case.
core::Result<std::shared_ptr<arrow::RecordBatch>> ImportBatch(ArrowArray* rows, ArrowSchema* type,
                                                              arrow::MemoryPool* pool);

}  // namespace sluice::library

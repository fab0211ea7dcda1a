#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <span>

#include "core/result.h"

namespace sluice::columns {

/// `batch` without the rows whose `removed` is not 0; `removed` holds one entry per row. Takes the batch over: the rows
/// that stay are moved up in its memory, and copied only where others have it, too.
core::Result<std::shared_ptr<arrow::RecordBatch>> RemoveRows(std::shared_ptr<arrow::RecordBatch>&& batch,
                                                             std::span<const std::uint8_t> removed,
                                                             arrow::MemoryPool* pool);

}  // namespace sluice::columns

#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <span>

#include "core/result.h"

namespace sluice::columns {

/// `batch` without the rows whose `removed` is not 0. Copies the rows that stay; `removed` holds one entry per row.
core::Result<std::shared_ptr<arrow::RecordBatch>> RemoveRows(const std::shared_ptr<arrow::RecordBatch>& batch,
                                                             std::span<const std::uint8_t> removed,
                                                             arrow::MemoryPool* pool);

}  // namespace sluice::columns

#pragma once

#include <arrow/type_fwd.h>

#include <cstddef>
#include <memory>

#include "core/result.h"
#include "storage/byte_stream.h"

namespace sluice::columns {

/// A buffer with room for `bytes` of text and kTextPadding more.
core::Result<std::shared_ptr<arrow::ResizableBuffer>> NewTextBuffer(std::size_t bytes, arrow::MemoryPool* pool);

/// Make room for `bytes` of text, keeping what is there.
core::Status GrowTextBuffer(arrow::ResizableBuffer& buffer, std::size_t bytes);

/// Zero the padding behind the first `size` bytes, so that a scan of digits or spaces always ends there.
void PadText(arrow::ResizableBuffer& buffer, std::size_t size);

}  // namespace sluice::columns

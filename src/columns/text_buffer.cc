#include "columns/text_buffer.h"

#include <arrow/buffer.h>

#include <cstring>
#include <utility>

#include "columns/scalar_builder.h"
#include "schema/arrow_error.h"

namespace sluice::columns {

core::Result<std::shared_ptr<arrow::ResizableBuffer>> NewTextBuffer(std::size_t bytes, arrow::MemoryPool* pool) {
  SLUICE_ASSIGN_OR_RETURN(std::unique_ptr<arrow::ResizableBuffer> buffer,
                          arrow::AllocateResizableBuffer(static_cast<std::int64_t>(bytes + kTextPadding), pool));
  return std::shared_ptr<arrow::ResizableBuffer>(std::move(buffer));
}

core::Status GrowTextBuffer(arrow::ResizableBuffer& buffer, std::size_t bytes) {
  const auto size = static_cast<std::int64_t>(bytes + kTextPadding);
  if (size > buffer.size()) SLUICE_TRY(buffer.Resize(size, /*shrink_to_fit=*/false));
  return core::Ok();
}

void PadText(arrow::ResizableBuffer& buffer, std::size_t size) {
  std::memset(buffer.mutable_data() + size, 0, kTextPadding);
}

}  // namespace sluice::columns

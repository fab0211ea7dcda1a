#include "columns/column_buffer.h"

#include <algorithm>
#include <cstring>

#include "schema/arrow_error.h"

namespace sluice::columns {

bool GrowingBuffer::Grow(std::int64_t bytes) {
  constexpr std::int64_t kBytesMin = 256;
  const std::int64_t wanted = std::max({bytes, capacity_ * 2, kBytesMin});
  if (!status_.has_value()) return false;
  if (buffer_ == nullptr) {
    arrow::Result<std::unique_ptr<arrow::ResizableBuffer>> allocated = arrow::AllocateResizableBuffer(wanted, pool_);
    if (allocated.ok()) {
      buffer_ = std::move(allocated).MoveValueUnsafe();
    } else {
      status_ = core::ErrorFromArrow(allocated.status());
    }
  } else if (const arrow::Status resized = buffer_->Resize(wanted, /*shrink_to_fit=*/false); !resized.ok()) {
    status_ = core::ErrorFromArrow(resized);
  }
  if (!status_.has_value()) return false;
  data_ = buffer_->mutable_data();
  capacity_ = wanted;
  return true;
}

core::Status GrowingBuffer::TakeStatus() {
  core::Status status = std::move(status_);
  status_ = core::Ok();
  return status;
}

core::Result<std::shared_ptr<arrow::Buffer>> GrowingBuffer::Finish(std::int64_t bytes) {
  SLUICE_TRY(TakeStatus());
  if (!EnsureBytes(bytes)) return TakeStatus().error();
  if (buffer_ == nullptr) {
    SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Buffer> empty, arrow::AllocateBuffer(0, pool_));
    return empty;
  }
  SLUICE_TRY(buffer_->Resize(bytes, /*shrink_to_fit=*/false));
  buffer_->ZeroPadding();
  std::shared_ptr<arrow::Buffer> finished = std::move(buffer_);
  buffer_ = nullptr;
  data_ = nullptr;
  capacity_ = 0;
  return finished;
}

bool NullBits::Prepare(std::int64_t row) {
  const std::int64_t begin = prepared_rows_ / 8;
  if (!bits_.EnsureBytes(row / 8 + 1)) return false;
  std::memset(bits_.data() + begin, 0xFF, static_cast<std::size_t>(bits_.capacity() - begin));
  prepared_rows_ = bits_.capacity() * 8;
  return true;
}

core::Result<std::shared_ptr<arrow::Buffer>> NullBits::Finish(std::size_t rows) {
  SLUICE_TRY(bits_.TakeStatus());
  if (count_ == 0) return std::shared_ptr<arrow::Buffer>();
  const auto row_count = static_cast<std::int64_t>(rows);
  if (row_count > prepared_rows_ && !Prepare(row_count - 1)) return bits_.TakeStatus().error();
  // Bits behind the last row are not read by anybody, but they reach files' checksums through IPC: make them zero.
  if (row_count % 8 != 0) bits_.data()[row_count / 8] &= static_cast<std::uint8_t>((1U << (row_count % 8)) - 1);
  count_ = 0;
  prepared_rows_ = 0;
  return bits_.Finish((row_count + 7) / 8);
}

}  // namespace sluice::columns

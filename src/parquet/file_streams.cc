#include "parquet/file_streams.h"

#include <arrow/buffer.h>
#include <arrow/result.h>
#include <arrow/status.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

namespace sluice::parquet {

arrow::Status FileOutput::Write(const void* data, int64_t bytes) {
  // After a failed write the file's contents are unknown: nothing may follow it.
  if (!failure_.has_value()) return arrow::Status::IOError("the file failed before");
  failure_ = file_.Append(std::string_view(static_cast<const char*>(data), static_cast<std::size_t>(bytes)));
  if (!failure_.has_value()) return arrow::Status::IOError(failure_.error().message());
  position_ += bytes;
  return arrow::Status::OK();
}

arrow::Status FileOutput::Close() {
  closed_ = true;
  return arrow::Status::OK();
}

core::Error FileOutput::Explain(core::Error other) const {
  return failure_.has_value() ? std::move(other) : failure_.error();
}

arrow::Result<int64_t> FileInput::GetSize() { return static_cast<int64_t>(file_->size()); }

arrow::Result<int64_t> FileInput::ReadAt(int64_t position, int64_t bytes, void* out) {
  if (position < 0 || bytes < 0) return arrow::Status::Invalid("read of ", bytes, " bytes at ", position);
  auto read = file_->ReadAt(static_cast<std::uint64_t>(position),
                            std::span(static_cast<char*>(out), static_cast<std::size_t>(bytes)));
  if (!read.has_value()) return arrow::Status::IOError(read.error().message());
  return static_cast<int64_t>(*read);
}

arrow::Result<std::shared_ptr<arrow::Buffer>> FileInput::ReadAt(int64_t position, int64_t bytes) {
  if (position < 0 || bytes < 0) return arrow::Status::Invalid("read of ", bytes, " bytes at ", position);
  // A length that lies must not allocate more than there is to read.
  const auto size = static_cast<int64_t>(file_->size());
  const int64_t there = std::min(bytes, std::max<int64_t>(0, size - position));
  ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateResizableBuffer(there, pool_));
  ARROW_ASSIGN_OR_RAISE(const int64_t read, ReadAt(position, there, buffer->mutable_data()));
  if (read < there) ARROW_RETURN_NOT_OK(buffer->Resize(read));
  return std::shared_ptr<arrow::Buffer>(std::move(buffer));
}

arrow::Result<int64_t> FileInput::Read(int64_t bytes, void* out) {
  ARROW_ASSIGN_OR_RAISE(const int64_t read, ReadAt(position_, bytes, out));
  position_ += read;
  return read;
}

arrow::Result<std::shared_ptr<arrow::Buffer>> FileInput::Read(int64_t bytes) {
  ARROW_ASSIGN_OR_RAISE(auto buffer, ReadAt(position_, bytes));
  position_ += buffer->size();
  return buffer;
}

arrow::Status FileInput::Seek(int64_t position) {
  position_ = position;
  return arrow::Status::OK();
}

arrow::Status FileInput::Close() {
  closed_ = true;
  return arrow::Status::OK();
}

}  // namespace sluice::parquet

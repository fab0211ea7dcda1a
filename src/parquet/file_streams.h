#pragma once

#include <arrow/io/interfaces.h>
#include <arrow/result.h>

#include <memory>
#include <string>

#include "core/result.h"
#include "storage/file_system.h"

namespace sluice::parquet {

/// A storage file as Arrow writes to it. Keeps the first error of the file, whole, for the writer to give back.
///
/// Threads: one at a time. Close does not close the file.
class FileOutput final : public arrow::io::OutputStream {
 public:
  explicit FileOutput(storage::WritableFile& file) : file_(file) {}

  using arrow::io::OutputStream::Write;
  arrow::Status Write(const void* data, int64_t bytes) override;
  arrow::Status Close() override;
  arrow::Result<int64_t> Tell() const override { return position_; }
  bool closed() const override { return closed_; }

  std::int64_t position() const { return position_; }
  /// The file's own error in place of what became of it in Arrow; `other` when the file had none.
  core::Error Explain(core::Error other) const;

 private:
  storage::WritableFile& file_;
  std::int64_t position_ = 0;
  bool closed_ = false;
  core::Status failure_;
};

/// A storage file as Arrow reads it. Owns the file. Threads: any for ReadAt.
class FileInput final : public arrow::io::RandomAccessFile {
 public:
  FileInput(std::unique_ptr<storage::RandomAccessFile> file, arrow::MemoryPool* pool)
      : file_(std::move(file)), pool_(pool) {}

  arrow::Result<int64_t> GetSize() override;
  arrow::Result<int64_t> ReadAt(int64_t position, int64_t bytes, void* out) override;
  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(int64_t position, int64_t bytes) override;
  arrow::Result<int64_t> Read(int64_t bytes, void* out) override;
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(int64_t bytes) override;
  arrow::Status Seek(int64_t position) override;
  arrow::Result<int64_t> Tell() const override { return position_; }
  arrow::Status Close() override;
  bool closed() const override { return closed_; }

 private:
  std::unique_ptr<storage::RandomAccessFile> file_;
  arrow::MemoryPool* pool_;
  std::int64_t position_ = 0;
  bool closed_ = false;
};

}  // namespace sluice::parquet

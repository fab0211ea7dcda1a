#pragma once

#include <arrow/type_fwd.h>
#include <parquet/arrow/reader.h>
#include <parquet/file_reader.h>

#include <memory>
#include <string>
#include <utility>

#include "core/result.h"
#include "parquet/guarded.h"
#include "storage/file_system.h"

namespace sluice::parquet {

/// Arrow's reader over a storage file: one thread, checksums verified, pages read as they are needed. Corruption naming
/// `source` when the file is not whole.
core::Result<std::unique_ptr<::parquet::arrow::FileReader>> OpenArrowReader(
    std::unique_ptr<storage::RandomAccessFile> file, const std::string& source, std::int64_t batch_rows,
    arrow::MemoryPool* pool);

/// The same for a file of a table: variants and JSON come as what they are stored in, INT96 in microseconds, which hold
/// every year that a table can.
core::Result<std::unique_ptr<::parquet::arrow::FileReader>> OpenTableFile(
    std::unique_ptr<storage::RandomAccessFile> file, const std::string& source, std::int64_t batch_rows,
    arrow::MemoryPool* pool);

/// The same below Arrow's columns, for who reads levels and values. Threads: any may read row groups.
core::Result<std::unique_ptr<::parquet::ParquetFileReader>> OpenParquetReader(
    std::unique_ptr<storage::RandomAccessFile> file, const std::string& source, arrow::MemoryPool* pool);

/// An error that came out of reading `source`, as the user should see it: about the bytes, with the path in front.
core::Error ReadError(core::Error error, const std::string& source);

/// Call `work`, which reads `source`; whatever it throws or returns becomes a ReadError.
template <typename Work>
auto ReadGuarded(const std::string& source, Work&& work) -> decltype(work()) {
  auto result = Guarded(core::ErrorKind::kCorruption, std::forward<Work>(work));
  if (!result.has_value()) return ReadError(std::move(result).error(), source);
  return result;
}

}  // namespace sluice::parquet

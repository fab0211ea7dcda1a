#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/result.h"
#include "recorder/record_schema.h"
#include "storage/descriptor.h"

namespace sluice::recorder {

/// Where rows of a ring came from.
struct SpooledRows {
  std::uint32_t ring = 0;
  std::uint64_t position = 0;
  std::uint64_t position_end = 0;  ///< the ring may free what is below
};

/// The rows of one file that is not published yet, so that their memory can be used again: a Parquet file without its
/// footer is of no use to anybody. Frames of a header with a checksum and an Arrow IPC message each; the process may
/// die between any two bytes. docs/formats/recorder.md.
///
/// One file for all of a recorder's: each file begins anew at its front, over the frames of the one before, so that the
/// system need not find memory for it again.
///
/// Threads: one owner.
class RowSpool {
 public:
  /// `sync`: rows that were added survive a power cut.
  static core::Result<std::unique_ptr<RowSpool>> Create(const std::string& path, bool sync);
  /// From here on, rows of the file `sequence`; those of the one before are published.
  core::Status Begin(std::uint64_t sequence);
  /// Add rows. After an error the spool is as before the call.
  core::Status Append(const SpooledRows& rows, const arrow::RecordBatch& batch);
  const std::string& path() const { return path_; }

 private:
  core::Result<std::shared_ptr<arrow::Buffer>> Serialize(const arrow::RecordBatch& batch);

  std::string path_;
  std::shared_ptr<arrow::ResizableBuffer> scratch_;
  storage::Descriptor file_;
  std::uint64_t sequence_ = 0;
  std::uint64_t bytes_ = 0;
  bool sync_ = false;
};

/// The file that was begun last in a spool; nullopt when there is none, or no spool.
core::Result<std::optional<std::uint64_t>> SequenceOfSpool(const std::string& path);

/// Calls `visit` for the frames of the file that was begun last; what follows the first that is not whole is left out.
/// A spool that is not there has no frames.
core::Status ReadSpool(
    const std::string& path, const std::shared_ptr<arrow::Schema>& schema,
    const std::function<core::Status(const SpooledRows&, std::shared_ptr<arrow::RecordBatch>)>& visit);

}  // namespace sluice::recorder

#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <optional>

#include "core/result.h"
#include "storage/descriptor.h"

namespace sluice::table {

/// Rows put aside on disk, in the system's folder for temporary files: Arrow's IPC format, compressed. The file has no
/// name and is gone with this object, even after kill -9.
///
/// Threads: one at a time. Errors: those of the disk, with the folder's name.
class RowSpill {
 public:
  /// Where rows lie.
  struct Place {
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
  };

  /// All rows are of `schema`; the file is made when the first ones come.
  RowSpill(std::shared_ptr<arrow::Schema> schema, arrow::MemoryPool* pool);

  core::Result<Place> Append(const arrow::RecordBatch& rows);
  core::Result<std::shared_ptr<arrow::RecordBatch>> Read(Place place) const;
  std::uint64_t bytes() const { return bytes_; }

 private:
  std::shared_ptr<arrow::Schema> schema_;
  arrow::MemoryPool* pool_;
  std::optional<storage::Descriptor> file_;
  std::uint64_t bytes_ = 0;
};

}  // namespace sluice::table

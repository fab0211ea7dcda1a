#include "table/deletion_vector_file.h"

#include <fmt/format.h>

#include <span>
#include <string>
#include <utility>

#include "delta/deletion_vector.h"

namespace sluice::table {
namespace {

core::Result<delta::RowSet> LoadStored(storage::FileSystem& files, const std::string& path,
                                       const delta::DeletionVectorDescriptor& descriptor) {
  SLUICE_ASSIGN_OR_RETURN(const delta::VectorFrame frame, delta::FrameOf(descriptor));
  SLUICE_ASSIGN_OR_RETURN(const auto file, files.OpenRandomAccess(path));
  if (file->size() < frame.offset || file->size() - frame.offset < frame.size_bytes) {
    return core::Corruption(fmt::format("{}: the deletion vector ends at byte {}, the file at {}", path,
                                        frame.offset + frame.size_bytes, file->size()));
  }
  char version = 0;
  std::string bytes(frame.size_bytes, '\0');
  SLUICE_TRY(file->ReadAt(0, std::span(&version, 1)));
  SLUICE_ASSIGN_OR_RETURN(const std::size_t read, file->ReadAt(frame.offset, std::span(bytes)));
  bytes.resize(read);
  return delta::DecodeStoredVector(version, bytes, descriptor, path);
}

}  // namespace

core::Result<std::shared_ptr<const delta::RowSet>> LoadDeletionVector(storage::FileSystem& files,
                                                                      const std::string& root,
                                                                      const delta::DeletionVectorDescriptor& descriptor,
                                                                      bool allow_outside) {
  using Loaded = core::Result<std::shared_ptr<const delta::RowSet>>;
  const auto share = [](delta::RowSet rows) -> Loaded {
    return std::make_shared<const delta::RowSet>(std::move(rows));
  };
  if (descriptor.storage_type == 'i') {
    SLUICE_ASSIGN_OR_RETURN(auto rows, delta::DecodeInlineVector(descriptor));
    return share(std::move(rows));
  }
  SLUICE_ASSIGN_OR_RETURN(const std::string path, delta::VectorPath(descriptor, root, allow_outside));
  SLUICE_ASSIGN_OR_RETURN(auto rows, LoadStored(files, path, descriptor));
  return share(std::move(rows));
}

}  // namespace sluice::table

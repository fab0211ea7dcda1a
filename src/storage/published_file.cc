#include "storage/published_file.h"

#include <utility>

#include "storage/path.h"
#include "storage/temporary_name.h"

namespace sluice::storage {

PublishedFile::PublishedFile(FileSystem& files, FinishedFile finished, std::unique_ptr<WritableFile> file)
    : files_(files), finished_(std::move(finished)), file_(std::move(file)) {}

PublishedFile::~PublishedFile() {
  if (file_ == nullptr) return;
  (void)file_->Close();
  (void)files_.Remove(finished_.temp_path);
}

core::Result<std::unique_ptr<PublishedFile>> PublishedFile::Create(FileSystem& files, const std::string& final_path,
                                                                   const std::string& unique,
                                                                   const std::string& owner) {
  if (FileName(final_path).empty() || final_path.ends_with('/')) {
    return core::InvalidInput(QuotedPath(final_path) + " names a folder where a file is to be written");
  }
  FinishedFile finished{TemporaryPath(final_path, unique, owner), final_path, 0, {}};
  if (!ParseTemporaryName(FileName(finished.temp_path)).has_value()) {
    return core::Internal("'" + unique + "' cannot be part of a temporary name");
  }
  SLUICE_TRY(files.CreateDirectories(ParentPath(final_path)));
  SLUICE_ASSIGN_OR_RETURN(std::unique_ptr<WritableFile> file, files.CreateNew(finished.temp_path));
  return std::unique_ptr<PublishedFile>(new PublishedFile(files, std::move(finished), std::move(file)));
}

core::Status PublishedFile::Append(std::string_view bytes) {
  if (file_ == nullptr) return core::Internal("append to the finished file " + QuotedPath(finished_.final_path));
  SLUICE_TRY(file_->Append(bytes));
  checksum_.Append(bytes);
  finished_.bytes += bytes.size();
  return core::Ok();
}

core::Status PublishedFile::Sync() { return file_ == nullptr ? core::Ok() : file_->Sync(); }

core::Status PublishedFile::Close() {
  SLUICE_TRY(Finish());
  return core::Ok();
}

core::Result<FinishedFile> PublishedFile::Finish() {
  if (file_ == nullptr) return finished_;
  SLUICE_TRY(file_->Sync());
  SLUICE_TRY(file_->Close());
  file_ = nullptr;
  finished_.checksum = checksum_.Hex();
  return finished_;
}

core::Status Discard(FileSystem& files, const std::vector<FinishedFile>& finished) {
  core::Status first = core::Ok();
  for (const FinishedFile& file : finished) {
    core::Status removed = files.Remove(file.temp_path);
    if (removed.has_value() || removed.error().kind() == core::ErrorKind::kNotFound) continue;
    if (first.has_value()) first = std::move(removed);
  }
  return first;
}

}  // namespace sluice::storage

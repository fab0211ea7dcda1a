#include "storage/published_text.h"

#include "storage/owner.h"
#include "storage/published_file.h"

namespace sluice::storage {

core::Status PublishText(FileSystem& files, const std::string& path, std::string_view text, const std::string& unique,
                         PublishMode mode) {
  SLUICE_ASSIGN_OR_RETURN(const auto file, PublishedFile::Create(files, path, unique, ThisProcessOwner()));
  SLUICE_TRY(file->Append(text));
  SLUICE_ASSIGN_OR_RETURN(const FinishedFile finished, file->Finish());
  return Publish(files, finished, mode);
}

}  // namespace sluice::storage

#include "jobs/document.h"

#include "storage/owner.h"
#include "storage/publish.h"
#include "storage/published_file.h"

namespace sluice::jobs {

core::Status WriteDocument(const std::string& path, std::string_view text, storage::FileSystem& files) {
  SLUICE_ASSIGN_OR_RETURN(const auto file,
                          storage::PublishedFile::Create(files, path, "document", storage::ThisProcessOwner()));
  SLUICE_TRY(file->Append(text));
  SLUICE_ASSIGN_OR_RETURN(const storage::FinishedFile finished, file->Finish());
  return storage::Publish(files, finished, storage::PublishMode::kReplace);
}

}  // namespace sluice::jobs

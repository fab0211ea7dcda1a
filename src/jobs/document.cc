#include "jobs/document.h"

#include "storage/published_text.h"

namespace sluice::jobs {

core::Status WriteDocument(const std::string& path, std::string_view text, storage::FileSystem& files) {
  return storage::PublishText(files, path, text, "document", storage::PublishMode::kReplace);
}

}  // namespace sluice::jobs

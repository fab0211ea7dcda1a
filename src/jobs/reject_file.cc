#include "jobs/reject_file.h"

namespace sluice::jobs {

pipeline::PendingFile Pending(const storage::FinishedFile& file) {
  return {
      .temporary_path = file.temp_path, .final_path = file.final_path, .bytes = file.bytes, .checksum = file.checksum};
}

core::Status RejectFile::Add(const columns::Reject& reject) {
  if (!file_) {
    SLUICE_ASSIGN_OR_RETURN(file_, storage::PublishedFile::Create(files_, path_, unique_, owner_));
  }
  AppendJsonLine(reject, &lines_);
  return lines_.size() < kBytesHeld ? core::Ok() : WriteLines();
}

core::Status RejectFile::Finish(pipeline::TaskReport& report) {
  if (!file_) return core::Ok();
  SLUICE_TRY(WriteLines());
  SLUICE_ASSIGN_OR_RETURN(const storage::FinishedFile rejects, file_->Finish());
  report.rejects = Pending(rejects);
  return core::Ok();
}

core::Status RejectFile::WriteLines() {
  SLUICE_TRY(file_->Append(lines_));
  lines_.clear();
  return core::Ok();
}

}  // namespace sluice::jobs

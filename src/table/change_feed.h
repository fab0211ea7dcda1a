#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "storage/environment.h"
#include "table/change_plan.h"
#include "table/file_sequence.h"
#include "table/row_layout.h"

namespace sluice::table {

struct ChangeRequest {
  std::int64_t first_version = 0;
  std::optional<std::int64_t> last_version = {};  ///< the newest one when not given
  /// Top-level columns by logical name, in any case; nullopt is all.
  std::optional<std::vector<std::string>> columns = {};
  bool allow_outside = false;
};

/// Reads which rows came, went and changed from version to version (PROTOCOL.md, "Add CDC File"): the columns of the
/// table as the last version has them, then `_change_type` (insert, delete, update_preimage, update_postimage, or what
/// a foreign writer said), `_commit_version` and `_commit_timestamp`. Rows come by version.
///
/// Threads and limits are those of FileSequence; the changed files of all versions are held by name. Borrows the
/// environment. Errors as PlanChanges and Scan.
class ChangeFeed {
 public:
  static core::Result<std::unique_ptr<ChangeFeed>> Open(const storage::Environment& environment,
                                                        const std::string& root, const ChangeRequest& request);
  ~ChangeFeed();

  const std::shared_ptr<arrow::Schema>& schema() const { return given_->narrow; }
  std::int64_t last_version() const { return plan_.last->version; }
  /// The next rows, never none; nullptr after the last ones.
  core::Result<std::shared_ptr<arrow::RecordBatch>> Next();
  std::vector<std::string> notes() const { return files_.notes(); }

 private:
  ChangeFeed(const storage::Environment& environment, ChangePlan plan, bool allow_outside,
             std::shared_ptr<const RowLayout> given, std::shared_ptr<const RowLayout> in_file);
  core::Result<std::unique_ptr<FileScan>> OpenFile(const ChangedFile& file) const;

  const storage::Environment& environment_;
  ChangePlan plan_;
  bool allow_outside_;
  std::shared_ptr<const RowLayout> given_;
  std::shared_ptr<const RowLayout> in_file_;
  FileSequence files_;  // last: its tasks use the others
};

}  // namespace sluice::table

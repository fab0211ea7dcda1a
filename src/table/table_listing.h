#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "delta_log/snapshot.h"
#include "storage/environment.h"

namespace sluice::table {

/// A file below a table's root. How large and how old it is has to be asked: nearly all are known by their names.
struct ListedFile {
  std::string path = {};   ///< from the root
  bool temporary = false;  ///< a file of ours under the name it has while it is written
};

struct ListedFolder {
  std::string path = {};  ///< from the root
  std::int64_t modified_ms = 0;
};

/// Which names below a table's root may be those of its files: not `_delta_log` nor any other that begins with '_' or
/// '.', but `_change_data` and the folders of partition columns whose names begin so.
class TableNames {
 public:
  explicit TableNames(const delta_log::Snapshot& snapshot);
  /// `name` is one step of a path; `top`: directly below the root.
  bool MayBeData(std::string_view name, bool top) const;
  /// The same for all steps of a path from the root; false for absolute paths and those with a step "..".
  bool MayBeDataPath(std::string_view path) const;

 private:
  std::vector<std::string> folder_beginnings_;  // "column="
};

/// The folders of a listing that were looked into.
struct ListedFolders {
  std::vector<ListedFolder> folders = {};  ///< parents before what is in them
  std::vector<std::string> notes = {};     ///< what was left alone
};

/// Whether the folder lies where its path says, and not elsewhere behind a symbolic link.
core::Result<bool> IsInPlace(storage::FileSystem& files, const std::string& folder);

/// Call `visit` for every file below the root that may be one of the table. Nothing outside of the root is seen:
/// symbolic links to folders elsewhere, and folders that are Delta tables of their own, are left alone. Any error,
/// also of `visit`, ends it; Unsupported when one folder is there under two names.
core::Result<ListedFolders> ListTable(const storage::Environment& environment, const delta_log::Snapshot& snapshot,
                                      const std::function<core::Status(const ListedFile&)>& visit);

}  // namespace sluice::table

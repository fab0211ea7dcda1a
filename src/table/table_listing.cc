#include "table/table_listing.h"

#include <algorithm>
#include <deque>
#include <map>
#include <utility>

#include "storage/path.h"
#include "storage/temporary_name.h"

namespace sluice::table {
namespace {

constexpr std::string_view kChangeData = "_change_data";
constexpr std::string_view kLog = "_delta_log";

bool IsHidden(std::string_view name) { return name.starts_with('_') || name.starts_with('.'); }

/// One listing, folder by folder.
class Listing {
 public:
  Listing(const storage::Environment& environment, const delta_log::Snapshot& snapshot,
          const std::function<core::Status(const ListedFile&)>& visit)
      : environment_(environment), snapshot_(snapshot), names_(snapshot), visit_(visit) {}

  core::Result<ListedFolders> Run() {
    SLUICE_ASSIGN_OR_RETURN(const storage::FileInfo root, environment_.files.Stat(snapshot_.root));
    if (root.identity != 0) known_.emplace(root.identity, ".");
    SLUICE_TRY(List("", snapshot_.root));
    while (!waiting_.empty()) {
      SLUICE_TRY(environment_.cancellation.Check());
      const Folder folder = std::move(waiting_.front());
      waiting_.pop_front();
      SLUICE_TRY(CheckFirstName(folder));
      const std::string path = storage::JoinPath(snapshot_.root, folder.path);
      SLUICE_ASSIGN_OR_RETURN(const bool in_place, IsInPlace(environment_.files, path));
      if (!in_place) {
        found_.notes.push_back(storage::QuotedPath(folder.path) + " is a symbolic link and was left alone");
        continue;
      }
      SLUICE_TRY(List(folder.path, path));
      constexpr std::int64_t kNanosPerMilli = 1'000'000;
      found_.folders.push_back({folder.path, folder.info.mtime_ns / kNanosPerMilli});
    }
    return std::move(found_);
  }

 private:
  struct Folder {
    std::string path = {};  // from the root
    storage::FileInfo info = {};
  };

  core::Status List(const std::string& folder, const std::string& path) {
    SLUICE_ASSIGN_OR_RETURN(const std::vector<storage::FolderEntry> entries, environment_.files.ListNames(path));
    const bool other_table = !folder.empty() && std::ranges::any_of(entries, [](const storage::FolderEntry& entry) {
      return entry.directory && entry.name == kLog;
    });
    if (other_table) {
      found_.notes.push_back(storage::QuotedPath(folder) + " is a table of its own and was left alone");
      return core::Ok();
    }
    for (const storage::FolderEntry& entry : entries) {
      std::string below = folder.empty() ? entry.name : storage::JoinPath(folder, entry.name);
      const bool data = names_.MayBeData(entry.name, folder.empty());
      SLUICE_TRY(entry.directory ? TakeFolder(std::move(below), data) : TakeFile(std::move(below), entry.name, data));
    }
    return core::Ok();
  }

  core::Status TakeFile(std::string path, std::string_view name, bool data) {
    const bool temporary = storage::ParseTemporaryName(name).has_value();
    return data || temporary ? visit_({std::move(path), temporary}) : core::Ok();
  }

  core::Status TakeFolder(std::string path, bool data) {
    SLUICE_ASSIGN_OR_RETURN(auto info, environment_.files.StatIfExists(storage::JoinPath(snapshot_.root, path)));
    if (!info.has_value()) return core::Ok();  // gone since
    if (data) {
      waiting_.push_back({std::move(path), *std::move(info)});
    } else if (info->identity != 0) {
      known_.emplace(info->identity, std::move(path));  // a link beside it must not open it
    }
    return core::Ok();
  }

  // A file under a second name would look like one that nothing needs.
  core::Status CheckFirstName(const Folder& folder) {
    if (folder.info.identity == 0) return core::Ok();
    const auto [first, is_new] = known_.emplace(folder.info.identity, folder.path);
    if (is_new) return core::Ok();
    return core::Unsupported(storage::QuotedPath(folder.path) + " and " + storage::QuotedPath(first->second) + " in " +
                             storage::QuotedPath(snapshot_.root) + " are one folder")
        .WithHint("remove the symbolic link");
  }

  const storage::Environment& environment_;
  const delta_log::Snapshot& snapshot_;
  const TableNames names_;
  const std::function<core::Status(const ListedFile&)>& visit_;
  std::deque<Folder> waiting_;
  ListedFolders found_;
  std::map<std::uint64_t, std::string> known_;  // folders by identity; 0 says nothing
};

}  // namespace

TableNames::TableNames(const delta_log::Snapshot& snapshot) {
  for (const delta::Field* field : snapshot.PartitionFields()) {
    folder_beginnings_.push_back(field->name + "=");
    folder_beginnings_.push_back(field->physical_name + "=");
  }
}

bool TableNames::MayBeData(std::string_view name, bool top) const {
  if (name == ".." || name.empty()) return false;
  if (!IsHidden(name) || (top && name == kChangeData)) return true;
  return std::ranges::any_of(folder_beginnings_,
                             [name](const std::string& beginning) { return name.starts_with(beginning); });
}

bool TableNames::MayBeDataPath(std::string_view path) const {
  if (path.empty()) return false;
  for (bool top = true; !path.empty(); top = false) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    if (!MayBeData(path.substr(0, slash), top)) return false;
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return true;
}

core::Result<bool> IsInPlace(storage::FileSystem& files, const std::string& folder) {
  SLUICE_ASSIGN_OR_RETURN(const auto above, files.StatIfExists(folder + "/.."));
  if (!above.has_value()) return true;  // not a file system with links
  SLUICE_ASSIGN_OR_RETURN(const storage::FileInfo parent, files.Stat(storage::ParentPath(folder)));
  return above->identity == parent.identity;
}

core::Result<ListedFolders> ListTable(const storage::Environment& environment, const delta_log::Snapshot& snapshot,
                                      const std::function<core::Status(const ListedFile&)>& visit) {
  return Listing(environment, snapshot, visit).Run();
}

}  // namespace sluice::table

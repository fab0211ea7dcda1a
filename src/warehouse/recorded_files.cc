#include "warehouse/recorded_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "storage/path.h"
#include "storage/sha256.h"

namespace sluice::warehouse {
namespace {

constexpr int kDepthMax = 8;

core::Status FindFolders(storage::FileSystem& files, const std::string& path, int depth,
                         std::vector<std::string>& found) {
  SLUICE_ASSIGN_OR_RETURN(const std::vector<storage::FolderEntry> entries, files.ListNames(path));
  for (const storage::FolderEntry& entry : entries) {
    if (!entry.directory && entry.name == recorder::kManifestName) found.push_back(path);
    // Hidden folders are locks, states of runs, and the like.
    if (!entry.directory || depth == kDepthMax || entry.name.starts_with('.')) continue;
    SLUICE_TRY(FindFolders(files, storage::JoinPath(path, entry.name), depth + 1, found));
  }
  return core::Ok();
}

bool IsClosed(const recorder::Manifest& manifest, const recorder::ManifestFile& file) {
  return std::ranges::any_of(manifest.closes, [&file](const recorder::ManifestClose& close) {
    return close.recorder.empty() || close.recorder == file.recorder;
  });
}

core::Status NoteStrangers(storage::FileSystem& files, const recorder::Manifest& manifest, RecordedFolder& folder) {
  std::set<std::string_view> known;
  for (const recorder::ManifestFile& file : manifest.files) known.insert(file.file);
  SLUICE_ASSIGN_OR_RETURN(const std::vector<storage::FolderEntry> entries, files.ListNames(folder.path));
  for (const storage::FolderEntry& entry : entries) {
    if (entry.directory || !entry.name.ends_with(".parquet") || known.contains(entry.name)) continue;
    folder.notes.push_back(fmt::format("{} is not in the manifest, and not loaded",
                                       storage::QuotedPath(storage::JoinPath(folder.path, entry.name))));
  }
  return core::Ok();
}

core::Result<RecordedFolder> ReadFolder(storage::FileSystem& files, const std::string& path) {
  RecordedFolder folder{.path = path};
  SLUICE_ASSIGN_OR_RETURN(const recorder::Manifest manifest, recorder::ReadManifest(files, path));
  std::set<std::string> digests;
  for (const recorder::ManifestFile& file : manifest.files) {
    if (!IsClosed(manifest, file)) {
      ++folder.files_open;
      continue;
    }
    if (!digests.insert(file.sha256).second) {
      return core::Corruption(fmt::format("{}: {} has the bytes of another file; rows recorded twice are not loaded",
                                          storage::JoinPath(path, recorder::kManifestName), file.file));
    }
    folder.rows += file.rows;
    folder.files.push_back(file);
  }
  if (folder.files_open > 0) {
    folder.notes.push_back(fmt::format(
        "{}: {} of a recorder that is not closed; one that was killed is closed by 'sluice recorder recover'",
        storage::QuotedPath(path), folder.files_open == 1 ? "1 file" : std::to_string(folder.files_open) + " files"));
  }
  std::ranges::sort(folder.files, {}, [](const recorder::ManifestFile& file) {
    return std::pair<std::uint64_t, std::string_view>(file.sequence, file.file);
  });
  SLUICE_TRY(NoteStrangers(files, manifest, folder));
  return folder;
}

}  // namespace

core::Result<std::vector<RecordedFolder>> FindRecordedFolders(storage::FileSystem& files, const std::string& path) {
  const std::string root = storage::NormalPath(path);
  SLUICE_ASSIGN_OR_RETURN(const storage::FileInfo info, files.Stat(root));
  std::vector<std::string> paths;
  if (info.directory) SLUICE_TRY(FindFolders(files, root, 0, paths));
  if (paths.empty()) {
    return core::InvalidInput(fmt::format("{} is no recorder's folder: there is no {} in or below it",
                                          storage::QuotedPath(path), recorder::kManifestName))
        .WithHint("name the folder that a recorder wrote into, or one above it");
  }
  std::vector<RecordedFolder> folders;
  for (const std::string& found : paths) {
    SLUICE_ASSIGN_OR_RETURN(RecordedFolder folder, ReadFolder(files, found));
    folders.push_back(std::move(folder));
  }
  return folders;
}

core::Result<std::string> DamageOf(storage::FileSystem& files, const std::string& path,
                                   const recorder::ManifestFile& file) {
  SLUICE_ASSIGN_OR_RETURN(const auto info, files.StatIfExists(path));
  if (!info.has_value()) return std::string("the file is gone");
  if (info->bytes != file.bytes) {
    return fmt::format("the file has {} bytes, {} were recorded", info->bytes, file.bytes);
  }
  SLUICE_ASSIGN_OR_RETURN(const std::string sha256, storage::Sha256OfFile(files, path));
  if (sha256 != file.sha256) return std::string("the file was changed after it was recorded (sha256 differs)");
  return std::string();
}

}  // namespace sluice::warehouse

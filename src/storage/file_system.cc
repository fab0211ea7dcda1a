#include "storage/file_system.h"

#include <utility>

#include "storage/memory_stream.h"
#include "storage/path.h"

namespace sluice::storage {

core::Result<std::optional<FileInfo>> FileSystem::StatIfExists(const std::string& path) {
  core::Result<FileInfo> info = Stat(path);
  if (info.has_value()) return std::optional<FileInfo>(*std::move(info));
  if (info.error().kind() == core::ErrorKind::kNotFound) return std::optional<FileInfo>();
  return std::move(info).error();
}

core::Result<std::vector<FolderEntry>> FileSystem::ListNames(const std::string& directory) {
  SLUICE_ASSIGN_OR_RETURN(const std::vector<FileInfo> infos, List(directory));
  std::vector<FolderEntry> entries;
  for (const FileInfo& info : infos) entries.push_back({std::string(FileName(info.path)), info.directory});
  return entries;
}

core::Result<std::string> FileSystem::ReadAll(const std::string& path, std::uint64_t bytes_max,
                                              std::uint64_t bytes_expected) {
  SLUICE_ASSIGN_OR_RETURN(const std::unique_ptr<ByteStream> stream, OpenStream(path));
  core::Result<std::string> content = ReadToEnd(*stream, bytes_max, bytes_expected);
  if (content.has_value() || content.error().kind() != core::ErrorKind::kLimitExceeded) return content;
  return std::move(content).error().WithContext("while reading " + QuotedPath(path));
}

core::Status FileSystem::RenameNew(const std::string& from, const std::string& to) {
  return core::Unsupported("cannot rename " + QuotedPath(from) + " to " + QuotedPath(to) +
                           " without the risk of replacing it");
}

}  // namespace sluice::storage

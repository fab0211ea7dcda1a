#include "jobs/input_list.h"

#include <fmt/format.h>

#include <algorithm>

#include "jobs/table_input.h"
#include "storage/glob.h"
#include "storage/path.h"

namespace sluice::jobs {

using pipeline::InputFile;

core::Result<std::vector<std::string>> ExpandSources(const std::vector<std::string>& sources,
                                                     storage::FileSystem& files) {
  std::vector<std::string> found;
  for (const std::string& source : sources) {
    if (IsTable(source)) {
      found.push_back(source);
      continue;
    }
    if (source.find("://") != std::string::npos) {
      return core::Unsupported(fmt::format("'{}': sources of this kind are not in this version", source))
          .WithHint("copy files: csv, tsv, json, ndjson, txt, parquet");
    }
    const auto log = files.StatIfExists(storage::JoinPath(source, "_delta_log"));
    if (log && *log && (*log)->directory) {
      return core::InvalidInput(fmt::format("'{}' is a Delta table, not a file", source))
          .WithHint(fmt::format("say 'delta:{}'", source));
    }
    const std::vector<std::string> pattern = {source.starts_with("file:") ? source.substr(5) : source};
    SLUICE_ASSIGN_OR_RETURN(const auto paths, storage::ExpandGlobs(files, pattern));
    for (const std::string& path : paths) {
      if (std::find(found.begin(), found.end(), path) == found.end()) found.push_back(path);
    }
  }
  return found;
}

core::Result<InputFile> DescribeInput(const std::string& path, storage::FileSystem& files) {
  if (path == "-" || IsTable(path)) return InputFile{.path = path};
  SLUICE_ASSIGN_OR_RETURN(const storage::FileInfo info, files.Stat(path));
  if (info.directory) {
    return core::InvalidInput(fmt::format("{}: is a folder, not a file", path))
        .WithHint(fmt::format("name its files: '{}/*.csv'", path));
  }
  return InputFile{.path = path, .bytes = info.bytes, .mtime_ns = info.mtime_ns};
}

}  // namespace sluice::jobs

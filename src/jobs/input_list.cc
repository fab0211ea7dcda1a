#include "jobs/input_list.h"

#include <fmt/format.h>

#include "storage/glob.h"

namespace sluice::jobs {

using pipeline::InputFile;

core::Result<std::vector<std::string>> ExpandSources(const std::vector<std::string>& sources,
                                                     storage::FileSystem& files) {
  std::vector<std::string> patterns;
  for (const std::string& source : sources) {
    if (source.find("://") != std::string::npos || source.starts_with("delta:")) {
      return core::Unsupported(fmt::format("'{}': sources of this kind are not in this version", source))
          .WithHint("copy files: csv, tsv, json, ndjson, txt, parquet");
    }
    patterns.push_back(source.starts_with("file:") ? source.substr(5) : source);
  }
  return storage::ExpandGlobs(files, patterns);
}

core::Result<InputFile> DescribeInput(const std::string& path, storage::FileSystem& files) {
  if (path == "-") return InputFile{.path = path};
  SLUICE_ASSIGN_OR_RETURN(const storage::FileInfo info, files.Stat(path));
  if (info.directory) {
    return core::InvalidInput(fmt::format("{}: is a folder, not a file", path))
        .WithHint(fmt::format("name its files: '{}/*.csv'", path));
  }
  return InputFile{.path = path, .bytes = info.bytes, .mtime_ns = info.mtime_ns};
}

}  // namespace sluice::jobs

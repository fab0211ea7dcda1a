#include "jobs/copy_target.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "delta_log/log_listing.h"
#include "delta_log/table_location.h"
#include "jobs/input_format.h"
#include "jobs/table_input.h"

namespace sluice::jobs {
namespace {

constexpr const char* kLaterSchemes[] = {
    "postgresql://", "postgres://", "mysql://", "sqlite:", "duckdb:", "odbc:", "sqlserver://", "snowflake://", "s3://"};

constexpr std::size_t kRandomPrefixBytesMax = 2;

core::Status CheckFile(const std::string& path, CopyMode mode, storage::FileSystem& files) {
  if (mode == CopyMode::kAppend) {
    return core::UsageError(fmt::format("{}: rows cannot be appended to one Parquet file", path))
        .WithHint("append to a folder (DIR/), or say --mode overwrite");
  }
  SLUICE_ASSIGN_OR_RETURN(const auto existing, files.StatIfExists(path));
  if (existing && existing->directory) {
    return core::InvalidInput(fmt::format("{}: is a folder", path)).WithHint("write the target with a '/' at its end");
  }
  if (existing && mode == CopyMode::kCreate) {
    return core::AlreadyExists(fmt::format("{}: is already there", path))
        .WithHint("say --mode overwrite to replace it");
  }
  return core::Ok();
}

core::Status CheckFolder(CopyTarget& target, CopyMode mode, storage::FileSystem& files) {
  SLUICE_ASSIGN_OR_RETURN(const auto existing, files.StatIfExists(target.path));
  if (!existing) return core::Ok();
  if (!existing->directory) {
    return core::InvalidInput(fmt::format("{}: is a file, not a folder", target.path))
        .WithHint("a target that is one file ends in .parquet");
  }
  SLUICE_ASSIGN_OR_RETURN(const auto entries, files.List(target.path));
  for (const storage::FileInfo& entry : entries) {
    const std::string name = entry.path.substr(entry.path.rfind('/') + 1);
    if (name.starts_with('.')) continue;
    if (mode == CopyMode::kCreate) {
      return core::AlreadyExists(fmt::format("{}: the folder is there and holds {}", target.path, name))
          .WithHint("say --mode append to add files, or --mode overwrite to replace its Parquet files");
    }
    if (mode == CopyMode::kOverwrite && !entry.directory && name.ends_with(".parquet")) {
      target.superseded.push_back(entry.path);
    }
  }
  return core::Ok();
}

}  // namespace

core::Status CheckRoomForTable(const std::string& root, storage::FileSystem& files) {
  SLUICE_ASSIGN_OR_RETURN(const auto there, files.StatIfExists(root));
  if (!there) return core::Ok();
  if (!there->directory) {
    return core::InvalidInput(fmt::format("{} is a file, and a Delta table is a folder", root))
        .WithHint("name a new folder");
  }
  SLUICE_ASSIGN_OR_RETURN(const auto entries, files.List(root));
  for (const storage::FileInfo& entry : entries) {
    const std::string name = entry.path.substr(entry.path.rfind('/') + 1);
    const bool hidden = name.starts_with('.') || name.starts_with('_');
    const bool of_table = entry.directory ? name.find('=') != std::string::npos || name.size() <= kRandomPrefixBytesMax
                                          : name.starts_with("part-") && name.ends_with(".parquet");
    if (hidden || of_table) continue;
    return core::AlreadyExists(fmt::format("{}: the folder is there and holds {}, which is of no table", root, name))
        .WithHint(
            "name a new folder: 'sluice table vacuum' deletes what is in the table's folder and not of the table");
  }
  return core::Ok();
}

namespace {

core::Result<CopyTarget> ResolveTable(const std::string& target, CopyMode mode, storage::FileSystem& files) {
  SLUICE_ASSIGN_OR_RETURN(const auto location, delta_log::ParseTableLocation(files, target));
  if (location.version || location.timestamp_us) {
    return core::UsageError(fmt::format("'{}' names an old version, and only the newest one can be written", target));
  }
  CopyTarget resolved{.table = true, .path = location.root};
  // A folder of a log without a commit is what a killed creation leaves.
  const auto log = delta_log::ListLog(files, location.root);
  if (!log && log.error().kind() != core::ErrorKind::kNotFound) return log.error();
  resolved.table_exists = log.has_value();
  if (resolved.table_exists && mode == CopyMode::kCreate) {
    return core::AlreadyExists(fmt::format("{}: the table is already there", location.root))
        .WithHint("say --mode append to add rows, or --mode overwrite to replace them");
  }
  return resolved;
}

}  // namespace

core::Result<CopyTarget> ResolveCopyTarget(const std::string& target, CopyMode mode, storage::FileSystem& files) {
  if (IsTable(target)) return ResolveTable(target, mode, files);
  for (const char* scheme : kLaterSchemes) {
    if (target.starts_with(scheme)) {
      return core::Unsupported(fmt::format("targets of the kind '{}' are not in this version", scheme))
          .WithHint("write a Parquet file (out.parquet) or a folder of them (DIR/)");
    }
  }
  CopyTarget resolved;
  std::string path = target;
  for (const char* prefix : {"parquet:", "file:"}) {
    if (!path.starts_with(prefix)) continue;
    resolved.folder = std::string_view(prefix) == "parquet:";
    path.erase(0, std::string_view(prefix).size());
    break;
  }
  resolved.folder = resolved.folder || path.ends_with('/');
  if (!resolved.folder && !path.ends_with(".parquet")) {
    SLUICE_ASSIGN_OR_RETURN(const auto existing, files.StatIfExists(path));
    resolved.folder = existing && existing->directory;
    if (!resolved.folder) {
      return core::UsageError(fmt::format("'{}' is not a target", target))
          .WithHint("one file ends in .parquet; a folder is written DIR/ or parquet:DIR");
    }
  }
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  if (path.empty()) return core::UsageError("the target is empty");
  resolved.path = path;
  SLUICE_TRY(resolved.folder ? CheckFolder(resolved, mode, files) : CheckFile(path, mode, files));
  return resolved;
}

std::vector<std::string> OutputNames(const CopyTarget& target, const std::vector<std::string>& inputs) {
  if (!target.folder) return {target.path};
  std::vector<std::string> names;
  std::set<std::string> taken;
  for (const std::string& input : inputs) {
    const std::string stem = input == "-" ? "stdin" : StemOf(input);
    std::string name = stem;
    for (int number = 2; !taken.insert(name).second; ++number) name = fmt::format("{}-{}", stem, number);
    names.push_back(fmt::format("{}/{}.parquet", target.path, name));
  }
  return names;
}

}  // namespace sluice::jobs

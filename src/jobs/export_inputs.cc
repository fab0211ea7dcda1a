#include "jobs/export_inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "jobs/table_input.h"
#include "storage/checksum.h"
#include "storage/glob.h"

namespace sluice::jobs {

namespace {

core::Status AddTable(const std::string& name, const Environment& environment, ExportInputs& inputs) {
  const auto snapshot = OpenTableInput(name, environment);
  if (!snapshot && snapshot.error().kind() == core::ErrorKind::kNotFound) return core::Ok();
  SLUICE_TRY(snapshot);
  const std::string version = fmt::format("{}@v{}", (*snapshot)->root, (*snapshot)->version);
  inputs.undated.push_back(
      {.path = "delta:" + version, .checksum = storage::ChecksumOfBytes((*snapshot)->metadata.id + " " + version)});
  return core::Ok();
}

}  // namespace

core::Result<ExportInputs> FindExportInputs(const ExportSource& source, const Environment& environment) {
  storage::FileSystem& files = environment.files;
  ExportInputs inputs;
  std::set<std::string> taken;
  std::set<std::string> wrong;
  for (const NamePattern& pattern : source.files) {
    if (IsTable(pattern.text())) {
      SLUICE_TRY(AddTable(pattern.text(), environment, inputs));
      continue;
    }
    auto found = storage::ExpandGlob(files, pattern.Glob());
    if (!found && found.error().kind() == core::ErrorKind::kNotFound) continue;
    SLUICE_TRY(found);
    for (const std::string& path : *found) {
      const NamePattern::Match match = pattern.MatchPath(path);
      if (match.kind == NamePattern::Match::Kind::kWrongDate) wrong.insert(path);
      const bool dated = match.kind == NamePattern::Match::Kind::kDated;
      if ((!dated && match.kind != NamePattern::Match::Kind::kUndated) || !taken.insert(path).second) continue;
      SLUICE_ASSIGN_OR_RETURN(const storage::FileInfo info, files.Stat(path));
      pipeline::InputFile input{.path = path, .bytes = info.bytes, .mtime_ns = info.mtime_ns};
      (dated ? inputs.dated[match.date] : inputs.undated).push_back(std::move(input));
    }
  }
  std::set_difference(wrong.begin(), wrong.end(), taken.begin(), taken.end(), std::back_inserter(inputs.wrong_dates));
  const auto by_path = [](const pipeline::InputFile& a, const pipeline::InputFile& b) { return a.path < b.path; };
  for (auto& [date, list] : inputs.dated) std::sort(list.begin(), list.end(), by_path);
  std::sort(inputs.undated.begin(), inputs.undated.end(), by_path);
  return inputs;
}

}  // namespace sluice::jobs

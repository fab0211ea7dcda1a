#include "jobs/export_inputs.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "storage/glob.h"

namespace sluice::jobs {

core::Result<ExportInputs> FindExportInputs(const ExportSource& source, storage::FileSystem& files) {
  ExportInputs inputs;
  std::set<std::string> taken;
  std::set<std::string> wrong;
  for (const NamePattern& pattern : source.files) {
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

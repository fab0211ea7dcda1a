#include "table/table_case.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace sluice::table {
namespace {

namespace fs = std::filesystem;

const fs::path kTables = fs::path(SLUICE_SOURCE_DIR) / ".." / "shared" / "tables";

}  // namespace

std::string TableCase::Expected(const std::string& what) const {
  for (const char* ending : {"", ".parquet"}) {
    const fs::path path = fs::path(folder) / (what + ending);
    if (fs::exists(path)) return path.string();
  }
  return "";
}

std::vector<TableCase> FindTableCases() {
  std::vector<TableCase> cases;
  std::error_code error;
  for (fs::recursive_directory_iterator it(kTables, error), end; it != end; it.increment(error)) {
    if (it->path().filename() != "case.json") continue;
    const fs::path folder = it->path().parent_path();
    const fs::path inner = folder / "delta";
    TableCase found{.name = folder.lexically_relative(kTables).generic_string(),
                    .folder = folder.string(),
                    .root = (fs::exists(inner) ? inner : folder).string(),
                    .json = nlohmann::json::parse(std::ifstream(it->path()))};
    cases.push_back(std::move(found));
  }
  std::sort(cases.begin(), cases.end(), [](const TableCase& a, const TableCase& b) { return a.name < b.name; });
  return cases;
}

}  // namespace sluice::table

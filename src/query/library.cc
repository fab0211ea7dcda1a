#include "query/library.h"

#include <dlfcn.h>
#include <link.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "query/functions.h"

namespace sluice::query {
namespace {

constexpr const char* kFileName = "libduckdb.so";
constexpr int kMinorVersionMin = 4;  // of major version 1

std::string ExecutableFolder() {
  std::array<char, 4096> path{};
  const ssize_t length = ::readlink("/proc/self/exe", path.data(), path.size());
  if (length <= 0) return {};
  const std::string_view text(path.data(), static_cast<std::size_t>(length));
  return std::string(text.substr(0, text.rfind('/')));
}

/// Where the shared library with this code is; "" when the code is the executable's.
std::string OwnFolder() {
  Dl_info found{};
  void* loaded = nullptr;
  if (::dladdr1(reinterpret_cast<const void*>(&OwnFolder), &found, &loaded, RTLD_DL_LINKMAP) == 0) return {};
  const std::string_view path = static_cast<const link_map*>(loaded)->l_name;
  return std::string(path.substr(0, path.rfind('/') + 1));
}

// "v1.5.6", "1.4.0-dev12": at least 1.4. What cannot be read is taken for a build of somebody's own.
bool IsRecentEnough(std::string_view version) {
  if (version.starts_with('v')) version.remove_prefix(1);
  int major = 0;
  int minor = 0;
  const char* const end = version.data() + version.size();
  const auto [dot, major_error] = std::from_chars(version.data(), end, major);
  if (major_error != std::errc() || dot == end || *dot != '.') return true;
  const auto [rest, minor_error] = std::from_chars(dot + 1, end, minor);
  return minor_error != std::errc() || major > 1 || (major == 1 && minor >= kMinorVersionMin);
}

}  // namespace

Library::Library(std::string path, std::unique_ptr<Functions> functions)
    : path_(std::move(path)), functions_(std::move(functions)), version_(functions_->library_version()) {}

Library::~Library() = default;

std::vector<std::string> Library::SearchPaths() {
  const char* const chosen = std::getenv("SLUICE_DUCKDB_LIBRARY");
  if (chosen != nullptr && *chosen != '\0') return {chosen};
  std::vector<std::string> paths;
  if (const std::string folder = OwnFolder(); !folder.empty()) paths.push_back(folder + kFileName);
  const std::string folder = ExecutableFolder();
  if (!folder.empty()) {
    paths.push_back(folder + "/" + kFileName);
    paths.push_back(folder + "/../lib/" + kFileName);
  }
  paths.push_back(std::string(SLUICE_DUCKDB_FOLDER) + "/" + kFileName);
  paths.emplace_back(kFileName);
  return paths;
}

core::Result<std::shared_ptr<const Library>> Library::Load(const std::string& path) {
  const std::vector<std::string> paths = path.empty() ? SearchPaths() : std::vector{path};
  auto opened = core::SharedLibrary::Open("DuckDB's library (libduckdb.so)", paths);
  if (!opened.has_value()) {
    return std::move(opened).error().WithHint("run ./dev setup, or name the file in SLUICE_DUCKDB_LIBRARY");
  }
  auto functions = std::make_unique<Functions>();
  SLUICE_TRY(FindFunctions(*opened, *functions));
  std::shared_ptr<const Library> library(new Library(opened->path(), std::move(functions)));
  if (IsRecentEnough(library->version())) return library;
  return core::Unsupported(library->path() + " is DuckDB " + library->version() + "; 1.4 or later is needed");
}

}  // namespace sluice::query

#include "recorder/recorder_marker.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/byte_size.h"
#include "core/run_id.h"
#include "storage/path.h"
#include "storage/published_text.h"

namespace sluice::recorder {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kPrefix = ".recorder-";
constexpr std::string_view kSuffix = ".json";

std::string MarkerPath(const std::string& folder, std::string_view recorder) {
  return storage::JoinPath(folder, fmt::format("{}{}{}", kPrefix, recorder, kSuffix));
}

}  // namespace

std::string RecorderMarker::ToJson() const {
  return Json{{"v", 1},
              {"recorder", recorder},
              {"mapping", mapping},
              {"test_id", test_id},
              {"worker_id", worker_id},
              {"file_pattern", file_pattern},
              {"codec", codec},
              {"stamps_ticks", stamps_ticks},
              {"started", started},
              {"schema", Json::parse(schema.ToJson())}}
             .dump() +
         "\n";
}

core::Result<RecorderMarker> RecorderMarker::OfJson(std::string_view text) {
  try {
    const Json document = Json::parse(text);
    if (document.at("v").get<int>() != 1) return core::Unsupported("a recorder of a newer version");
    RecorderMarker marker;
    for (const auto& [name, member] : {std::pair("recorder", &RecorderMarker::recorder),
                                       {"mapping", &RecorderMarker::mapping},
                                       {"test_id", &RecorderMarker::test_id},
                                       {"worker_id", &RecorderMarker::worker_id},
                                       {"file_pattern", &RecorderMarker::file_pattern},
                                       {"codec", &RecorderMarker::codec},
                                       {"started", &RecorderMarker::started}}) {
      marker.*member = document.at(name).get<std::string>();
    }
    marker.stamps_ticks = document.at("stamps_ticks").get<bool>();
    SLUICE_ASSIGN_OR_RETURN(marker.schema, RecordSchema::OfJson(document.at("schema").dump()));
    return marker;
  } catch (const Json::exception& failure) {
    return core::Corruption(fmt::format("what a recorder left cannot be read: {}", failure.what()));
  }
}

core::Status WriteMarker(const storage::Environment& environment, const std::string& folder,
                         const RecorderMarker& marker) {
  return storage::PublishText(environment.files, MarkerPath(folder, marker.recorder), marker.ToJson(),
                              core::NewRunId(environment.clock, environment.random), storage::PublishMode::kCreate);
}

core::Result<std::vector<RecorderMarker>> ReadMarkers(const storage::Environment& environment,
                                                      const std::string& folder) {
  std::vector<RecorderMarker> markers;
  SLUICE_ASSIGN_OR_RETURN(const auto there, environment.files.StatIfExists(folder));
  if (!there.has_value()) return markers;
  SLUICE_ASSIGN_OR_RETURN(const auto entries, environment.files.ListNames(folder));
  for (const storage::FolderEntry& entry : entries) {
    if (entry.directory || !entry.name.starts_with(kPrefix) || !entry.name.ends_with(kSuffix)) continue;
    const std::string path = storage::JoinPath(folder, entry.name);
    SLUICE_ASSIGN_OR_RETURN(const std::string text, environment.files.ReadAll(path, core::kMiB));
    auto marker = RecorderMarker::OfJson(text);
    if (!marker.has_value()) return std::move(marker).error().WithPrefix(storage::QuotedPath(path) + ": ");
    markers.push_back(*std::move(marker));
  }
  return markers;
}

bool IsRingPath(std::string_view path) { return storage::FileName(path).starts_with("ring-"); }

// Rings go before what they are read with, and the marker goes last: until then all of it is found again.
core::Status RemoveRemains(storage::FileSystem& files, const std::string& folder, const RecorderMarker& marker) {
  SLUICE_TRY(RemoveIfThere(files, SpoolPath(folder, marker.recorder)));
  SLUICE_ASSIGN_OR_RETURN(const auto memory, ListMemory(files, marker));
  for (const std::string& path : memory) SLUICE_TRY(RemoveIfThere(files, path));
  if (!marker.mapping.empty()) SLUICE_TRY(RemoveIfThere(files, marker.mapping));
  return RemoveIfThere(files, MarkerPath(folder, marker.recorder));
}

core::Result<std::vector<std::string>> ListMemory(storage::FileSystem& files, const RecorderMarker& marker) {
  std::vector<std::string> paths;
  if (marker.mapping.empty()) return paths;
  SLUICE_ASSIGN_OR_RETURN(const auto there, files.StatIfExists(marker.mapping));
  if (!there.has_value()) return paths;
  SLUICE_ASSIGN_OR_RETURN(const auto entries, files.ListNames(marker.mapping));
  for (const bool rings : {true, false}) {
    for (const storage::FolderEntry& entry : entries) {
      if (IsRingPath(entry.name) == rings) paths.push_back(storage::JoinPath(marker.mapping, entry.name));
    }
  }
  return paths;
}

core::Status RemoveIfThere(storage::FileSystem& files, const std::string& path) {
  core::Status removed = files.Remove(path);
  if (!removed.has_value() && removed.error().kind() == core::ErrorKind::kNotFound) return core::Ok();
  return removed;
}

std::string SpoolPath(const std::string& folder, const std::string& recorder) {
  return storage::JoinPath(folder, ".spool-" + recorder);
}

std::string RingPath(const std::string& mapping, std::uint32_t ordinal) {
  return storage::JoinPath(mapping, fmt::format("ring-{}", ordinal));
}

std::string SymbolsPath(const std::string& mapping) { return storage::JoinPath(mapping, "symbols"); }
std::string ClockPath(const std::string& mapping) { return storage::JoinPath(mapping, "clock"); }

}  // namespace sluice::recorder

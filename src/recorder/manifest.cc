#include "recorder/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/byte_size.h"
#include "core/run_id.h"
#include "storage/path.h"
#include "storage/published_text.h"

namespace sluice::recorder {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kManifestBytesMax = 256 * core::kMiB;

Json ToJson(const ManifestFile& file) {
  Json line{{"v", 1},
            {"file", file.file},
            {"sequence", file.sequence},
            {"rows", file.rows},
            {"bytes", file.bytes},
            {"sha256", file.sha256}};
  line["min_time"] = file.min_time.has_value() ? Json(*file.min_time) : Json();
  line["max_time"] = file.max_time.has_value() ? Json(*file.max_time) : Json();
  line["schema_hash"] = file.schema_hash;
  line["recorder"] = file.recorder;
  line["recovered"] = file.recovered;
  line["created"] = file.created;
  return line;
}

Json ToJson(const ManifestClose& close) {
  return {{"v", 1},
          {"closed", true},
          {"recorder", close.recorder},
          {"accepted", close.accepted},
          {"landed", close.landed},
          {"dropped", close.dropped},
          {"recovered", close.recovered},
          {"blocked_ns", close.blocked_ns},
          {"files", close.files}};
}

std::optional<std::string> TextOrNull(const Json& line, const char* name) {
  const auto found = line.find(name);
  if (found == line.end() || found->is_null()) return std::nullopt;
  return found->get<std::string>();
}

/// Throws what nlohmann throws for a member that is missing or of another type.
void ReadLine(const Json& line, Manifest& manifest) {
  if (line.value("closed", false)) {
    manifest.closes.push_back({.recorder = line.value("recorder", std::string()),
                               .accepted = line.at("accepted").get<std::uint64_t>(),
                               .landed = line.at("landed").get<std::uint64_t>(),
                               .dropped = line.at("dropped").get<std::uint64_t>(),
                               .recovered = line.value("recovered", std::uint64_t{0}),
                               .blocked_ns = line.value("blocked_ns", std::uint64_t{0}),
                               .files = line.at("files").get<std::uint64_t>()});
    return;
  }
  manifest.files.push_back({.file = line.at("file").get<std::string>(),
                            .sequence = line.at("sequence").get<std::uint64_t>(),
                            .rows = line.at("rows").get<std::uint64_t>(),
                            .bytes = line.at("bytes").get<std::uint64_t>(),
                            .sha256 = line.at("sha256").get<std::string>(),
                            .min_time = TextOrNull(line, "min_time"),
                            .max_time = TextOrNull(line, "max_time"),
                            .schema_hash = line.value("schema_hash", std::string()),
                            .recorder = line.value("recorder", std::string()),
                            .recovered = line.value("recovered", false),
                            .created = line.value("created", std::string())});
}

// A name that leads elsewhere would let a foreign manifest have any file loaded and deleted.
bool IsPlainName(std::string_view name) {
  return !name.empty() && name.find('/') == std::string_view::npos && name != "." && name != "..";
}

}  // namespace

std::uint64_t Manifest::NextSequence() const {
  std::uint64_t next = 0;
  for (const ManifestFile& file : files) next = std::max(next, file.sequence + 1);
  return next;
}

std::string Manifest::ToText() const {
  std::string text;
  for (const ManifestFile& file : files) text += ToJson(file).dump() + "\n";
  for (const ManifestClose& close : closes) text += ToJson(close).dump() + "\n";
  return text;
}

core::Result<Manifest> ParseManifest(std::string_view text, const std::string& where) {
  Manifest manifest;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) break;  // torn: a process died while it wrote
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    try {
      const Json parsed = Json::parse(line);
      if (parsed.at("v").get<int>() != 1) {
        return core::Unsupported(
            fmt::format("{}: line {}: version {}; this one knows 1", where, number, parsed.at("v").get<int>()));
      }
      ReadLine(parsed, manifest);
    } catch (const Json::exception& failure) {
      return core::Corruption(fmt::format("{}: line {}: {}", where, number, failure.what()));
    }
    if (!manifest.files.empty() && !IsPlainName(manifest.files.back().file)) {
      return core::Corruption(fmt::format("{}: line {}: {} is not the name of a file in this folder", where, number,
                                          storage::QuotedPath(manifest.files.back().file)));
    }
  }
  return manifest;
}

core::Result<Manifest> ReadManifest(storage::FileSystem& files, const std::string& folder) {
  const std::string path = storage::JoinPath(folder, kManifestName);
  SLUICE_ASSIGN_OR_RETURN(const auto there, files.StatIfExists(path));
  if (!there.has_value()) return Manifest();
  SLUICE_ASSIGN_OR_RETURN(const std::string text, files.ReadAll(path, kManifestBytesMax));
  return ParseManifest(text, path);
}

core::Status WriteManifest(const storage::Environment& environment, const std::string& folder,
                           const Manifest& manifest) {
  return storage::PublishText(environment.files, storage::JoinPath(folder, kManifestName), manifest.ToText(),
                              core::NewRunId(environment.clock, environment.random), storage::PublishMode::kReplace);
}

}  // namespace sluice::recorder

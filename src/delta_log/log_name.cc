#include "delta_log/log_name.h"

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace sluice::delta_log {
namespace {

constexpr std::size_t kVersionDigits = 20;
constexpr std::size_t kPartDigits = 10;
constexpr std::size_t kUuidLength = 36;

/// Reads a name from left to right.
class Scanner {
 public:
  explicit Scanner(std::string_view name) : rest_(name) {}

  template <typename Number>
  bool Digits(std::size_t count, Number& value) {
    if (rest_.size() < count) return false;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + count, value);
    if (error != std::errc() || end != rest_.data() + count || rest_.front() == '-') return false;
    rest_.remove_prefix(count);
    return true;
  }
  bool Text(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  bool Uuid() {
    const auto allowed = [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == '-';
    };
    if (rest_.size() < kUuidLength || !std::ranges::all_of(rest_.substr(0, kUuidLength), allowed)) return false;
    rest_.remove_prefix(kUuidLength);
    return true;
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

std::optional<LogName> ParseCheckpoint(Scanner scanner, LogName name) {
  if (scanner.rest() == "parquet") {
    name.kind = LogNameKind::kClassicCheckpoint;
    return name;
  }
  Scanner part = scanner;
  if (part.Digits(kPartDigits, name.part) && part.Text(".") && part.Digits(kPartDigits, name.parts) &&
      part.rest() == ".parquet") {
    if (name.parts < 2 || name.part < 1 || name.part > name.parts) return std::nullopt;
    name.kind = LogNameKind::kCheckpointPart;
    return name;
  }
  name.part = name.parts = 0;
  if (!scanner.Uuid()) return std::nullopt;
  if (scanner.rest() == ".json") {
    name.kind = LogNameKind::kUuidCheckpointJson;
    return name;
  }
  if (scanner.rest() != ".parquet") return std::nullopt;
  name.kind = LogNameKind::kUuidCheckpointParquet;
  return name;
}

std::string InLog(std::string_view root, std::string_view name) {
  std::string path = LogFolder(root);
  path.push_back('/');
  return path.append(name);
}

}  // namespace

std::optional<LogName> ParseLogName(std::string_view name) {
  Scanner scanner(name);
  LogName result;
  if (!scanner.Digits(kVersionDigits, result.version) || !scanner.Text(".")) return std::nullopt;
  result.last_version = result.version;
  if (scanner.rest() == "json") return result;
  if (scanner.rest() == "crc") {
    result.kind = LogNameKind::kChecksum;
    return result;
  }
  if (scanner.Text("checkpoint.")) return ParseCheckpoint(scanner, result);
  if (!scanner.Digits(kVersionDigits, result.last_version) || scanner.rest() != ".compacted.json") return std::nullopt;
  if (result.last_version <= result.version) return std::nullopt;
  result.kind = LogNameKind::kCompaction;
  return result;
}

std::string VersionText(std::int64_t version) {
  const std::string digits = std::to_string(version);
  return std::string(kVersionDigits - std::min(digits.size(), kVersionDigits), '0') + digits;
}

std::string LogFolder(std::string_view root) { return std::string(root) + "/_delta_log"; }

std::string SidecarFolder(std::string_view root) { return InLog(root, "_sidecars"); }

std::string CommitPath(std::string_view root, std::int64_t version) {
  return InLog(root, VersionText(version) + ".json");
}

std::string ChecksumPath(std::string_view root, std::int64_t version) {
  return InLog(root, VersionText(version) + ".crc");
}

std::string ClassicCheckpointPath(std::string_view root, std::int64_t version) {
  return InLog(root, VersionText(version) + ".checkpoint.parquet");
}

std::string UuidCheckpointPath(std::string_view root, std::int64_t version, std::string_view uuid,
                               std::string_view suffix) {
  std::string name = VersionText(version) + ".checkpoint.";
  name.append(uuid).append(".").append(suffix);
  return InLog(root, name);
}

std::string CompactionPath(std::string_view root, std::int64_t first, std::int64_t last) {
  return InLog(root, VersionText(first) + "." + VersionText(last) + ".compacted.json");
}

std::string LastCheckpointPath(std::string_view root) { return InLog(root, "_last_checkpoint"); }

}  // namespace sluice::delta_log

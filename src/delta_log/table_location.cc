#include "delta_log/table_location.h"

#include <arrow/scalar.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "delta/partition_value.h"
#include "delta/path.h"
#include "delta_log/time_travel.h"

namespace sluice::delta_log {
namespace {

constexpr std::int64_t kMicrosPerDay = std::int64_t{86'400} * 1'000'000;
constexpr std::string_view kDelta = "delta:";
constexpr std::string_view kFile = "file:";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// "file:///a", "file:/a" and "file://localhost/a" as paths; other text as it is.
core::Result<std::string> PathOf(std::string_view text) {
  if (!text.starts_with(kFile)) {
    const std::size_t scheme = text.find("://");
    if (scheme != std::string_view::npos && text.substr(0, scheme).find('/') == std::string_view::npos) {
      return core::Unsupported(
          fmt::format("'{}': tables are read from folders, not from {}:", text, text.substr(0, scheme)));
    }
    return std::string(text);
  }
  std::string path = delta::DecodePath(text.substr(kFile.size()));
  for (const std::string_view host : {"//localhost/", "///"}) {
    if (path.starts_with(host)) return path.substr(host.size() - 1);
  }
  if (path.starts_with("//")) return core::Unsupported(fmt::format("'{}': a file on another host", text));
  return path;
}

core::Result<std::string> RootOf(std::string_view text) {
  SLUICE_ASSIGN_OR_RETURN(std::string path, PathOf(text));
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  if (path.empty()) return core::InvalidInput("the location of the table is empty").WithHint("name its folder");
  return path;
}

std::optional<std::int64_t> ParseMoment(const std::string& text) {
  const auto moment = delta::ParsePartitionValue(text, {.kind = delta::TypeKind::kTimestamp});
  if (moment.has_value() && (*moment)->is_valid) return static_cast<const arrow::TimestampScalar&>(**moment).value;
  const auto date = delta::ParsePartitionValue(text, {.kind = delta::TypeKind::kDate});
  if (!date.has_value() || !(*date)->is_valid) return std::nullopt;
  return static_cast<const arrow::Date32Scalar&>(**date).value * kMicrosPerDay;
}

}  // namespace

core::Result<TableLocation> ParseTableLocation(storage::FileSystem& files, std::string_view text) {
  if (text.starts_with(kDelta)) text.remove_prefix(kDelta.size());
  TableLocation location;
  SLUICE_ASSIGN_OR_RETURN(location.root, RootOf(text));
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos || text.find('/', at) != std::string_view::npos) return location;
  SLUICE_ASSIGN_OR_RETURN(const auto literal, files.StatIfExists(location.root));
  if (literal.has_value()) return location;
  const std::string when(text.substr(at + 1));
  SLUICE_ASSIGN_OR_RETURN(location.root, RootOf(text.substr(0, at)));
  if (when.starts_with('v') && when.size() > 1 && std::ranges::all_of(when.substr(1), IsDigit)) {
    const auto [end, error] = std::from_chars(when.data() + 1, when.data() + when.size(), location.version.emplace());
    if (error == std::errc()) return location;
  } else if (!when.empty() && IsDigit(when.front())) {
    location.timestamp_us = ParseMoment(when);
    if (location.timestamp_us.has_value()) return location;
  }
  return core::InvalidInput(fmt::format("'{}': '@{}' is no version and no time", text, when))
      .WithHint("write PATH@v3 or PATH@2026-01-01T00:00:00Z");
}

core::Result<std::optional<std::int64_t>> ResolveVersion(const storage::Environment& environment,
                                                         const TableLocation& location) {
  if (!location.timestamp_us.has_value()) return location.version;
  SLUICE_ASSIGN_OR_RETURN(const std::int64_t version,
                          ResolveTimestamp(environment, location.root, *location.timestamp_us));
  return std::optional<std::int64_t>(version);
}

}  // namespace sluice::delta_log

#include "warehouse/load_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "storage/path.h"

namespace sluice::warehouse {
namespace {

using Json = nlohmann::ordered_json;

std::optional<core::Error> FirstFailure(const LoadReport& report) {
  const auto failed = std::ranges::find(report.files, LoadState::kFailed, &FileReport::status);
  if (failed == report.files.end()) return std::nullopt;
  const std::uint64_t others = report.CountOf(LoadState::kFailed) - 1;
  return core::InvalidInput(fmt::format("{} was not loaded: {}{}", storage::QuotedPath(failed->file), failed->reason,
                                        others == 0 ? "" : fmt::format(" (and {} more)", others)))
      .WithHint("the files are kept; repair the cause, then run the same command with --retry-failed");
}

}  // namespace

std::uint64_t LoadReport::CountOf(LoadState state) const {
  return static_cast<std::uint64_t>(std::ranges::count(files, state, &FileReport::status));
}

bool LoadReport::exact() const { return rows_loaded + rows_rejected == rows_recorded; }

bool LoadReport::rejected() const {
  return std::ranges::any_of(files, [](const FileReport& file) { return !file.earlier && file.rows_rejected > 0; });
}

std::optional<core::Error> LoadReport::Verdict() const {
  if (stop.has_value()) return stop;
  if (dry_run) return std::nullopt;
  if (const std::uint64_t unknown = CountOf(LoadState::kUnknown) + CountOf(LoadState::kSubmitted); unknown > 0) {
    return core::OutcomeUnknown(
               fmt::format("it is not known whether {} of {} files were loaded", unknown, files.size()))
        .WithHint("the files are kept; run the same command again: it looks at the target first");
  }
  if (auto failure = FirstFailure(*this)) return failure;
  if (!exact()) {
    return core::InvalidInput(fmt::format("{} of {} recorded rows are loaded", rows_loaded, rows_recorded))
        .WithHint("the files are kept; run the same command again");
  }
  if (files_open > 0) {
    return core::Conflict(fmt::format("{} of a recorder that is not closed {} left alone",
                                      files_open == 1 ? "1 file" : std::to_string(files_open) + " files",
                                      files_open == 1 ? "was" : "were"))
        .WithHint("load again after it was closed, or recover what a killed one left");
  }
  return std::nullopt;
}

std::string LoadReport::ToJson(int indent) const {
  Json object{{"target", target}, {"dry_run", dry_run}, {"files", Json::array()}};
  for (const FileReport& file : files) {
    Json& entry = object["files"].emplace_back(Json{{"file", file.file},
                                                    {"rows", file.rows},
                                                    {"rows_loaded", file.rows_loaded},
                                                    {"status", LoadStateName(file.status)},
                                                    {"attempts", file.attempts},
                                                    {"query_id", file.query_id}});
    if (file.rows_rejected > 0) entry["rows_rejected"] = file.rows_rejected;
    if (!file.reason.empty()) entry["reason"] = file.reason;
  }
  object["rows_recorded"] = rows_recorded;
  object["rows_loaded"] = rows_loaded;
  object["rows_rejected"] = rows_rejected;
  object["bytes_uploaded"] = bytes_uploaded;
  object["duration_ms"] = {{"put", put_ms}, {"copy", copy_ms}, {"cleanup", cleanup_ms}};
  object["warnings"] = notes;
  if (const auto verdict = Verdict()) {
    object["error"] = {
        {"kind", core::ErrorKindName(verdict->kind())}, {"message", verdict->message()}, {"hint", verdict->hint()}};
  }
  return object.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace sluice::warehouse

#include "sluice/load.h"

#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

#include "core/waiter.h"
#include "library/engine_state.h"
#include "library/guarded.h"
#include "warehouse/load_by_url.h"

namespace sluice {
namespace {

std::optional<std::string> ProcessVariable(const std::string& name) {
  const char* const text = std::getenv(name.c_str());
  return text == nullptr ? std::nullopt : std::optional<std::string>(text);
}

warehouse::LoadOptions ToRoom(const LoadOptions& options) {
  return {.keep = options.keep,
          .create = options.create,
          .retry_failed = options.retry_failed,
          .dry_run = options.dry_run,
          .collect_garbage = options.collect_garbage,
          .recover = options.recover,
          .skip_bad_rows = options.skip_bad_rows,
          .json_columns = options.json_columns,
          .parallel = options.parallel,
          .retry_for = options.retry_for,
          .command = "a program that loads with libsluice"};
}

// The room's states, in its order.
static_assert(static_cast<int>(LoadState::kCleaned) == static_cast<int>(warehouse::LoadState::kCleaned));
static_assert(static_cast<int>(LoadState::kUnknown) == static_cast<int>(warehouse::LoadState::kUnknown));

LoadReport ToPublic(warehouse::LoadReport report) {
  const std::optional<core::Error> verdict = report.Verdict();
  LoadReport made{.target = std::move(report.target),
                  .dry_run = report.dry_run,
                  .rows_recorded = report.rows_recorded,
                  .rows_loaded = report.rows_loaded,
                  .rows_rejected = report.rows_rejected,
                  .bytes_uploaded = report.bytes_uploaded,
                  .files_open = report.files_open,
                  .acts = report.acts,
                  .put_time = std::chrono::milliseconds(report.put_ms),
                  .copy_time = std::chrono::milliseconds(report.copy_ms),
                  .cleanup_time = std::chrono::milliseconds(report.cleanup_ms),
                  .notes = std::move(report.notes)};
  if (verdict) made.verdict = library::ToPublic(*verdict);
  made.files.reserve(report.files.size());
  for (warehouse::FileReport& file : report.files) {
    made.files.push_back({.path = std::move(file.file),
                          .rows = file.rows,
                          .rows_loaded = file.rows_loaded,
                          .rows_rejected = file.rows_rejected,
                          .state = static_cast<LoadState>(file.status),
                          .attempts = file.attempts,
                          .query_id = std::move(file.query_id),
                          .reason = std::move(file.reason),
                          .earlier = file.earlier});
  }
  return made;
}

}  // namespace

std::string_view LoadStateName(LoadState state) {
  return warehouse::LoadStateName(static_cast<warehouse::LoadState>(state));
}

Result<LoadReport> Load(const Engine& engine, std::string_view directory, std::string_view target,
                        const LoadOptions& options) {
  return library::Guarded([&]() -> core::Result<LoadReport> {
    if (options.parallel == 0) return core::InvalidInput("parallel: at least one file has to be on its way");
    const warehouse::LoadRequest request{.folder = std::string(directory),
                                         .target = std::string(target),
                                         .options = ToRoom(options),
                                         .variable = options.variable ? options.variable : ProcessVariable};
    core::SleepingWaiter waiter;
    SLUICE_ASSIGN_OR_RETURN(warehouse::LoadReport report,
                            warehouse::LoadByUrl(engine.state()->environment, waiter, request));
    return ToPublic(std::move(report));
  });
}

}  // namespace sluice

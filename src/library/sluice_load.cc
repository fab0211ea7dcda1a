#include "sluice/sluice_load.h"

#include <algorithm>
#include <exception>
#include <string>
#include <string_view>

#include "sluice/load.h"

namespace sluice {
namespace {

std::string& LastError() {
  static thread_local std::string error;
  return error;
}

LoadOptions OptionsOf(const sluice_load_options& from) {
  LoadOptions options{.keep = from.keep,
                      .create = from.create,
                      .retry_failed = from.retry_failed,
                      .dry_run = from.dry_run,
                      .collect_garbage = from.collect_garbage,
                      .recover = from.recover,
                      .skip_bad_rows = from.skip_bad_rows,
                      .parallel = from.parallel,
                      .retry_for = std::chrono::milliseconds(from.retry_for_ms)};
  std::string_view rest = from.json_columns == nullptr ? "" : from.json_columns;
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    if (comma > 0) options.json_columns.emplace_back(rest.substr(0, comma));
    rest.remove_prefix(std::min(rest.size(), comma + 1));
  }
  return options;
}

sluice_load_report ReportOf(const LoadReport& from) {
  sluice_load_report report{};
  report.files = from.files.size();
  for (const LoadedFile& file : from.files) {
    switch (file.state) {
      case LoadState::kLoaded:
      case LoadState::kCleaned: ++report.files_loaded; break;
      case LoadState::kFailed: ++report.files_failed; break;
      case LoadState::kSubmitted:
      case LoadState::kUnknown: ++report.files_unknown; break;
      case LoadState::kSealed:
      case LoadState::kStaged: break;
    }
  }
  report.files_open = from.files_open;
  report.rows_recorded = from.rows_recorded;
  report.rows_loaded = from.rows_loaded;
  report.rows_rejected = from.rows_rejected;
  report.bytes_uploaded = from.bytes_uploaded;
  return report;
}

bool Fail(const Error& error) {
  LastError() = error.ToString();
  return false;
}

bool LoadForC(const char* directory, const char* target, const sluice_load_options& options,
              sluice_load_report* report) {
  const auto engine = Engine::Start();
  if (!engine) return Fail(engine.error());
  const auto loaded = Load(*engine, directory, target, OptionsOf(options));
  if (!loaded) return Fail(loaded.error());
  if (report != nullptr) *report = ReportOf(*loaded);
  return loaded->verdict ? Fail(*loaded->verdict) : true;
}

}  // namespace
}  // namespace sluice

void sluice_load_default_options(sluice_load_options* options) {
  *options = {};
  options->parallel = sluice::LoadOptions().parallel;
}

bool sluice_load(const char* directory, const char* target, const sluice_load_options* options,
                 sluice_load_report* report) {
  // Nothing may be thrown into C.
  try {
    sluice_load_options defaults;
    sluice_load_default_options(&defaults);
    if (report != nullptr) *report = {};
    return sluice::LoadForC(directory, target, options == nullptr ? defaults : *options, report);
  } catch (const std::exception& error) {
    try {
      sluice::LastError() = error.what();
    } catch (...) {
      sluice::LastError().clear();
    }
    return false;
  }
}

const char* sluice_load_last_error(void) { return sluice::LastError().c_str(); }

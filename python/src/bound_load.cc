#include "bound_load.h"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

namespace nb = nanobind;

namespace sluice::python {
namespace {

template <typename T>
void Take(const nb::dict& options, const char* name, T& to) {
  if (options.contains(name)) to = nb::cast<T>(options[name]);
}

LoadOptions OptionsOf(const nb::dict& given) {
  LoadOptions options;
  Take(given, "keep", options.keep);
  Take(given, "create", options.create);
  Take(given, "retry_failed", options.retry_failed);
  Take(given, "recover", options.recover);
  Take(given, "collect_garbage", options.collect_garbage);
  Take(given, "skip_bad_rows", options.skip_bad_rows);
  Take(given, "json_columns", options.json_columns);
  Take(given, "parallel", options.parallel);
  double retry_seconds = 0;
  Take(given, "retry_for", retry_seconds);
  options.retry_for = std::chrono::milliseconds(static_cast<std::int64_t>(retry_seconds * 1000 + 0.5));
  return options;
}

Engine StartEngine() {
  auto engine = Engine::Start();
  if (!engine.ok()) throw std::runtime_error(engine.error().ToString());
  return *std::move(engine);
}

nb::dict ToDict(const Error& error) {
  nb::dict made;
  made["kind"] = std::string(ErrorKindName(error.kind));
  made["message"] = error.message;
  made["hint"] = error.hint;
  return made;
}

nb::dict ToDict(const LoadedFile& file) {
  nb::dict made;
  made["file"] = file.path;
  made["rows"] = file.rows;
  made["rows_loaded"] = file.rows_loaded;
  made["status"] = std::string(LoadStateName(file.state));
  made["attempts"] = file.attempts;
  made["query_id"] = file.query_id;
  if (file.rows_rejected > 0) made["rows_rejected"] = file.rows_rejected;
  if (!file.reason.empty()) made["reason"] = file.reason;
  return made;
}

nb::dict ToDict(const LoadReport& report) {
  nb::dict made;
  nb::list files;
  for (const LoadedFile& file : report.files) files.append(ToDict(file));
  nb::dict times;
  times["put"] = report.put_time.count();
  times["copy"] = report.copy_time.count();
  times["cleanup"] = report.cleanup_time.count();
  made["target"] = report.target;
  made["files"] = files;
  made["rows_recorded"] = report.rows_recorded;
  made["rows_loaded"] = report.rows_loaded;
  made["rows_rejected"] = report.rows_rejected;
  made["bytes_uploaded"] = report.bytes_uploaded;
  made["duration_ms"] = times;
  made["warnings"] = report.notes;
  if (report.verdict) made["error"] = ToDict(*report.verdict);
  return made;
}

}  // namespace

BoundLoad::BoundLoad(std::string directory, std::string target, const nb::dict& options)
    : directory_(std::move(directory)),
      target_(std::move(target)),
      options_(OptionsOf(options)),
      engine_(StartEngine()) {}

nb::dict BoundLoad::Run() {
  const auto report = [this] {
    const nb::gil_scoped_release release;
    return Load(engine_, directory_, target_, options_);
  }();
  if (report.ok()) return ToDict(*report);
  nb::dict failed;
  failed["error"] = ToDict(report.error());
  return failed;
}

}  // namespace sluice::python

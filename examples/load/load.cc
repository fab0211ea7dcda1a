// load DIRECTORY TARGET: record some calls, then load everything that was recorded in DIRECTORY into a table, once.
// TARGET is a URL: duckdb:FILE?table=t, delta:DIR, postgresql://user@host/db?table=s.t, …
#include <sluice/load.h>
#include <sluice/recorder.h>

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <tuple>

namespace {

using Count = unsigned long long;

struct Call {
  std::int64_t id = 0;
  std::string_view statement = {};
  double ms = 0;

  static constexpr std::tuple kFields{sluice::Field("id", &Call::id), sluice::Field("statement", &Call::statement),
                                      sluice::Field("ms", &Call::ms)};
};

int Fail(const sluice::Error& error) {
  std::fprintf(stderr, "%s\n", error.ToString().c_str());
  return 1;
}

sluice::Result<sluice::CloseReport> Record(const std::string& directory) {
  auto recorder = sluice::Recorder<Call>::Open({.directory = directory}, "demo", "load");
  if (!recorder) return recorder.error();
  for (std::int64_t id = 0; id < 1000; ++id) (*recorder)->Append({.id = id, .statement = "SELECT 1", .ms = 0.25});
  return (*recorder)->Close();
}

/// The name of a file without its folders.
std::string NameOf(const std::string& path) { return path.substr(path.rfind('/') + 1); }

void Print(const sluice::LoadReport& report) {
  for (const sluice::LoadedFile& file : report.files) {
    std::printf("%s: %s, %llu of %llu rows\n", NameOf(file.path).c_str(),
                std::string(sluice::LoadStateName(file.state)).c_str(), static_cast<Count>(file.rows_loaded),
                static_cast<Count>(file.rows));
  }
  for (const std::string& note : report.notes) std::printf("note: %s\n", note.c_str());
  std::printf("%llu of %llu rows are in the table\n", static_cast<Count>(report.rows_loaded),
              static_cast<Count>(report.rows_recorded));
}

}  // namespace

int main(int count, char** words) {
  if (count != 3) {
    std::fprintf(stderr, "usage: load DIRECTORY TARGET\n");
    return 64;
  }
  const auto closed = Record(words[1]);
  if (!closed) return Fail(closed.error());
  std::printf("recorded %llu rows\n", static_cast<Count>(closed->landed));

  const auto engine = sluice::Engine::Start();
  if (!engine) return Fail(engine.error());
  // What keeps the load from beginning is an error; what became of each file is in the report.
  const auto report = sluice::Load(*engine, words[1], words[2], {.create = true});
  if (!report) return Fail(report.error());
  Print(*report);
  // Files that are not in the table are still in DIRECTORY: the next load goes on with them.
  return report->verdict ? Fail(*report->verdict) : 0;
}

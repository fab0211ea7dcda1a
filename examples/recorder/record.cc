// record DIRECTORY: calls of a service recorded by two threads.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string_view>
#include <thread>
#include <tuple>

#include "sluice/recorder.h"

namespace {

/// The columns are the members; what is optional can be null.
struct Call {
  std::int64_t id = 0;
  std::chrono::sys_time<std::chrono::microseconds> started = {};
  std::string_view statement = {};
  std::optional<double> ms = {};
  sluice::Symbol kind = {};

  static constexpr std::tuple kFields{sluice::Field("id", &Call::id), sluice::Field("started", &Call::started),
                                      sluice::Field("statement", &Call::statement), sluice::Field("ms", &Call::ms),
                                      sluice::Field("kind", &Call::kind)};
};

constexpr std::int64_t kCallsPerThread = 50'000;

void Work(sluice::Recorder<Call>& recorder, std::int64_t first, sluice::Symbol kind) {
  using std::chrono::microseconds, std::chrono::system_clock, std::chrono::time_point_cast;
  for (std::int64_t id = first; id < first + kCallsPerThread; ++id) {
    // False would mean: refused and counted, by the policy of the options.
    if (!recorder.Append({.id = id,
                          .started = time_point_cast<microseconds>(system_clock::now()),
                          .statement = "SELECT 1",
                          .ms = id % 2 == 0 ? std::optional(0.25) : std::nullopt,
                          .kind = kind})) {
      return;
    }
  }
}

int Fail(const sluice::Error& error) {
  std::fprintf(stderr, "%s\n", error.ToString().c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: record DIRECTORY\n");
    return 64;
  }
  auto opened = sluice::Recorder<Call>::Open({.directory = argv[1]}, "demo", "cpp");
  if (!opened) return Fail(opened.error());
  sluice::Recorder<Call>& recorder = **opened;
  // Texts that many rows have are given a number once, outside the hot part.
  const sluice::Symbol reads = recorder.Intern("read");
  const sluice::Symbol writes = recorder.Intern("write");
  std::thread other([&] { Work(recorder, kCallsPerThread, writes); });
  Work(recorder, 0, reads);
  other.join();
  const auto closed = recorder.Close();
  if (!closed) return Fail(closed.error());
  std::printf("accepted %llu, landed %llu, dropped %llu, files %llu\n",
              static_cast<unsigned long long>(closed->accepted), static_cast<unsigned long long>(closed->landed),
              static_cast<unsigned long long>(closed->dropped), static_cast<unsigned long long>(closed->files));
  return 0;
}

#include "recorder/tick_clock.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <string>
#include <utility>

#include "storage/local_file_system.h"

namespace sluice::recorder {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr int kTries = 8;

std::int64_t Ticks() {
#if defined(__x86_64__)
  return static_cast<std::int64_t>(__builtin_ia32_rdtsc());
#else
  return 0;
#endif
}

std::int64_t RealTimeNs() {
  timespec now{};
  (void)::clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * kNsPerSecond + now.tv_nsec;
}

/// The pair of several that was taken quickest.
TickPair Take() {
  TickPair best;
  std::int64_t best_width = 0;
  for (int i = 0; i < kTries; ++i) {
    const std::int64_t before = Ticks();
    const std::int64_t ns = RealTimeNs();
    const std::int64_t width = Ticks() - before;
    if (i == 0 || width < best_width) best = {before + width / 2, ns};
    if (i == 0 || width < best_width) best_width = width;
  }
  return best;
}

}  // namespace

bool HasSteadyTicks() {
#if defined(__x86_64__)
  std::ifstream info("/proc/cpuinfo");
  std::string line;
  while (std::getline(info, line)) {
    if (!line.starts_with("flags")) continue;
    return line.find(" constant_tsc") != std::string::npos && line.find(" nonstop_tsc") != std::string::npos;
  }
#endif
  return false;
}

core::Result<std::unique_ptr<TickClock>> TickClock::Create(const std::string& path) {
  auto clock = std::make_unique<TickClock>();
  const TickPair now = Take();
  clock->pairs_ = {now, now};
  if (path.empty()) return clock;
  SLUICE_ASSIGN_OR_RETURN(clock->file_, storage::Descriptor::Open(path, O_RDWR | O_CREAT | O_EXCL, 0600));
  SLUICE_TRY(clock->Save());
  return clock;
}

core::Result<std::unique_ptr<TickClock>> TickClock::Read(const std::string& path) {
  auto clock = std::make_unique<TickClock>();
  SLUICE_ASSIGN_OR_RETURN(const std::string bytes, storage::LocalFileSystem().ReadAll(path, sizeof(pairs_)));
  if (bytes.size() != sizeof(pairs_)) return core::Corruption(path + ": not the clock of a recorder");
  std::memcpy(clock->pairs_.data(), bytes.data(), bytes.size());
  return clock;
}

core::Status TickClock::Save() const {
  if (file_.fd() < 0) return core::Ok();
  const auto* bytes = reinterpret_cast<const char*>(pairs_.data());
  if (::pwrite(file_.fd(), bytes, sizeof(pairs_), 0) == static_cast<ssize_t>(sizeof(pairs_))) return core::Ok();
  return core::ErrorFromErrno(errno, "cannot write " + file_.name());
}

core::Status TickClock::Note() {
  pairs_[1] = Take();
  return Save();
}

std::int64_t TickClock::ToMicros(std::int64_t ticks) const {
  constexpr std::int64_t kNsPerMicro = 1000;
  const TickPair& first = pairs_[0];
  const TickPair& last = pairs_[1];
  if (last.ticks <= first.ticks) return first.ns / kNsPerMicro;
  // From the newer pair, so that what was stamped lately stands right though the pace was measured over long.
  const double pace = static_cast<double>(last.ns - first.ns) / static_cast<double>(last.ticks - first.ticks);
  const double ns = static_cast<double>(ticks - last.ticks) * pace;
  return (last.ns + static_cast<std::int64_t>(ns)) / kNsPerMicro;
}

}  // namespace sluice::recorder

#include "storage/owner.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <optional>
#include <sstream>

#include "storage/checksum.h"

namespace sluice::storage {
namespace {

std::string FirstLine(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::string Place() {
  std::array<char, 64> pid_namespace{};
  const ssize_t length = ::readlink("/proc/self/ns/pid", pid_namespace.data(), pid_namespace.size());
  std::string place = FirstLine("/proc/sys/kernel/random/boot_id");
  if (length > 0) place.append(pid_namespace.data(), static_cast<std::size_t>(length));
  return ChecksumOfBytes(place).substr(0, 12);
}

// The start time in clock ticks since boot: field 22 of /proc/PID/stat (proc(5)), counted after the command's ')'.
std::optional<std::string> StartTicks(std::int64_t pid) {
  const std::string line = FirstLine(fmt::format("/proc/{}/stat", pid));
  const std::size_t command_end = line.rfind(')');
  if (command_end == std::string::npos) return std::nullopt;
  std::istringstream fields(line.substr(command_end + 1));
  std::string field;
  for (int number = 3; number <= 22; ++number) {
    if (!(fields >> field)) return std::nullopt;
  }
  return field;
}

}  // namespace

std::string ThisProcessOwner() {
  const std::int64_t pid = ::getpid();
  return fmt::format("{}-{}-{}", Place(), pid, StartTicks(pid).value_or("0"));
}

OwnerState StateOfOwner(std::string_view owner) {
  if (owner == kDetachedOwner) return OwnerState::kDetached;
  const std::size_t first = owner.find('-');
  const std::size_t second = owner.find('-', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return OwnerState::kForeign;
  if (owner.substr(0, first) != Place()) return OwnerState::kForeign;
  std::int64_t pid = 0;
  const char* const end = owner.data() + second;
  const auto [stop, error] = std::from_chars(owner.data() + first + 1, end, pid);
  if (error != std::errc() || stop != end || pid <= 0) return OwnerState::kForeign;
  if (::kill(static_cast<pid_t>(pid), 0) != 0 && errno == ESRCH) return OwnerState::kDead;
  const std::optional<std::string> ticks = StartTicks(pid);
  // /proc can be hidden from us; a process that is there is then taken for the owner.
  if (!ticks.has_value()) return OwnerState::kAlive;
  return *ticks == owner.substr(second + 1) ? OwnerState::kAlive : OwnerState::kDead;
}

}  // namespace sluice::storage

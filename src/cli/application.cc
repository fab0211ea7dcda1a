#include "cli/application.h"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <thread>

#include "core/byte_size.h"
#include "core/memory_budget.h"

namespace sluice::cli {
namespace {

constexpr std::uint64_t kMemoryBytesMin = 64 * core::kMiB;
constexpr std::size_t kThreadsMax = 1024;

core::Result<std::size_t> ParseThreads(const std::string& text) {
  if (text.empty()) return std::max<std::size_t>(1, std::thread::hardware_concurrency());
  std::size_t threads = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), threads);
  if (error == std::errc() && end == text.data() + text.size() && threads >= 1 && threads <= kThreadsMax)
    return threads;
  return core::UsageError(fmt::format("--threads '{}' is not a number from 1 to {}", text, kThreadsMax));
}

core::Result<std::uint64_t> ParseMemory(const std::string& text) {
  if (text.empty()) return std::max(kMemoryBytesMin, core::MemoryBudget::DefaultBytes());
  const auto bytes = core::ParseByteSize(text);
  if (!bytes) return core::UsageError("--memory: " + bytes.error().message()).WithHint(bytes.error().hint());
  if (*bytes >= kMemoryBytesMin) return *bytes;
  return core::UsageError(fmt::format("--memory {} is too little", text))
      .WithHint("give at least " + core::FormatByteSize(kMemoryBytesMin));
}

}  // namespace

core::Status Application::Open() { return core::Ok(); }

}  // namespace sluice::cli

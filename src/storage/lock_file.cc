#include "storage/lock_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <thread>
#include <utility>

#include "storage/local_file_system.h"
#include "storage/path.h"

namespace sluice::storage {
namespace {

constexpr std::size_t kHolderBytesMax = 1000;
constexpr std::chrono::milliseconds kPollInterval{50};

std::string HostName() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "unknown host";
  return name.data();
}

std::string Describe(const LockHolder& holder) {
  return fmt::format("run {} ({}), process {} on {}, since {}", holder.run_id, holder.command, ::getpid(), HostName(),
                     core::FormatTimestamp(holder.started));
}

// The holder writes its text just after it gets the lock; a reader in between sees the text of an earlier one or none.
core::Result<std::string> ReadHolder(const Descriptor& file) {
  std::string text(kHolderBytesMax, '\0');
  SLUICE_ASSIGN_OR_RETURN(const std::size_t got, file.ReadAt(0, text));
  text.resize(std::min(got, text.find('\n')));
  return text.empty() ? "another process" : text;
}

core::Status WriteHolder(Descriptor& file, const LockHolder& holder) {
  std::string text = Describe(holder).substr(0, kHolderBytesMax - 1);
  std::ranges::replace(text, '\n', ' ');
  if (::ftruncate(file.fd(), 0) != 0) return core::ErrorFromErrno(errno, "cannot write " + file.name());
  return file.Write(text + "\n");
}

}  // namespace

core::Result<LockAttempt> LockFile::TryAcquire(const std::string& directory, const LockHolder& holder) {
  LocalFileSystem files;
  SLUICE_TRY(files.CreateDirectories(directory));
  SLUICE_ASSIGN_OR_RETURN(Descriptor file, Descriptor::Open(JoinPath(directory, "lock"), O_RDWR | O_CREAT, 0666));
  int code = 0;
  do {
    code = ::flock(file.fd(), LOCK_EX | LOCK_NB);
  } while (code != 0 && errno == EINTR);
  if (code != 0 && errno == EWOULDBLOCK) {
    SLUICE_ASSIGN_OR_RETURN(std::string text, ReadHolder(file));
    return LockAttempt{std::nullopt, std::move(text)};
  }
  if (code != 0) {
    return core::ErrorFromErrno(errno, "cannot lock " + file.name())
        .WithHint("choose a state folder on a local disk: --state DIR");
  }
  SLUICE_TRY(WriteHolder(file, holder));
  return LockAttempt{LockFile(std::move(file)), {}};
}

core::Result<LockFile> LockFile::Acquire(const std::string& directory, const LockHolder& holder,
                                         std::chrono::milliseconds wait_max, const core::Cancellation& cancellation) {
  const auto deadline = std::chrono::steady_clock::now() + wait_max;
  while (true) {
    SLUICE_ASSIGN_OR_RETURN(LockAttempt attempt, TryAcquire(directory, holder));
    if (attempt.lock.has_value()) return *std::move(attempt.lock);
    SLUICE_TRY(cancellation.Check());
    if (std::chrono::steady_clock::now() >= deadline) {
      return core::Conflict(QuotedPath(directory) + " is in use by " + attempt.holder)
          .WithHint("wait for it to end, or use another --state folder");
    }
    std::this_thread::sleep_for(kPollInterval);
  }
}

}  // namespace sluice::storage

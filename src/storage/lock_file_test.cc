#include "storage/lock_file.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "tests/support/result_matchers.h"
#include "tests/support/scratch_folder.h"

namespace sluice::storage {
namespace {

using core::ErrorKind;
using ::sluice::testing::FailsWith;
using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::HasSubstr;

const LockHolder kHolder{"01JRUN", "sluice run x", core::Timestamp(std::chrono::seconds(1'761'627'603))};

TEST(LockFile, SecondSeesWhoHoldsIt) {
  const sluice::testing::ScratchFolder folder;
  ASSERT_OK_AND_ASSIGN(LockAttempt first, LockFile::TryAcquire(folder / "state", kHolder));
  ASSERT_TRUE(first.lock.has_value());
  ASSERT_OK_AND_ASSIGN(const LockAttempt second, LockFile::TryAcquire(folder / "state", {"other", "x", {}}));
  EXPECT_FALSE(second.lock.has_value());
  EXPECT_THAT(second.holder, AllOf(HasSubstr("run 01JRUN (sluice run x)"), HasSubstr("2025-10-28T05:00:03Z"),
                                   HasSubstr("process " + std::to_string(::getpid()))));
  const core::Cancellation cancellation;
  EXPECT_THAT(LockFile::Acquire(folder / "state", kHolder, milliseconds(0), cancellation),
              FailsWith(ErrorKind::kConflict, HasSubstr("01JRUN")));
  first.lock.reset();
  EXPECT_OK(LockFile::Acquire(folder / "state", kHolder, milliseconds(0), cancellation));
}

TEST(LockFile, WaitEndsOnRequest) {
  const sluice::testing::ScratchFolder folder;
  ASSERT_OK_AND_ASSIGN(const LockAttempt first, LockFile::TryAcquire(folder.path(), kHolder));
  core::Cancellation cancellation;
  cancellation.Cancel();
  EXPECT_THAT(LockFile::Acquire(folder.path(), kHolder, std::chrono::hours(1), cancellation),
              FailsWith(ErrorKind::kCancelled, ::testing::_));
}

TEST(LockFile, DeathFreesIt) {
  const sluice::testing::ScratchFolder folder;
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto attempt = LockFile::TryAcquire(folder.path(), kHolder);
    const char state = attempt.has_value() && attempt->lock.has_value() ? 'y' : 'n';
    (void)!::write(ends[1], &state, 1);
    ::pause();
    ::_exit(0);
  }
  char state = 'n';
  ASSERT_EQ(::read(ends[0], &state, 1), 1);
  EXPECT_EQ(state, 'y');
  ASSERT_OK_AND_ASSIGN(const LockAttempt busy, LockFile::TryAcquire(folder.path(), kHolder));
  EXPECT_FALSE(busy.lock.has_value());
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ASSERT_OK_AND_ASSIGN(const LockAttempt attempt, LockFile::TryAcquire(folder.path(), kHolder));
  EXPECT_TRUE(attempt.lock.has_value());
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace sluice::storage

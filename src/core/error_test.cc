#include "core/error.h"

#include <cerrno>

#include "core/result.h"
#include "core/run_id.h"
#include "tests/support/result_matchers.h"

namespace sluice::core {
namespace {

using ::sluice::testing::FailsWith;
using ::testing::HasSubstr;

static_assert(sizeof(Error) == sizeof(void*));

Result<int> Half(int number) {
  if (number % 2 != 0) return InvalidInput("odd").WithHint("give an even number");
  return number / 2;
}

Result<int> Quarter(int number) {
  SLUICE_ASSIGN_OR_RETURN(const int half, Half(number));
  SLUICE_TRY(Half(half));
  return half / 2;
}

TEST(Error, PassesThroughTheMacros) {
  EXPECT_EQ(*Quarter(8), 2);
  EXPECT_THAT(Quarter(6), FailsWith(ErrorKind::kInvalidInput, HasSubstr("hint: give an even number")));
}

TEST(Error, PrintsItsThreeParts) {
  const Error error = NotFound("a.csv: no such file").WithHint("check the path").WithContext("job query_perf");
  EXPECT_EQ(error.ToString(),
            "error[NotFound]: a.csv: no such file\n  hint: check the path\n  in force: job query_perf");
}

TEST(Error, MapsErrnoToWhatTheCallerShouldDo) {
  EXPECT_EQ(ErrorFromErrno(ENOENT, "open x").kind(), ErrorKind::kNotFound);
  EXPECT_EQ(ErrorFromErrno(EACCES, "open x").kind(), ErrorKind::kPermission);
  EXPECT_EQ(ErrorFromErrno(ENOSPC, "write x").kind(), ErrorKind::kIo);
  EXPECT_THAT(ErrorFromErrno(ENOSPC, "write x").ToString(), HasSubstr("write x: No space left on device"));
}

TEST(RunId, SortsByTime) {
  ManualClock clock(Timestamp{std::chrono::seconds(1'761'613'200)});
  SeededRandom random(1);
  const std::string first = NewRunId(clock, random);
  clock.Advance(std::chrono::milliseconds(1));
  const std::string second = NewRunId(clock, random);
  EXPECT_EQ(first.size(), 26u);
  EXPECT_LT(first, second);
}

}  // namespace
}  // namespace sluice::core

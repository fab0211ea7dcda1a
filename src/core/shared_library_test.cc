#include "core/shared_library.h"

#include <gtest/gtest.h>

#include <array>

#include "tests/support/result_matchers.h"

namespace sluice::core {
namespace {

using ::sluice::testing::FailsWith;
using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(SharedLibrary, FindsFunctionsInTheFirstCandidateThatIsThere) {
  const std::array<std::string, 2> candidates{"/no/such.so", "libc.so.6"};
  auto library = SharedLibrary::Open("the C library", candidates);
  ASSERT_TRUE(library.has_value());
  EXPECT_EQ(library->path(), "libc.so.6");
  int (*absolute)(int) = nullptr;
  library->Find("abs", absolute);
  ASSERT_TRUE(library->CheckFound().has_value());
  EXPECT_EQ(absolute(-3), 3);
}

TEST(SharedLibrary, SaysWhatItLookedAtAndWhyEachWasNotTaken) {
  const std::array<std::string, 3> candidates{"/no/such.so", "/proc/self/cmdline", "libabsent.so.9"};
  EXPECT_THAT(
      SharedLibrary::Open("libabsent", candidates),
      FailsWith(ErrorKind::kNotFound, AllOf(HasSubstr("libabsent was not found"), HasSubstr("/no/such.so: not there"),
                                            HasSubstr("/proc/self/cmdline: "), HasSubstr("libabsent.so.9: "))));
}

TEST(SharedLibrary, NamesTheFirstFunctionThatIsMissing) {
  const std::array<std::string, 1> candidates{"libc.so.6"};
  auto library = SharedLibrary::Open("the C library", candidates);
  ASSERT_TRUE(library.has_value());
  void (*function)() = nullptr;
  library->Find("sluice_first_absent", function);
  library->Find("sluice_second_absent", function);
  EXPECT_EQ(function, nullptr);
  EXPECT_THAT(library->CheckFound(), FailsWith(ErrorKind::kUnsupported, HasSubstr("sluice_first_absent")));
}

}  // namespace
}  // namespace sluice::core

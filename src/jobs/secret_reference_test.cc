#include "jobs/secret_reference.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "tests/support/result_matchers.h"

namespace sluice::jobs {
namespace {

using core::ErrorKind;
using ::sluice::testing::FailsWith;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::optional<std::string> Environment(const std::string& name) {
  return name == "TOKEN" ? std::optional<std::string>("t0p") : std::nullopt;
}

core::Result<core::Secret> Resolve(const std::string& text) {
  return ResolveSecret(*SecretReference::Parse(text), Environment);
}

TEST(SecretReference, ASecretInPlainTextIsRefusedWithoutRepeatingIt) {
  EXPECT_THAT(SecretReference::Parse("hunter2"),
              FailsWith(ErrorKind::kInvalidInput, AllOf(HasSubstr("env:NAME"), Not(HasSubstr("hunter2")))));
  EXPECT_THAT(SecretReference::Parse("env:"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("names nothing")));
  EXPECT_EQ(SecretReference::Parse("exec:pass show x")->Describe(), "exec:…");
}

TEST(SecretReference, IsReadFromTheEnvironment) {
  EXPECT_EQ(Resolve("env:TOKEN")->Reveal(), "t0p");
  EXPECT_THAT(Resolve("env:NONE"), FailsWith(ErrorKind::kNotFound, HasSubstr("NONE is not set")));
}

TEST(SecretReference, AFileThatOthersMayReadIsRefused) {
  const std::string path = ::testing::TempDir() + "secret_" + std::to_string(::getpid());
  std::ofstream(path) << "s3cret\n";
  ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
  EXPECT_THAT(Resolve("file:" + path), FailsWith(ErrorKind::kPermission, HasSubstr("chmod 600")));
  ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
  EXPECT_EQ(Resolve("file:" + path)->Reveal(), "s3cret");
  std::ofstream(path, std::ios::app) << std::string(kSecretBytesMax, 'x');
  EXPECT_THAT(Resolve("file:" + path), FailsWith(ErrorKind::kLimitExceeded, HasSubstr("too long")));
  ::unlink(path.c_str());
  EXPECT_THAT(Resolve("file:" + path), FailsWith(ErrorKind::kNotFound, HasSubstr(path)));
}

TEST(SecretReference, ACommandGivesWhatItPrints) {
  EXPECT_EQ(Resolve("exec:printf 'a b\\n'")->Reveal(), "a b");
  EXPECT_THAT(Resolve("exec:exit 3"), FailsWith(ErrorKind::kUnavailable, HasSubstr("run it by hand")));
  EXPECT_THAT(Resolve("exec:true"), FailsWith(ErrorKind::kNotFound, HasSubstr("empty")));
}

TEST(MaskUrl, HidesPasswordsWhereverTheyStand) {
  EXPECT_EQ(MaskUrl("postgresql://u:p@h:5432/d?table=t"), "postgresql://u:***@h:5432/d?table=t");
  EXPECT_EQ(MaskUrl("mysql://u:p@w:/x@h/d"), "mysql://u:***@h/d");
  EXPECT_EQ(MaskUrl("odbc:DSN;PWD=x;Database=d"), "odbc:DSN;PWD=***;Database=d");
  EXPECT_EQ(MaskUrl("https://h/x?access_token=abc&b=c"), "https://h/x?access_token=***&b=c");
  EXPECT_EQ(MaskUrl("reports/a.csv"), "reports/a.csv");
  EXPECT_EQ(MaskUrl("https://h:80/x"), "https://h:80/x");
}

}  // namespace
}  // namespace sluice::jobs

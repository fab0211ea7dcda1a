#include "query/library.h"

#include <cstdlib>

#include "tests/support/duckdb_session.h"
#include "tests/support/scratch_folder.h"

namespace sluice::query {
namespace {

using core::ErrorKind;
using ::sluice::testing::FailsWith;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(Library, AbsentOneNamesWhatWasTriedAndTheWayOut) {
  EXPECT_THAT(Library::Load("/no/such/libduckdb.so"),
              FailsWith(ErrorKind::kNotFound, AllOf(HasSubstr("/no/such/libduckdb.so: not there"),
                                                    HasSubstr("./dev setup"), HasSubstr("SLUICE_DUCKDB_LIBRARY"))));
}

TEST(Library, FileThatIsNoLibraryIsNamedWithTheLoadersReason) {
  EXPECT_THAT(Library::Load("/proc/self/cmdline"), FailsWith(ErrorKind::kNotFound, HasSubstr("/proc/self/cmdline: ")));
}

TEST(Library, OtherLibraryIsUnsupported) {
  EXPECT_THAT(Library::Load("libz.so.1"), FailsWith(ErrorKind::kUnsupported, HasSubstr("duckdb_")));
}

TEST(Library, VariableReplacesTheSearch) {
  ASSERT_EQ(::setenv("SLUICE_DUCKDB_LIBRARY", "/chosen.so", 1), 0);
  EXPECT_THAT(Library::SearchPaths(), ElementsAre("/chosen.so"));
  ASSERT_EQ(::unsetenv("SLUICE_DUCKDB_LIBRARY"), 0);
  EXPECT_THAT(Library::SearchPaths().front(), HasSubstr("/libduckdb.so"));
}

class LoadedLibrary : public sluice::testing::DuckDbTest {};

TEST_F(LoadedLibrary, TellsItsVersion) { EXPECT_THAT(library_->version(), StartsWith("v")); }

}  // namespace
}  // namespace sluice::query

#include "warehouse/load_by_url.h"

#include "warehouse/open_target.h"
#include "warehouse/recorded_fixture.h"

namespace sluice::warehouse {
namespace {

using core::ErrorKind;
using ::sluice::testing::FailsWith;
using ::testing::HasSubstr;

// Nobody listens there.
constexpr const char* kAway = "clickhouse+http://u@127.0.0.1:1/d?table=t";

TEST(LoadByUrl, WaitsForATargetThatIsAwayAsLongAsItIsTold) {
  testing::ScratchFolder folder;
  ASSERT_OK(RecordFiles(folder / "qe", 1));
  LoadWorld world;
  LoadRequest request{.folder = folder / "qe", .target = kAway};
  EXPECT_THAT(LoadByUrl(world.environment, world, request), FailsWith(ErrorKind::kUnavailable, HasSubstr("127.0.0.1")));
  EXPECT_EQ(world.waits, 0);
  request.options.retry_for = std::chrono::minutes(2);
  const auto begun = world.clock.Monotonic();
  EXPECT_THAT(LoadByUrl(world.environment, world, request), FailsWith(ErrorKind::kUnavailable, HasSubstr("127.0.0.1")));
  EXPECT_GE(world.waits, 7);  // of at most 16 s
  EXPECT_GE(world.clock.Monotonic() - begun, std::chrono::minutes(2));
}

TEST(LoadByUrl, DoesNotWaitForWhatWillNotPass) {
  testing::ScratchFolder folder;
  LoadWorld world;
  const LoadRequest request{.folder = folder / "absent",
                            .target = "delta:" + (folder / "t"),
                            .options = {.retry_for = std::chrono::hours(1)}};
  EXPECT_THAT(LoadByUrl(world.environment, world, request), FailsWith(ErrorKind::kNotFound, HasSubstr("absent")));
  EXPECT_EQ(world.waits, 0);
}

TEST(CheckTargetUrl, KnowsItsTargetsByTheirWords) {
  for (const char* url : {"duckdb:f?table=t", "delta:d", "postgresql://h/d?table=s.t", "postgres://h/d?table=t",
                          "clickhouse://h/d?table=t", "clickhouse+http://h/d?table=t", "snowflake://u@a/D/S?table=T"}) {
    EXPECT_OK(CheckTargetUrl(url)) << url;
  }
  EXPECT_THAT(
      CheckTargetUrl("oracle://u:secret@h/d?table=t"),
      FailsWith(ErrorKind::kUsage, ::testing::AllOf(HasSubstr("'oracle:'"), ::testing::Not(HasSubstr("secret")))));
  EXPECT_THAT(CheckTargetUrl("duckdb:f"), FailsWith(ErrorKind::kUsage, HasSubstr("names no table")));
  EXPECT_THAT(CheckTargetUrl("postgresql://h/d?table="), FailsWith(ErrorKind::kUsage, HasSubstr("names no table")));
}

TEST(CheckTargetUrl, OnlySnowflakeLeavesRowsOut) {
  EXPECT_OK(CheckTargetUrl("snowflake://u@a/D/S?table=T", true));
  for (const char* url : {"duckdb:f?table=t", "delta:d", "postgresql://h/d?table=t", "clickhouse://h/d?table=t"}) {
    EXPECT_THAT(CheckTargetUrl(url, true), FailsWith(ErrorKind::kUsage, HasSubstr("whole or not at all"))) << url;
  }
}

}  // namespace
}  // namespace sluice::warehouse

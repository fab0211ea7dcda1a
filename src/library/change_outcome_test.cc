#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "delta_log/snapshot.h"
#include "library/engine_state.h"
#include "library/table_fixture.h"
#include "library/table_state.h"
#include "storage/local_file_system.h"
#include "tests/support/relay_file_system.h"

namespace sluice {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

bool IsInLog(const std::string& path) { return path.find("_delta_log") != std::string::npos; }

/// The machine's files, until the reply to the link that makes a commit is lost.
class LosingFileSystem final : public testing::RelayFileSystem<> {
 public:
  explicit LosingFileSystem(storage::FileSystem& inner) : RelayFileSystem(inner) {}

  std::function<void()> before_link = {};  ///< comes between the look at the log and the link
  bool loses_reply = false;
  bool loses_log = false;  ///< with the reply

  core::Status Link(const std::string& from, const std::string& to) override {
    if (before_link) std::exchange(before_link, nullptr)();
    core::Status linked = inner_.Link(from, to);
    if (!loses_reply) return linked;
    loses_reply = false;
    log_is_gone_ = loses_log;
    return core::IoError("the line went dead");
  }
  core::Result<storage::FileInfo> Stat(const std::string& path) override {
    if (log_is_gone_ && IsInLog(path)) return core::IoError("the line is dead");
    return inner_.Stat(path);
  }
  void Heal() { log_is_gone_ = false; }

 private:
  bool log_is_gone_ = false;
};

class ChangeOutcomeTest : public TableFixture {
 protected:
  /// A table of an engine whose files can be lost.
  Table OpenLosing() {
    auto files = std::make_unique<LosingFileSystem>(local_);
    files_ = files.get();
    const auto engine = std::make_shared<Engine::State>(std::uint64_t{256} << 20, 2, std::move(files));
    return Table(std::make_shared<Table::State>(engine, *delta_log::OpenSnapshot(engine->environment, path_)));
  }
  static Result<CommitOutcome> Write(Table& table, const WriteOptions& options = {}) {
    TestStream stream({Rows(R"([{"n": 1, "s": "a"}])")});
    return table.Write(stream.get(), options);
  }

  storage::LocalFileSystem local_;
  LosingFileSystem* files_ = nullptr;  // of the last OpenLosing
};

TEST_F(ChangeOutcomeTest, ACommitWhoseReplyWasLostIsFoundInTheLog) {
  Create();
  Table table = OpenLosing();
  files_->loses_reply = true;
  const auto outcome = Write(table);
  ASSERT_THAT(outcome, Succeeds());
  ASSERT_FALSE(files_->loses_reply);
  ASSERT_TRUE(std::holds_alternative<Committed>(*outcome));
  EXPECT_EQ(std::get<Committed>(*outcome).version, 1);
  EXPECT_EQ((*table.Refresh()).version(), 1);
  EXPECT_EQ(RowsIn(table.snapshot()).size(), 1U);
}

TEST_F(ChangeOutcomeTest, ACommitThatCannotBeFoundOutIsUnknownAndKeepsItsFiles) {
  Create();
  Table table = OpenLosing();
  files_->loses_reply = files_->loses_log = true;
  const WriteOptions options = {.txn = ApplicationVersion{"loader", 7}};
  const auto outcome = Write(table, options);
  ASSERT_THAT(outcome, Succeeds());
  ASSERT_TRUE(std::holds_alternative<Unknown>(*outcome));
  const Error& error = std::get<Unknown>(*outcome).error;
  EXPECT_EQ(error.kind, ErrorKind::kOutcomeUnknown);
  EXPECT_THAT(error.message, AllOf(HasSubstr("version 1 may have been committed"), HasSubstr("the line went dead")));
  EXPECT_THAT(error.hint, AllOf(HasSubstr("look at the table's history"), HasSubstr("application's version")));
  EXPECT_EQ(table.snapshot().version(), 0) << "the handle does not go on from what it does not know";
  EXPECT_EQ(DataFiles(), 1U);
  files_->Heal();
  const auto again = Write(table, options);
  ASSERT_THAT(again, Succeeds());
  ASSERT_TRUE(std::holds_alternative<NothingToDo>(*again));
  EXPECT_TRUE(std::get<NothingToDo>(*again).already_applied);
  EXPECT_EQ(RowsIn(*table.Refresh()).size(), 1U);
}

TEST_F(ChangeOutcomeTest, ReportsGiveAnUnknownOutcomeAsAnError) {
  Table other = Create();
  ASSERT_EQ(Append(other, R"([{"n": 1, "s": "a"}])"), 1);
  ASSERT_EQ(Append(other, R"([{"n": 2, "s": "b"}])"), 2);
  Table table = OpenLosing();
  files_->loses_reply = files_->loses_log = true;
  EXPECT_THAT(table.Optimize(), FailsWith(ErrorKind::kOutcomeUnknown, HasSubstr("version 3 may have been committed")));
  files_->Heal();
  EXPECT_EQ(RowsIn(*table.Refresh()).size(), 2U);
}

TEST_F(ChangeOutcomeTest, AVersionThatWentToAnotherWriterIsNoneOfOurs) {
  Table other = Create();
  Table table = OpenLosing();
  files_->before_link = [&] { EXPECT_EQ(Append(other, R"([{"n": 2, "s": "b"}])"), 1); };
  files_->loses_reply = true;
  const auto followed = Write(table);
  ASSERT_THAT(followed, Succeeds());
  ASSERT_TRUE(std::holds_alternative<Committed>(*followed));
  EXPECT_EQ(std::get<Committed>(*followed).version, 2);
  ASSERT_THAT(other.Refresh(), Succeeds());
  files_->before_link = [&] {
    const auto altered = other.Alter({.add_constraints = {{"small", "n < 9"}}});
    EXPECT_TRUE(altered.ok() && std::holds_alternative<Committed>(*altered));
  };
  files_->loses_reply = true;
  const auto lost = Write(table);
  ASSERT_THAT(lost, Succeeds());
  ASSERT_TRUE(std::holds_alternative<Conflict>(*lost));
  EXPECT_EQ(std::get<Conflict>(*lost).error.kind, ErrorKind::kConflict);
  EXPECT_THAT(std::get<Conflict>(*lost).error.message, HasSubstr("version 3"));
  EXPECT_EQ(DataFiles(), 2U);
  EXPECT_EQ((*table.Refresh()).version(), 3);
}

}  // namespace
}  // namespace sluice

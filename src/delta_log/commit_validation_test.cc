#include "delta_log/commit_validation.h"

#include <gtest/gtest.h>

#include <functional>

#include "delta_log/log_fixture.h"
#include "delta_log/log_name.h"
#include "storage/memory_file_system.h"
#include "tests/support/result_matchers.h"

namespace sluice::delta_log {
namespace {

using core::ErrorKind;
using sluice::testing::FailsWith;
using ::testing::HasSubstr;
using Snap = std::shared_ptr<const Snapshot>;
using Change = std::function<void(Transaction&)>;

constexpr const char* kRoot = "t";

class CommitValidationTest : public ::testing::Test {
 protected:
  storage::MemoryFileSystem files_;
  TestEnvironment test_{files_};

  /// With the file p=a/one in it.
  Snap Table(delta::StringMap configuration = {}, delta::Protocol protocol = {}) {
    auto created = CreateTable(test_, kRoot, std::move(configuration), std::move(protocol));
    EXPECT_OK(created);
    auto appended = Append(test_, created->snapshot, {TestFile("one")});
    EXPECT_OK(appended);
    return appended->snapshot;
  }
  core::Result<CommitResult> Commit(const Snap& table, OperationInfo operation, const Change& change) {
    auto transaction = Transaction::Begin(test_.environment, table, std::move(operation));
    if (!transaction.has_value()) return transaction.error();
    change(*transaction);
    return transaction->Commit();
  }
  core::Result<CommitResult> AddOne(const Snap& table, const std::function<void(delta::AddFile&)>& change) {
    return Commit(table, {.name = "WRITE", .kind = delta::Operation::kAppend}, [&](Transaction& transaction) {
      delta::AddFile file = TestFile("new");
      change(file);
      transaction.Add(file);
    });
  }
  core::Result<CommitResult> Alter(const Snap& table, const std::function<void(delta::Metadata&)>& change) {
    return Commit(table, {.name = "ALTER", .kind = delta::Operation::kAlter}, [&](Transaction& transaction) {
      delta::Metadata metadata = table->metadata;
      change(metadata);
      transaction.SetMetadata(metadata);
    });
  }
};

TEST_F(CommitValidationTest, RefusesFilesThatReadersWouldStumbleOver) {
  const Snap table = Table();
  const std::vector<std::pair<std::function<void(delta::AddFile&)>, const char*>> cases = {
      {[](delta::AddFile& file) { file.size_bytes = 0; }, "has no bytes"},
      {[](delta::AddFile& file) { file.partition_values.clear(); }, "has 0 partition values"},
      {[](delta::AddFile& file) { file.partition_values = {{"q", "a"}}; }, "no value for the partition column p"},
      {[](delta::AddFile& file) { file.stats = "no JSON"; }, "no JSON object"},
      {[](delta::AddFile& file) { file.path = "../out.parquet"; }, "may not be added"},
      {[](delta::AddFile& file) { file.path = "/else/where.parquet"; }, "may not be added"},
      {[](delta::AddFile& file) { file.path = "p=a/one.parquet"; }, "is in the table already"},
      {[](delta::AddFile& file) { file.deletion_vector = delta::DeletionVectorDescriptor{.cardinality = 1}; },
       "the protocol does not allow"},
  };
  for (const auto& [change, message] : cases) {
    EXPECT_THAT(AddOne(table, change), FailsWith(ErrorKind::kInvalidInput, HasSubstr(message)));
  }
  EXPECT_FALSE(files_.Stat(CommitPath(kRoot, 2)).has_value());
  EXPECT_OK(AddOne(table, [](delta::AddFile&) {}));
}

TEST_F(CommitValidationTest, DropsFilesWithoutRows) {
  const Snap table = Table();
  ASSERT_OK_AND_ASSIGN(const CommitResult result, Append(test_, table, {TestFile("empty", "a", 0), TestFile("full")}));
  EXPECT_EQ(result.snapshot->files.size(), 2U);
}

TEST_F(CommitValidationTest, TakesTheSameFileAgainForNewStatisticsOnly) {
  const Snap table = Table();
  ASSERT_OK_AND_ASSIGN(const CommitResult result, AddOne(table, [](delta::AddFile& file) {
                         file = TestFile("one");
                         file.data_change = false;
                         file.stats = "{\"numRecords\":10}";
                       }));
  EXPECT_EQ(LiveFiles(*result.snapshot)->at("p=a/one.parquet"), "{\"numRecords\":10}");
  EXPECT_EQ(result.snapshot->files.size(), 1U);
}

TEST_F(CommitValidationTest, RemovesOnlyWhatIsThere) {
  const Snap table = Table();
  const auto remove = [&](const delta::RemoveFile& file) {
    return Commit(table, {.name = "DELETE"}, [&](Transaction& transaction) { transaction.Remove(file); });
  };
  EXPECT_THAT(remove(RemovalOf(TestFile("other"))), FailsWith(ErrorKind::kConflict, HasSubstr("is not in version 1")));
  delta::RemoveFile marked = RemovalOf(TestFile("one"));
  marked.deletion_vector = delta::DeletionVectorDescriptor{.path_or_inline = "x", .cardinality = 1};
  EXPECT_THAT(remove(marked), FailsWith(ErrorKind::kConflict, HasSubstr("another deletion vector")));
  EXPECT_OK(remove(RemovalOf(TestFile("one"))));
}

TEST_F(CommitValidationTest, RefusesRemovesFromAnAppendOnlyTable) {
  const Snap table = Table({{"delta.appendOnly", "true"}});
  const auto remove = [&](bool data_change, delta::Operation kind) {
    return Commit(table, {.name = "DELETE", .kind = kind},
                  [&](Transaction& transaction) { transaction.Remove(table->files.All().front(), data_change); });
  };
  EXPECT_THAT(remove(true, delta::Operation::kRearrange), FailsWith(ErrorKind::kInvalidInput, HasSubstr("append")));
}

TEST_F(CommitValidationTest, ChecksDeletionVectorsAndTheirFiles) {
  const Snap table =
      Table({{"delta.enableDeletionVectors", "true"}}, FeatureProtocol({"deletionVectors"}, {"deletionVectors"}));
  const auto mark = [&](const delta::DeletionVectorDescriptor& vector) {
    return Commit(table, {.name = "DELETE", .kind = delta::Operation::kMarkRows}, [&](Transaction& transaction) {
      transaction.Remove(table->files.All().front());
      delta::AddFile marked = TestFile("one");
      marked.deletion_vector = vector;
      transaction.Add(marked);
    });
  };
  const delta::DeletionVectorDescriptor good{
      .path_or_inline = "vBn[lx{q8@P<9BNH/isA", .offset = 1, .size_bytes = 36, .cardinality = 2};
  delta::DeletionVectorDescriptor vector = good;
  vector.cardinality = 11;
  EXPECT_THAT(mark(vector), FailsWith(ErrorKind::kInvalidInput, HasSubstr("11 of its 10 rows")));
  EXPECT_THAT(mark(good), FailsWith(ErrorKind::kInvalidInput, HasSubstr("in a file that is not there")));
  files_.Put("t/deletion_vector_61d16c75-6994-46b7-a15b-8b538852e50e.bin", "x");
  ASSERT_OK_AND_ASSIGN(const CommitResult result, mark(good));
  EXPECT_EQ(result.snapshot->files.Get(result.snapshot->files.All().front()).deletion_vector, good);
}

TEST_F(CommitValidationTest, CountsRowsThatOnlyMove) {
  const Snap table = Table();
  const auto move = [&](std::int64_t rows) {
    return Commit(table, {.name = "OPTIMIZE", .kind = delta::Operation::kRearrange, .rule = ConflictRule::kRearrange},
                  [&](Transaction& transaction) {
                    delta::AddFile moved = TestFile("moved", "a", rows);
                    moved.data_change = false;
                    transaction.AddBin({{RemovalOf(TestFile("one"), false)}, {moved}});
                  });
  };
  EXPECT_THAT(move(9), FailsWith(ErrorKind::kInvalidInput, HasSubstr("-1 more")));
  EXPECT_OK(move(10));
}

TEST_F(CommitValidationTest, ChecksNewMetadata) {
  const Snap table = Table();
  const std::vector<std::pair<std::function<void(delta::Metadata&)>, const char*>> cases = {
      {[](delta::Metadata& metadata) { metadata.id = "x"; }, "id of a table never changes"},
      {[](delta::Metadata& metadata) { metadata.partition_columns.clear(); }, "partition columns"},
      {[](delta::Metadata& metadata) { metadata.configuration["delta.checkpointInterval"] = "often"; },
       "delta.checkpointInterval"},
      {[](delta::Metadata& metadata) { metadata.configuration["delta.enableInCommitTimestamps"] = "true"; },
       "inCommitTimestamp"},
  };
  for (const auto& [change, message] : cases) {
    const auto result = Alter(table, change);
    ASSERT_FALSE(result.has_value()) << message;
    EXPECT_THAT(result.error().ToString(), HasSubstr(message));
  }
  EXPECT_FALSE(Alter(table, [](delta::Metadata& metadata) { metadata.schema_string = "{"; }).has_value());
  EXPECT_OK(Alter(table, [](delta::Metadata& metadata) { metadata.configuration["mine"] = "1"; }));
}

TEST_F(CommitValidationTest, NeverLowersTheProtocol) {
  const Snap table = Table({}, FeatureProtocol({"deletionVectors"}, {"deletionVectors", "appendOnly"}));
  const auto set = [&](const delta::Protocol& protocol) {
    return Commit(table, {.name = "UPGRADE", .kind = delta::Operation::kAlter},
                  [&](Transaction& transaction) { transaction.SetProtocol(protocol); });
  };
  EXPECT_THAT(set({}), FailsWith(ErrorKind::kInvalidInput, HasSubstr("never go down")));
  EXPECT_THAT(set(FeatureProtocol({"deletionVectors"}, {"deletionVectors"})),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("drops the feature appendOnly")));
}

TEST_F(CommitValidationTest, NeedsTheFeatureForDomains) {
  const Snap table = Table();
  EXPECT_THAT(Commit(table, {.name = "WRITE", .kind = delta::Operation::kAppend},
                     [](Transaction& transaction) { transaction.SetDomain("d", "{}"); }),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("domainMetadata")));
}

TEST_F(CommitValidationTest, RefusesTheSameFileTwiceInACommit) {
  const Snap table = Table();
  EXPECT_THAT(Append(test_, table, {TestFile("x"), TestFile("x")}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("x")));
}

}  // namespace
}  // namespace sluice::delta_log

#include "delta_log/conflict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "delta_log/metadata_change.h"
#include "tests/support/result_matchers.h"

namespace sluice::delta_log {
namespace {

using delta::ActionSet;
using delta::AddFile;
using delta::RemoveFile;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The table: a1 and b1 in partition p=1, a2 and b2 in p=2.
AddFile File(const std::string& name, bool data_change = true) {
  return {.path = name,
          .partition_values = {{"p", name.substr(name.size() - 1)}},
          .size_bytes = 10,
          .data_change = data_change};
}

RemoveFile Gone(const std::string& name, bool data_change = true) { return RemovalOf(File(name), data_change); }

delta::Protocol BaseProtocol() {
  return {.min_reader_version = 3,
          .min_writer_version = 7,
          .reader_features = std::vector<std::string>{"timestampNtz"},
          .writer_features = std::vector<std::string>{"timestampNtz", "appendOnly"}};
}

constexpr const char* kSchema =
    R"({"type":"struct","fields":[{"name":"p","type":"string","nullable":true,"metadata":{}}]})";

delta::Metadata BaseMetadata() {
  return {.id = "table-1",
          .schema_string = kSchema,
          .partition_columns = {"p"},
          .configuration = {{"delta.checkpointInterval", "10"}}};
}

core::Result<bool> InFirstPartition(const AddFile& file) { return file.partition_values.front().second == "1"; }

ActionSet Winner(const std::string& name) {
  ActionSet winner;
  winner.commit_info = delta::CommitInfo{.operation = name, .is_blind_append = name.starts_with("blind")};
  const std::string p = name.ends_with("-2") ? "2" : "1";
  if (name.starts_with("blind") || name.starts_with("reading")) winner.adds = {File("n" + p)};
  if (name.starts_with("move")) {
    winner.removes = {Gone("a" + p, false)};
    winner.adds = {File("m" + p, false)};
  }
  if (name.starts_with("backfill")) {
    winner.adds = {File("a" + p, false)};
    winner.adds[0].base_row_id = 7;
  }
  if (name.starts_with("rewrite")) {
    winner.removes = {Gone("a" + p)};
    winner.adds = {File("r" + p)};
  }
  if (name.starts_with("mark")) {
    winner.removes = {Gone("a" + p)};
    winner.adds = {File("a" + p)};
    winner.adds[0].deletion_vector = delta::DeletionVectorDescriptor{.path_or_inline = "x"};
  }
  if (name.starts_with("replace")) {
    winner.removes = {Gone("a" + p), Gone("b" + p)};
    winner.adds = {File("o" + p)};
  }
  if (name == "overwrite") {
    winner.removes = {Gone("a1"), Gone("b1"), Gone("a2"), Gone("b2")};
    winner.adds = {File("o1")};
  }
  if (name.starts_with("metadata")) {
    winner.metadata = BaseMetadata();
    const bool harmless = name == "metadata harmless";
    winner.metadata->configuration[harmless ? "delta.checkpointInterval" : "delta.constraints.c"] = "5";
  }
  if (name.starts_with("protocol")) {
    winner.protocol = BaseProtocol();
    winner.protocol->writer_features->push_back(name == "protocol harmless" ? "domainMetadata" : "checkConstraints");
  }
  if (name == "txn") winner.transactions = {{.app_id = "app", .version = 5}};
  if (name == "domain") winner.domains = {{.domain = "d", .configuration = "{}"}};
  return winner;
}

TransactionState Loser(const std::string& name, IsolationLevel level) {
  TransactionState state{.txn_id = "ours", .root = "/t", .level = level};
  const bool on_predicate = name.ends_with("on P");
  if (on_predicate) {
    state.reads.predicates = {InFirstPartition};
    state.reads.files = {"a1", "b1"};
  }
  if (name == "blind append" || name == "append on P") state.actions.adds = {File("x1")};
  if (name.starts_with("delete")) {
    state.reads.table = !on_predicate;
    state.actions.removes = {Gone("a1")};
    state.actions.adds = {File("y1")};
  }
  if (name.starts_with("overwrite")) {
    state.rule = ConflictRule::kOverwrite;
    state.reads.table = !on_predicate;
    if (on_predicate) state.selects = InFirstPartition;
    state.actions.removes = {Gone("a1"), Gone("b1")};
    if (!on_predicate) state.actions.removes.insert(state.actions.removes.end(), {Gone("a2"), Gone("b2")});
    state.actions.adds = {File("z1")};
  }
  if (name == "optimize") {
    state.rule = ConflictRule::kRearrange;
    state.level = IsolationLevel::kSnapshot;
    for (const std::string p : {"1", "2"}) {
      state.bins.push_back({{Gone("a" + p, false), Gone("b" + p, false)}, {File("c" + p, false)}});
    }
  }
  if (name.starts_with("metadata")) state.actions.metadata = BaseMetadata();
  if (name == "metadata validated") state.rule = ConflictRule::kValidate;
  if (name == "protocol") state.actions.protocol = BaseProtocol();
  if (name == "restore") {
    state.rule = ConflictRule::kRestore;
    state.reads.table = true;
    state.actions.adds = {File("old1")};
  }
  if (name == "txn") {
    state.app_ids = {"app"};
    state.actions.transactions = {{.app_id = "app", .version = 6}};
  }
  if (name == "domain") state.actions.domains = {{.domain = "d", .configuration = "{}"}};
  return state;
}

// o: follows as it is; d: without one bin; r: with its removes recomputed; f: fails.
char Outcome(const TransactionState& loser, const std::string& winner) {
  const ConflictVerdict verdict = CheckConflict(loser, Winner(winner), 8, BaseProtocol(), BaseMetadata());
  if (std::holds_alternative<Refusal>(verdict)) return 'f';
  const auto& rebase = std::get<Rebase>(verdict);
  if (!rebase.dropped_bins.empty()) return 'd';
  return rebase.new_removes.empty() && rebase.dropped_removes.empty() ? 'o' : 'r';
}

// The columns of the matrix: each winner that concerns partition 1 (which the losers' P selects) and partition 2.
constexpr std::array kWinners = {"blind-1",        "blind-2",
                                 "reading-1",      "reading-2",
                                 "move-1",         "move-2",
                                 "rewrite-1",      "rewrite-2",
                                 "mark-1",         "mark-2",
                                 "replace-1",      "replace-2",
                                 "overwrite",      "metadata harmless",
                                 "metadata other", "protocol harmless",
                                 "protocol other", "txn",
                                 "domain",         "idle"};

struct Row {
  const char* loser;
  const char* serializable;
  const char* write_serializable;
};

//                                        blind reads move  rewr. mark  repl. over meta. prot. t+d. idle
constexpr std::array<Row, 13> kMatrix = {{
    {"blind append", "oo oo oo oo oo oo o of of oo o", "oo oo oo oo oo oo o of of oo o"},
    {"append on P", "fo fo oo fo fo fo f of of oo o", "oo fo oo fo fo fo f of of oo o"},
    {"delete on P", "fo fo fo fo fo fo f of of oo o", "oo fo fo fo fo fo f of of oo o"},
    {"delete", "ff ff fo ff ff ff f of of oo o", "oo ff fo ff ff ff f of of oo o"},
    {"overwrite", "ff ff rr ff ff ff f of of oo o", "oo ff rr ff ff ff f of of oo o"},
    {"overwrite on P", "fo fo ro fo fo fo f of of oo o", "oo fo ro fo fo fo f of of oo o"},
    {"optimize", "oo oo dd dd dd dd d of of oo o", "oo oo dd dd dd dd d of of oo o"},
    {"metadata", "oo oo oo oo oo oo o ff of oo o", "oo oo oo oo oo oo o ff of oo o"},
    {"metadata validated", "ff ff oo ff oo ff f ff ff oo o", "ff ff oo ff oo ff f ff ff oo o"},
    {"protocol", "oo oo oo oo oo oo o of ff oo o", "oo oo oo oo oo oo o of ff oo o"},
    {"restore", "ff ff ff ff ff ff f ff ff ff o", "ff ff ff ff ff ff f ff ff ff o"},
    {"txn", "oo oo oo oo oo oo o of of fo o", "oo oo oo oo oo oo o of of fo o"},
    {"domain", "oo oo oo oo oo oo o of of of o", "oo oo oo oo oo oo o of of of o"},
}};

TEST(Conflict, FollowsTheMatrixCellByCell) {
  for (const Row& row : kMatrix) {
    for (const IsolationLevel level : {IsolationLevel::kSerializable, IsolationLevel::kWriteSerializable}) {
      std::string cells = level == IsolationLevel::kSerializable ? row.serializable : row.write_serializable;
      std::erase(cells, ' ');
      ASSERT_EQ(cells.size(), kWinners.size()) << row.loser;
      for (std::size_t i = 0; i < kWinners.size(); ++i) {
        EXPECT_EQ(Outcome(Loser(row.loser, level), kWinners[i]), cells[i])
            << row.loser << " after " << kWinners[i] << " at " << IsolationLevelName(level);
      }
    }
  }
}

ConflictVerdict Check(const TransactionState& loser, const ActionSet& winner) {
  return CheckConflict(loser, winner, 8, BaseProtocol(), BaseMetadata());
}

TEST(Conflict, KnowsItsOwnCommit) {
  ActionSet winner = Winner("overwrite");
  winner.commit_info->txn_id = "ours";
  EXPECT_TRUE(std::holds_alternative<OwnCommit>(Check(Loser("restore", IsolationLevel::kSerializable), winner)));
}

TEST(Conflict, NamesTheWinnerAndTheFile) {
  const auto verdict = Check(Loser("delete on P", IsolationLevel::kSerializable), Winner("blind-1"));
  ASSERT_TRUE(std::holds_alternative<Refusal>(verdict));
  const core::Error& error = std::get<Refusal>(verdict).error;
  EXPECT_EQ(error.kind(), core::ErrorKind::kConflict);
  EXPECT_EQ(error.message(),
            "ConcurrentAppend: version 8 (blind-1) came first: it added a file that should have been read: n1");
}

TEST(Conflict, RefusesTheSameApplicationAndTheSameDomain) {
  const auto applied = Check(Loser("txn", IsolationLevel::kSerializable), Winner("txn"));
  ASSERT_TRUE(std::holds_alternative<Refusal>(applied));
  EXPECT_TRUE(std::get<Refusal>(applied).perhaps_applied);
  const auto domain = Check(Loser("domain", IsolationLevel::kSerializable), Winner("domain"));
  ASSERT_TRUE(std::holds_alternative<Refusal>(domain));
  EXPECT_THAT(std::get<Refusal>(domain).error.message(), HasSubstr("both write the domain d"));
  EXPECT_TRUE(std::holds_alternative<Rebase>(Check(Loser("txn", IsolationLevel::kSerializable), Winner("domain"))));
}

TEST(Conflict, KeepsTheWinnersGridAndMergesRowIdMarks) {
  TransactionState loser = Loser("optimize", IsolationLevel::kSerializable);
  ActionSet winner = Winner("idle");
  for (const char* name : {"sluice.clusteringGrid", "delta.rowTracking"}) {
    loser.actions.domains.push_back({.domain = name, .configuration = "ours"});
    winner.domains.push_back({.domain = name, .configuration = "theirs"});
  }
  const auto verdict = Check(loser, winner);
  ASSERT_TRUE(std::holds_alternative<Rebase>(verdict));
  ApplyRebase(std::get<Rebase>(verdict), loser);
  ASSERT_EQ(loser.actions.domains.size(), 1U);
  EXPECT_EQ(loser.actions.domains[0].domain, "delta.rowTracking");
}

TEST(Conflict, DropsOnlyTheBinThatWasHit) {
  TransactionState loser = Loser("optimize", IsolationLevel::kSnapshot);
  const auto verdict = Check(loser, Winner("mark-2"));
  ASSERT_TRUE(std::holds_alternative<Rebase>(verdict));
  EXPECT_THAT(std::get<Rebase>(verdict).dropped_bins, ElementsAre(1));
  ApplyRebase(std::get<Rebase>(verdict), loser);
  EXPECT_FALSE(loser.bins[0].dropped);
  EXPECT_TRUE(loser.bins[1].dropped);
  EXPECT_THAT(loser.bins[1].adds, IsEmpty());
}

TEST(Conflict, RemovesMovedRowsWhereTheyAreNow) {
  TransactionState loser = Loser("overwrite on P", IsolationLevel::kSerializable);
  const auto verdict = Check(loser, Winner("move-1"));
  ASSERT_TRUE(std::holds_alternative<Rebase>(verdict));
  ApplyRebase(std::get<Rebase>(verdict), loser);
  std::vector<std::string> paths;
  for (const RemoveFile& remove : loser.actions.removes) paths.push_back(remove.path);
  EXPECT_THAT(paths, ElementsAre("b1", "m1"));
  EXPECT_TRUE(loser.actions.removes[1].data_change);
}

TEST(Conflict, DoesNotRemoveRowsThatWereMovedTogetherWithOthers) {
  TransactionState loser = Loser("overwrite on P", IsolationLevel::kWriteSerializable);
  ActionSet winner = Winner("move-1");
  winner.removes.push_back(Gone("n1", false));  // appended by an earlier winner, which the overwrite lets live
  EXPECT_TRUE(std::holds_alternative<Refusal>(Check(loser, winner)));
  // Rows of files that nobody can tell by partition cannot be followed.
  loser.selects = nullptr;
  EXPECT_TRUE(std::holds_alternative<Refusal>(Check(loser, Winner("move-1"))));
}

TEST(Conflict, TakesRowIdsThatAWinnerFilledIn) {
  TransactionState loser = Loser("delete on P", IsolationLevel::kSerializable);
  const auto verdict = Check(loser, Winner("backfill-1"));
  ASSERT_TRUE(std::holds_alternative<Rebase>(verdict));
  ApplyRebase(std::get<Rebase>(verdict), loser);
  EXPECT_EQ(loser.actions.removes[0].base_row_id, 7);
  EXPECT_EQ(loser.actions.adds[0].base_row_id, std::nullopt);
}

TEST(Conflict, GivesWayAsABackfillForFilesThatWereTouched) {
  TransactionState backfill{.txn_id = "ours", .level = IsolationLevel::kSnapshot, .rule = ConflictRule::kRearrange};
  backfill.bins = {{{}, {File("a1", false)}}, {{}, {File("a2", false)}}};
  const auto verdict = Check(backfill, Winner("mark-1"));
  ASSERT_TRUE(std::holds_alternative<Rebase>(verdict));
  EXPECT_THAT(std::get<Rebase>(verdict).dropped_bins, ElementsAre(0));
}

TEST(Conflict, GivesWayAsABackfillForFilesThatWereFilledInBefore) {
  TransactionState backfill{.txn_id = "ours", .level = IsolationLevel::kSnapshot, .rule = ConflictRule::kRearrange};
  backfill.bins = {{{}, {File("a1", false)}}, {{}, {File("a2", false)}}};
  const auto verdict = Check(backfill, Winner("backfill-2"));
  ASSERT_TRUE(std::holds_alternative<Rebase>(verdict));
  EXPECT_THAT(std::get<Rebase>(verdict).dropped_bins, ElementsAre(1));
}

TEST(Conflict, AFileThatIsAddedAgainMustStillBeThere) {
  TransactionState loser{.txn_id = "ours", .root = "/t", .level = IsolationLevel::kSerializable};
  loser.actions.adds = {File("a1", false)};
  const auto verdict = Check(loser, Winner("rewrite-1"));
  ASSERT_TRUE(std::holds_alternative<Refusal>(verdict));
  EXPECT_THAT(std::get<Refusal>(verdict).error.message(), HasSubstr("ConcurrentDeleteDelete"));
  EXPECT_TRUE(std::holds_alternative<Rebase>(Check(loser, Winner("rewrite-2"))));
}

TEST(Conflict, WhoReadTheTableLosesToRowsThatWentFromFilesThatStay) {
  TransactionState loser = Loser("delete", IsolationLevel::kWriteSerializable);
  ActionSet winner = Winner("idle");
  winner.removes = {Gone("b2")};
  const auto verdict = Check(loser, winner);
  ASSERT_TRUE(std::holds_alternative<Refusal>(verdict));
  EXPECT_THAT(std::get<Refusal>(verdict).error.message(), HasSubstr("ConcurrentDeleteRead"));
  // Who rearranges rows goes on without the bins that were hit, whatever was read.
  loser = Loser("optimize", IsolationLevel::kSnapshot);
  loser.reads.files = {"a1", "b1", "a2", "b2"};
  EXPECT_TRUE(std::holds_alternative<Rebase>(Check(loser, winner)));
}

TEST(Conflict, AChangeOfTheMetadataThatReadRowsMissesNoBlindAppend) {
  TransactionState loser = Loser("delete", IsolationLevel::kWriteSerializable);
  EXPECT_TRUE(std::holds_alternative<Rebase>(Check(loser, Winner("blind-1"))));
  loser.actions.metadata = BaseMetadata();
  EXPECT_TRUE(std::holds_alternative<Refusal>(Check(loser, Winner("blind-1"))));
}

TEST(Conflict, FollowsMovesOfItsOwnRowsAlone) {
  const auto removed_after = [](const ActionSet& winner) {
    TransactionState loser = Loser("overwrite on P", IsolationLevel::kSerializable);
    const auto verdict = Check(loser, winner);
    if (const auto* rebase = std::get_if<Rebase>(&verdict)) ApplyRebase(*rebase, loser);
    std::vector<std::string> paths;
    for (const RemoveFile& remove : loser.actions.removes) paths.push_back(remove.path);
    return std::holds_alternative<Rebase>(verdict) ? paths : std::vector<std::string>{};
  };
  ActionSet both = Winner("move-1");
  both.removes.push_back(Gone("a2", false));
  both.adds.push_back(File("m2", false));
  EXPECT_THAT(removed_after(both), ElementsAre("b1", "m1"));
  ActionSet refreshed = Winner("move-1");  // and b1 got new statistics
  refreshed.adds.push_back(File("b1", false));
  EXPECT_THAT(removed_after(refreshed), ElementsAre("b1", "m1"));
  both.removes.back().partition_values.reset();
  EXPECT_THAT(removed_after(both), IsEmpty()) << "nobody knows where the rows of a2 were";
}

TEST(Conflict, RowIdsThatAWinnerFilledInStayWithFilesThatAreMarked) {
  TransactionState loser = Loser("delete on P", IsolationLevel::kSerializable);
  loser.actions.adds = {File("a1")};
  loser.actions.adds[0].deletion_vector = delta::DeletionVectorDescriptor{.path_or_inline = "x"};
  ActionSet winner = Winner("backfill-1");
  winner.adds[0].default_row_commit_version = 3;
  const auto verdict = Check(loser, winner);
  ASSERT_TRUE(std::holds_alternative<Rebase>(verdict));
  ApplyRebase(std::get<Rebase>(verdict), loser);
  EXPECT_EQ(loser.actions.adds[0].base_row_id, 7);
  EXPECT_EQ(loser.actions.adds[0].default_row_commit_version, 3);
}

TEST(Conflict, ATombstoneCarriesAllThatTheFileHad) {
  AddFile file = File("a1");
  file.deletion_vector = delta::DeletionVectorDescriptor{.path_or_inline = "x"};
  file.base_row_id = 7;
  file.default_row_commit_version = 3;
  file.tags = delta::StringMap{{"k", "v"}};
  const RemoveFile tombstone = RemovalOf(file);
  EXPECT_EQ(tombstone.path, "a1");
  EXPECT_TRUE(tombstone.data_change);
  EXPECT_EQ(tombstone.deletion_vector, file.deletion_vector) << "path and vector together name the rows";
  EXPECT_EQ(tombstone.partition_values, file.partition_values);
  EXPECT_EQ(tombstone.size_bytes, file.size_bytes);
  EXPECT_EQ(tombstone.base_row_id, file.base_row_id);
  EXPECT_EQ(tombstone.default_row_commit_version, file.default_row_commit_version);
  EXPECT_EQ(tombstone.tags, file.tags);
}

TEST(Conflict, ComparesPathsDecoded) {
  TransactionState loser = Loser("delete on P", IsolationLevel::kSerializable);
  loser.reads.files = {"a 1"};
  loser.reads.predicates.clear();
  ActionSet winner = Winner("rewrite-2");
  winner.removes = {Gone("file:/t/a%201")};
  EXPECT_TRUE(std::holds_alternative<Refusal>(Check(loser, winner)));
}

TEST(Conflict, CountsAPredicateThatFailsAsAMatch) {
  TransactionState loser = Loser("append on P", IsolationLevel::kSerializable);
  loser.reads.predicates = {[](const AddFile&) -> core::Result<bool> { return core::Corruption("statistics"); }};
  EXPECT_TRUE(std::holds_alternative<Refusal>(Check(loser, Winner("blind-2"))));
}

TEST(Conflict, DoesNotBelieveABlindAppendThatRemoves) {
  for (const bool data_change : {true, false}) {
    ActionSet winner = Winner("blind-1");
    winner.removes = {Gone("a2", data_change)};
    EXPECT_TRUE(std::holds_alternative<Refusal>(Check(Loser("delete", IsolationLevel::kWriteSerializable), winner)));
  }
}

TEST(MetadataChange, LetsOnlyListedDifferencesPass) {
  const auto obstacle = [](const auto& change) {
    delta::Metadata after = BaseMetadata();
    change(after);
    return MetadataObstacle(BaseMetadata(), after).value_or("");
  };
  const auto set = [&obstacle](delta::StringMap entries) {
    return obstacle([&entries](delta::Metadata& metadata) {
      for (const auto& [key, value] : entries) metadata.configuration.insert_or_assign(key, value);
    });
  };
  EXPECT_EQ(obstacle([](delta::Metadata&) {}), "");
  EXPECT_EQ(obstacle([](delta::Metadata& metadata) {
              metadata.name = "n";
              metadata.description = "d";
            }),
            "");
  EXPECT_EQ(obstacle([](delta::Metadata& metadata) { metadata.id = "x"; }), "the table was replaced by another one");
  EXPECT_EQ(obstacle([](delta::Metadata& metadata) { metadata.configuration.clear(); }),
            "the property delta.checkpointInterval was removed");
  EXPECT_EQ(obstacle([](delta::Metadata& metadata) { metadata.partition_columns.clear(); }),
            "the partition columns changed");
  EXPECT_EQ(set({{"mine", "1"}, {"sluice.bloom.columns", "a"}, {"delta.dataSkippingNumIndexedCols", "3"}}), "");
  EXPECT_EQ(set({{"delta.appendOnly", "true"}}), "the property delta.appendOnly changed");
  EXPECT_EQ(set({{"delta.enableChangeDataFeed", "true"}}), "the property delta.enableChangeDataFeed changed");
  EXPECT_EQ(set({{"delta.enableDeletionVectors", "true"}, {"delta.checkpointPolicy", "v2"}}), "");
  EXPECT_EQ(set({{"delta.checkpointPolicy", "classic"}}), "the property delta.checkpointPolicy changed");
  EXPECT_EQ(set({{"delta.enableRowTracking", "true"},
                 {"delta.rowTracking.materializedRowIdColumnName", "i"},
                 {"delta.rowTracking.materializedRowCommitVersionColumnName", "v"}}),
            "");
  EXPECT_EQ(set({{"delta.rowTracking.materializedRowIdColumnName", "i"}}),
            "the property delta.rowTracking.materializedRowIdColumnName changed");
  EXPECT_EQ(set({{"delta.enableInCommitTimestamps", "true"}, {"delta.inCommitTimestampEnablementVersion", "4"}}), "");
}

TEST(MetadataChange, LetsNewMarksOfIdentityColumnsAndNewMappingsPass) {
  const auto with_field = [](const std::string& field_metadata, const std::string& mode) {
    delta::Metadata metadata = BaseMetadata();
    metadata.schema_string = R"({"type":"struct","fields":[{"name":"p","type":"string","nullable":true,"metadata":{)" +
                             field_metadata + "}}]}";
    if (!mode.empty()) metadata.configuration["delta.columnMapping.mode"] = mode;
    return metadata;
  };
  const delta::Metadata marked = with_field(R"("delta.identity.highWaterMark":5)", "");
  EXPECT_EQ(MetadataObstacle(with_field(R"("delta.identity.highWaterMark":1)", ""), marked), std::nullopt);
  const std::string mapping = R"("delta.columnMapping.id":1,"delta.columnMapping.physicalName":)";
  EXPECT_EQ(MetadataObstacle(BaseMetadata(), with_field(mapping + R"("p")", "name")), std::nullopt);
  EXPECT_EQ(MetadataObstacle(BaseMetadata(), with_field(mapping + R"("col-1")", "name")), "the schema changed");
  EXPECT_EQ(MetadataObstacle(BaseMetadata(), with_field(mapping + R"("p")", "id")),
            "the property delta.columnMapping.mode changed");
  EXPECT_EQ(MetadataObstacle(BaseMetadata(), with_field(R"("comment":"c")", "")), "the schema changed");
}

TEST(MetadataChange, TurnsThatGoTheOtherWayDoNotPass) {
  const auto change = [](delta::StringMap before, delta::StringMap after) {
    delta::Metadata old = BaseMetadata();
    delta::Metadata now = BaseMetadata();
    old.configuration.merge(before);
    now.configuration.merge(after);
    return MetadataObstacle(old, now).value_or("");
  };
  EXPECT_EQ(change({}, {{"delta.enableDeletionVectors", "false"}}), "the property delta.enableDeletionVectors changed");
  EXPECT_EQ(change({{"delta.enableRowTracking", "true"}}, {{"delta.enableRowTracking", "false"}}),
            "the property delta.enableRowTracking changed");
  EXPECT_EQ(change({{"delta.enableInCommitTimestamps", "true"}}, {{"delta.enableInCommitTimestamps", "false"}}),
            "the property delta.enableInCommitTimestamps changed");
  EXPECT_EQ(change({}, {{"delta.inCommitTimestampEnablementVersion", "4"}}),
            "the property delta.inCommitTimestampEnablementVersion changed");
  EXPECT_EQ(change({{"delta.columnMapping.mode", "none"}}, {{"delta.columnMapping.mode", "name"}}), "");
  EXPECT_EQ(change({{"delta.columnMapping.mode", "id"}}, {{"delta.columnMapping.mode", "name"}}),
            "the property delta.columnMapping.mode changed");
  delta::Metadata options = BaseMetadata();
  options.format_options["compression"] = "none";
  EXPECT_EQ(MetadataObstacle(BaseMetadata(), options), "the format of the files changed");
}

TEST(MetadataChange, MappedColumnsInsideOfOthersKeepTheirNamesToo) {
  const auto with_child = [](const std::string& physical_name) {
    delta::Metadata metadata = BaseMetadata();
    const std::string mapped =
        physical_name.empty() ? "" : R"("delta.columnMapping.physicalName":")" + physical_name + '"';
    metadata.schema_string =
        R"({"type":"struct","fields":[{"name":"s","nullable":true,"metadata":{},"type":{"type":"struct","fields":[)"
        R"({"name":"c","type":"string","nullable":true,"metadata":{)" +
        mapped + "}}]}}]}";
    if (!physical_name.empty()) metadata.configuration["delta.columnMapping.mode"] = "name";
    return metadata;
  };
  EXPECT_EQ(MetadataObstacle(with_child(""), with_child("c")), std::nullopt);
  EXPECT_EQ(MetadataObstacle(with_child(""), with_child("col-1")), "the schema changed");
}

TEST(ProtocolChange, LetsHarmlessFeaturesPass) {
  const auto with = [](std::vector<std::string> features) {
    delta::Protocol protocol = BaseProtocol();
    protocol.writer_features = std::move(features);
    return protocol;
  };
  EXPECT_EQ(ProtocolObstacle(BaseProtocol(), with({"timestampNtz", "appendOnly", "rowTracking", "domainMetadata"})),
            std::nullopt);
  EXPECT_EQ(ProtocolObstacle(BaseProtocol(), with({"timestampNtz"})), "the feature appendOnly was dropped");
  EXPECT_EQ(ProtocolObstacle(BaseProtocol(), with({"timestampNtz", "appendOnly", "madeUp"})),
            "the feature madeUp was added");
  EXPECT_EQ(ProtocolObstacle({.min_reader_version = 1, .min_writer_version = 2},
                             {.min_reader_version = 1, .min_writer_version = 3}),
            "the feature checkConstraints was added");
}

}  // namespace
}  // namespace sluice::delta_log

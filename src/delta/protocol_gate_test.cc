#include "delta/protocol_gate.h"

#include <gtest/gtest.h>

#include "delta/protocol_upgrade.h"
#include "delta/schema_json.h"
#include "delta/table_feature.h"
#include "tests/support/result_matchers.h"

namespace sluice::delta {
namespace {

using core::ErrorKind;
using ::testing::AllOf;
using testing::FailsWith;
using ::testing::HasSubstr;
using Names = std::vector<std::string>;

Protocol Legacy(std::int32_t reader, std::int32_t writer) {
  return {.min_reader_version = reader, .min_writer_version = writer};
}

/// A protocol with lists: `writers` and, in both lists, `both`.
Protocol Listed(const Names& both, const Names& writers = {}) {
  Protocol protocol{.min_reader_version = 3, .min_writer_version = 7, .reader_features = both, .writer_features = both};
  protocol.writer_features->insert(protocol.writer_features->end(), writers.begin(), writers.end());
  return protocol;
}

TableSchema Columns(const std::string& type = "\"long\"", const std::string& metadata = "") {
  return *ParseSchema(R"({"type":"struct","fields":[{"name":"x","type":)" + type + R"(,"nullable":true,"metadata":{)" +
                      metadata + "}}]}");
}

constexpr Operation kAll[] = {Operation::kMaintain,     Operation::kAlter,    Operation::kAppend,
                              Operation::kReplaceFiles, Operation::kMarkRows, Operation::kRewriteRows,
                              Operation::kReplaceRows,  Operation::kRearrange};

/// The operations that the table refuses, as letters in the order of kAll.
std::string Refused(const Protocol& protocol, const StringMap& configuration, const TableSchema& schema = Columns()) {
  constexpr std::string_view kLetters = "MaAFVrRo";
  std::string refused;
  Metadata metadata;
  metadata.configuration = configuration;
  for (std::size_t i = 0; i < std::size(kAll); ++i) {
    if (!CheckCanWrite(protocol, metadata, schema, kAll[i])) refused.push_back(kLetters[i]);
  }
  return refused;
}

TEST(ProtocolGate, ReadsLegacyVersions) {
  for (std::int32_t reader = 1; reader <= 2; ++reader) {
    for (std::int32_t writer = 1; writer <= 9; ++writer) EXPECT_OK(CheckCanRead(Legacy(reader, writer)));
  }
  EXPECT_THAT(CheckCanRead(Legacy(99, 2)), FailsWith(ErrorKind::kUnsupported, HasSubstr("reader version 99")));
  EXPECT_THAT(CheckCanRead(Legacy(0, 2)), FailsWith(ErrorKind::kCorruption, HasSubstr("reader version 0")));
  EXPECT_THAT(CheckCanRead(Legacy(3, 7)), FailsWith(ErrorKind::kCorruption, HasSubstr("without readerFeatures")));
}

TEST(ProtocolGate, RefusesReaderFeaturesByName) {
  EXPECT_OK(CheckCanRead(Listed({"deletionVectors", "timestampWithoutTimezone", "variantShredding-preview"})));
  EXPECT_THAT(CheckCanRead(Listed({"zFuture", "deletionVectors", "catalogOwned-preview", "DeletionVectors"})),
              FailsWith(ErrorKind::kUnsupported,
                        HasSubstr("reader feature(s) DeletionVectors, catalogOwned-preview, zFuture")));
  EXPECT_OK(CheckCanRead(Listed({}, {"writerOnlyFuture"})));
}

TEST(ProtocolGate, RefusesWriterFeaturesByName) {
  EXPECT_EQ(Refused(Listed({"deletionVectors"}, {"appendOnly", "domainMetadata", "clustering"}), {}), "");
  EXPECT_THAT(CheckCanWrite(Listed({}, {"zFuture", "rowTracking", "domainMetadata"}), {}, Columns()),
              FailsWith(ErrorKind::kUnsupported, HasSubstr("writer feature(s) rowTracking, zFuture")));
  EXPECT_THAT(CheckCanWrite(Legacy(1, 8), {}, Columns()),
              FailsWith(ErrorKind::kUnsupported, HasSubstr("writer version 8")));
  // Row tracking stands in the way of rows, not of a checkpoint; what is not known stands in the way of everything.
  EXPECT_EQ(Refused(Listed({}, {"rowTracking", "domainMetadata"}), {}), "aAFVrRo");
  EXPECT_EQ(Refused(Listed({}, {"zFuture"}), {}), "MaAFVrRo");
}

TEST(ProtocolGate, WritesNothingWhereTheListsContradictTheVersions) {
  Protocol reader_only = Listed({"deletionVectors"});
  reader_only.writer_features->clear();
  Protocol writer_only = Listed({}, {"deletionVectors"});
  Protocol old_reader = Listed({});
  old_reader.min_reader_version = 1;
  Protocol old_writer = Listed({});
  old_writer.min_writer_version = 2;
  Protocol no_list = Listed({});
  no_list.writer_features.reset();
  for (const Protocol& protocol : {reader_only, writer_only, old_reader, old_writer, no_list}) {
    EXPECT_THAT(CheckCanWrite(protocol, {}, Columns()),
                FailsWith(ErrorKind::kUnsupported, HasSubstr("contradicts itself")));
  }
  // Column mapping is in force for readers from version 2 on.
  EXPECT_EQ(Refused({.min_reader_version = 2, .min_writer_version = 7, .writer_features = Names{"columnMapping"}}, {}),
            "V");
}

TEST(ProtocolGate, KnowsWhichOperationAFeatureStandsInTheWayOf) {
  const Protocol dv = Listed({"deletionVectors"});
  EXPECT_EQ(Refused(dv, {}), "");
  EXPECT_EQ(Refused(Legacy(1, 2), {}), "V") << "no vectors without the feature";
  EXPECT_EQ(Refused(dv, {{"delta.enableChangeDataFeed", "true"}}), "rR");
  EXPECT_EQ(Refused(dv, {{"delta.enableChangeDataFeed", "maybe"}}), "rR") << "what cannot be read is on";
  EXPECT_EQ(Refused(dv, {{"delta.enableChangeDataFeed", "FALSE"}}), "");
  EXPECT_EQ(Refused(dv, {{"delta.enableIcebergCompatV2", "true"}}), "aAFVrRo");
  EXPECT_EQ(Refused(dv, {{"delta.universalFormat.enabledFormats", "iceberg"}}), "aAFVrRo");
  EXPECT_EQ(Refused(dv, {{"delta.enableInCommitTimestamps", "true"}}), "aAFVrRo") << "property without its feature";
  EXPECT_EQ(Refused(Listed({"deletionVectors"}, {"inCommitTimestamp"}), {{"delta.enableInCommitTimestamps", "true"}}),
            "");
  EXPECT_EQ(Refused(Legacy(1, 3), {{"delta.constraints.c", "x > 0"}}), "V") << "constraints are checked by others";
  EXPECT_EQ(Refused(dv, {}, Columns("\"long\"", R"("delta.generationExpression":"1")")), "AFR");
  EXPECT_EQ(Refused(dv, {}, Columns("\"long\"", R"("delta.identity.start":1)")), "AFR");
  EXPECT_EQ(Refused(dv, {}, Columns("\"long\"", R"("CURRENT_DEFAULT":"1")")), "AFR");
  EXPECT_EQ(Refused(dv, {}, Columns("\"variant\"")), "AFrRo");
  EXPECT_EQ(Refused(dv, {}, Columns("\"void\"")), "AFrRo") << "nothing but void";
  EXPECT_EQ(Refused(dv, {}, Columns("\"interval\"")), "aAFVrRo");
}

TEST(ProtocolGate, KeepsTheRowsOfAppendOnlyTables) {
  const StringMap on{{"delta.appendOnly", "true"}};
  EXPECT_EQ(Refused(Listed({"deletionVectors"}, {"appendOnly"}), on), "FVrR");
  EXPECT_EQ(Refused(Legacy(1, 2), on), "FVrR");
  EXPECT_EQ(Refused(Legacy(1, 1), on), "V") << "not in force before writer version 2";
  Metadata metadata;
  metadata.configuration = on;
  EXPECT_THAT(CheckCanWrite(Legacy(1, 2), metadata, Columns()),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("delta.appendOnly")));
}

TEST(ProtocolGate, SaysWhatMakesTheFeatureActive) {
  const TableSchema nested = Columns(R"({"type":"struct","fields":[{"name":"g","type":"long","nullable":true,)"
                                     R"("metadata":{"delta.generationExpression":"1"}}]})");
  EXPECT_THAT(CheckCanWrite(Legacy(1, 4), {}, nested, Operation::kAppend),
              FailsWith(ErrorKind::kUnsupported, AllOf(HasSubstr("generatedColumns"), HasSubstr("column 'x.g'"))));
  Metadata metadata;
  metadata.configuration = {{"delta.enableChangeDataFeed", "true"}};
  const TableSchema feed = *ParseSchema(
      R"({"type":"struct","fields":[{"name":"_Change_type","type":"long","nullable":true,"metadata":{}}]})");
  EXPECT_THAT(CheckCanWrite(Legacy(1, 4), metadata, feed, Operation::kAppend),
              FailsWith(ErrorKind::kUnsupported, HasSubstr("_change_type")));
}

TEST(ProtocolUpgrade, MakesTheLeastProtocol) {
  const auto minimal = [](const Names& features) { return *MinimalProtocol(features); };
  EXPECT_EQ(minimal({}), Legacy(1, 2));
  EXPECT_EQ(minimal({"appendOnly", "invariants"}), Legacy(1, 2));
  EXPECT_EQ(minimal({"checkConstraints"}), Legacy(1, 3));
  EXPECT_EQ(minimal({"changeDataFeed"}), Legacy(1, 4));
  EXPECT_EQ(minimal({"columnMapping"}), Legacy(2, 5));
  EXPECT_EQ(minimal({"deletionVectors"}), Listed({"deletionVectors"}));
  EXPECT_EQ(minimal({"inCommitTimestamp", "appendOnly"}),
            (Protocol{.min_reader_version = 1,
                      .min_writer_version = 7,
                      .writer_features = Names{"appendOnly", "inCommitTimestamp"}}));
  EXPECT_EQ(minimal({"clustering", "columnMapping"}),
            (Protocol{.min_reader_version = 2,
                      .min_writer_version = 7,
                      .writer_features = Names{"clustering", "columnMapping", "domainMetadata"}}));
  EXPECT_EQ(minimal({"timestampWithoutTimezone"}), Listed({"timestampNtz"}));
  EXPECT_THAT(MinimalProtocol(Names{"rowTracking"}), FailsWith(ErrorKind::kUnsupported, HasSubstr("rowTracking")));
  EXPECT_THAT(MinimalProtocol(Names{"zFuture"}), FailsWith(ErrorKind::kUnsupported, HasSubstr("zFuture")));
}

TEST(ProtocolUpgrade, ListsAllThatALegacyVersionImplied) {
  const auto upgrade = [](const Protocol& from, const Names& features) { return *UpgradeProtocol(from, features); };
  EXPECT_EQ(upgrade(Legacy(1, 2), {"invariants"}), Legacy(1, 2));
  EXPECT_EQ(upgrade(Legacy(1, 2), {"checkConstraints"}), Legacy(1, 3));
  EXPECT_EQ(upgrade(Legacy(1, 1), {"checkConstraints"}), Legacy(1, 3));
  EXPECT_EQ(upgrade(Legacy(1, 4), {"columnMapping"}), Legacy(2, 5));
  EXPECT_EQ(upgrade(Legacy(1, 3), {"deletionVectors"}),
            (Protocol{.min_reader_version = 3,
                      .min_writer_version = 7,
                      .reader_features = Names{"deletionVectors"},
                      .writer_features = Names{"appendOnly", "invariants", "checkConstraints", "deletionVectors"}}));
  EXPECT_EQ(upgrade(Legacy(2, 5), {"v2Checkpoint"}),
            (Protocol{.min_reader_version = 3,
                      .min_writer_version = 7,
                      .reader_features = Names{"columnMapping", "v2Checkpoint"},
                      .writer_features = Names{"appendOnly", "invariants", "checkConstraints", "changeDataFeed",
                                               "generatedColumns", "columnMapping", "v2Checkpoint"}}));
  EXPECT_EQ(upgrade(Legacy(1, 2), {"domainMetadata"}),
            (Protocol{.min_reader_version = 1,
                      .min_writer_version = 7,
                      .writer_features = Names{"appendOnly", "invariants", "domainMetadata"}}));
  const Protocol listed = Listed({"deletionVectors"}, {"zFuture"});
  EXPECT_EQ(upgrade(listed, {"deletionVectors"}), listed);
  EXPECT_EQ(upgrade(listed, {"timestampNtz"}).reader_features, (Names{"deletionVectors", "timestampNtz"}));
  EXPECT_EQ(upgrade(listed, {"timestampNtz"}).writer_features, (Names{"deletionVectors", "zFuture", "timestampNtz"}));
}

TEST(ProtocolUpgrade, MakesProtocolsThatAgreeWithThemselves) {
  for (const TableFeature& feature : TableFeatures()) {
    if (feature.support != FeatureSupport::kYes || feature.name.starts_with("icebergCompat")) continue;
    for (const Protocol& from : {Legacy(1, 1), Legacy(1, 2), Legacy(1, 5), Legacy(2, 5), Legacy(1, 6), Legacy(2, 6),
                                 Listed({"deletionVectors"}, {"appendOnly"})}) {
      const Names wanted{std::string(feature.name)};
      ASSERT_OK_AND_ASSIGN(const Protocol upgraded, UpgradeProtocol(from, wanted));
      EXPECT_OK(CheckCanWrite(upgraded, {}, Columns(), Operation::kAppend)) << feature.name;
      EXPECT_TRUE(SupportsForWriters(upgraded, feature.name)) << feature.name;
      EXPECT_EQ(SupportsForReaders(upgraded, feature.name), feature.reader) << feature.name;
      EXPECT_GE(upgraded.min_reader_version, from.min_reader_version);
      EXPECT_EQ(*UpgradeProtocol(upgraded, wanted), upgraded);
    }
  }
}

TEST(ProtocolUpgrade, FindsTheFeaturesThatATableUses) {
  EXPECT_EQ(UsedFeatures(Columns(), {}), Names());
  EXPECT_EQ(UsedFeatures(Columns("\"timestamp_ntz\"", R"("delta.invariants":"{}")"),
                         {{"delta.columnMapping.mode", "name"},
                          {"delta.checkpointPolicy", "v2"},
                          {"delta.constraints.c", "x > 0"},
                          {"delta.enableDeletionVectors", "true"},
                          {"delta.appendOnly", "false"},
                          {"delta.feature.domainMetadata", "supported"}}),
            (Names{"checkConstraints", "columnMapping", "deletionVectors", "domainMetadata", "invariants",
                   "timestampNtz", "v2Checkpoint"}));
  const TableSchema nested = Columns(R"({"type":"array","elementType":"variant","containsNull":true})");
  EXPECT_EQ(UsedFeatures(nested, {}), Names{"variantType"});
}

}  // namespace
}  // namespace sluice::delta

#include "table/alter_table.h"

#include <gtest/gtest.h>

#include "delta/action_json.h"
#include "table/written_table.h"

namespace sluice::table {
namespace {

using core::ErrorKind;
using ::testing::Contains;
using ::testing::ElementsAre;
using testing::FailsWith;
using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::Pair;

const arrow::FieldVector kFields = {arrow::field("n", arrow::int32()), arrow::field("s", arrow::utf8())};

class AlterTableOf : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_OK(Create()); }
  core::Result<TableChange> Create(delta::StringMap properties = {}) {
    return table_.Create(*RowsOf(kFields, R"([{"n": 1, "s": "a"}, {"n": 2, "s": null}])"),
                         {.properties = std::move(properties)});
  }
  core::Result<TableChange> Alter(const AlterRequest& request) {
    SLUICE_ASSIGN_OR_RETURN(const auto snapshot, table_.Open());
    return AlterTable(table_.environment(), snapshot, request);
  }
  delta::CommitInfo CommitInfo(std::int64_t version) {
    const std::string path = "t/_delta_log/0000000000000000000" + std::to_string(version) + ".json";
    return *delta::ParseActions(table_.files.Contents().at(path), path)->commit_info;
  }
  static delta::Field NewField(const std::string& name, delta::TypeKind kind) {
    return {.name = name, .type = {.kind = kind}};
  }

  WrittenTable table_;
};

TEST_F(AlterTableOf, AddsColumnsAtTheEnd) {
  const AlterRequest request{.add_columns = {NewField("t", delta::TypeKind::kTimestampNtz)}};
  ASSERT_OK_AND_ASSIGN(const TableChange change, Alter(request));
  ASSERT_EQ(change.snapshot->schema.fields.size(), 3);
  EXPECT_EQ(change.snapshot->schema.fields[2].name, "t");
  EXPECT_THAT(*change.snapshot->protocol.reader_features, ElementsAre("timestampNtz"));
  EXPECT_EQ(CommitInfo(1).operation, "ADD COLUMNS");
  EXPECT_THAT(CommitInfo(1).operation_parameters.at("columns"), HasSubstr(R"("name":"t")"));
  EXPECT_EQ(table_.Read()->size(), 2);
  EXPECT_THAT(Alter(request), FailsWith(ErrorKind::kInvalidInput, HasSubstr("'t' already")));
}

TEST_F(AlterTableOf, RefusesColumnsThatCannotBeAdded) {
  EXPECT_THAT(Alter({.add_columns = {NewField("N", delta::TypeKind::kLong)}}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("'n' already")));
  EXPECT_THAT(Alter({.add_columns = {NewField("a b", delta::TypeKind::kLong)}}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("'a b'")));
  delta::Field required = NewField("r", delta::TypeKind::kLong);
  required.nullable = false;
  EXPECT_THAT(Alter({.add_columns = {required}}), FailsWith(ErrorKind::kInvalidInput, HasSubstr("'r'")));
  EXPECT_THAT(Alter({.add_columns = {NewField("v", delta::TypeKind::kLong), NewField("V", delta::TypeKind::kLong)}}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("already")));
  EXPECT_EQ((*table_.Open())->version, 0);
}

TEST_F(AlterTableOf, GivesNewColumnsOfAMappedTableIds) {
  WrittenTable mapped;
  ASSERT_OK(mapped.Create(*RowsOf(kFields, "[{\"n\": 1}]"), {.properties = {{"delta.columnMapping.mode", "name"}}}));
  ASSERT_OK_AND_ASSIGN(const auto snapshot, mapped.Open());
  ASSERT_OK_AND_ASSIGN(
      const TableChange change,
      AlterTable(mapped.environment(), snapshot, {.add_columns = {NewField("a b", delta::TypeKind::kLong)}}));
  EXPECT_EQ(change.snapshot->schema.fields[2].id, 3);
  EXPECT_THAT(change.snapshot->schema.fields[2].physical_name, HasSubstr("col-"));
  EXPECT_THAT(change.snapshot->metadata.configuration, Contains(Pair("delta.columnMapping.maxColumnId", "3")));
}

TEST_F(AlterTableOf, SetsPropertiesWithTheFeaturesTheyNeed) {
  ASSERT_OK_AND_ASSIGN(const TableChange change,
                       Alter({.set_properties = {{"DELTA.enabledeletionvectors", "TRUE"},
                                                 {"delta.checkpointPolicy", "v2"},
                                                 {"delta.enableInCommitTimestamps", "true"},
                                                 {"delta.feature.vacuumProtocolCheck", "supported"},
                                                 {"owner", "me"}}}));
  const delta_log::Snapshot& after = *change.snapshot;
  EXPECT_THAT(after.metadata.configuration, Contains(Pair("delta.enableDeletionVectors", "true")));
  EXPECT_THAT(after.metadata.configuration, Contains(Pair("owner", "me")));
  EXPECT_FALSE(after.metadata.configuration.contains("delta.feature.vacuumProtocolCheck"));
  EXPECT_THAT(*after.protocol.reader_features, ElementsAre("deletionVectors", "v2Checkpoint", "vacuumProtocolCheck"));
  for (const char* implied : {"appendOnly", "invariants", "inCommitTimestamp"}) {
    EXPECT_THAT(*after.protocol.writer_features, Contains(implied));
  }
  EXPECT_TRUE(after.in_commit_timestamp_ms.has_value());
  EXPECT_THAT(after.metadata.configuration, Contains(Pair("delta.inCommitTimestampEnablementVersion", "1")));
  EXPECT_EQ(CommitInfo(1).operation, "SET TBLPROPERTIES");
}

TEST_F(AlterTableOf, MakesNoCommitWhenNothingChanges) {
  ASSERT_OK(Alter({.set_properties = {{"owner", "me"}}, .set_domains = {{"app", "{}"}}}));
  ASSERT_OK_AND_ASSIGN(const TableChange again,
                       Alter({.set_properties = {{"owner", "me"}}, .set_domains = {{"app", "{}"}}}));
  EXPECT_FALSE(again.committed);
  EXPECT_EQ(again.version, 1);
}

TEST_F(AlterTableOf, RefusesPropertiesThatItMayNotSet) {
  const auto refuses = [&](const std::string& key, const std::string& value, ErrorKind kind) {
    EXPECT_THAT(Alter({.set_properties = {{key, value}}}), FailsWith(kind, HasSubstr(key))) << key;
  };
  refuses("delta.enableDeletionVectors", "perhaps", ErrorKind::kInvalidInput);
  refuses("delta.unheardOf", "1", ErrorKind::kInvalidInput);
  refuses("delta.columnMapping.mode", "name", ErrorKind::kUnsupported);
  refuses("delta.columnMapping.maxColumnId", "9", ErrorKind::kInvalidInput);
  refuses("delta.constraints.c", "n > 0", ErrorKind::kInvalidInput);
  EXPECT_THAT(Alter({.set_properties = {{"delta.enableRowTracking", "true"}}}),
              FailsWith(ErrorKind::kUnsupported, HasSubstr("rowTracking")));
  EXPECT_EQ((*table_.Open())->version, 0);
}

TEST_F(AlterTableOf, UnsetsProperties) {
  ASSERT_OK(Alter({.set_properties = {{"delta.checkpointInterval", "3"}, {"owner", "me"}}}));
  ASSERT_OK_AND_ASSIGN(const TableChange change, Alter({.unset_properties = {"delta.CHECKPOINTinterval", "owner"}}));
  EXPECT_TRUE(change.snapshot->metadata.configuration.empty());
  EXPECT_EQ(CommitInfo(2).operation, "UNSET TBLPROPERTIES");
  EXPECT_THAT(Alter({.unset_properties = {"owner"}}), FailsWith(ErrorKind::kNotFound, HasSubstr("'owner'")));
}

TEST_F(AlterTableOf, KeepsAConstraintThatEveryRowKeeps) {
  ASSERT_OK_AND_ASSIGN(const TableChange change,
                       Alter({.add_constraints = {{"Small", R"(n < 10 AND (s IS NULL OR s <> "x"))"}}}));
  EXPECT_THAT(change.snapshot->metadata.configuration,
              Contains(Pair("delta.constraints.small", R"(n < 10 AND (s IS NULL OR s <> "x"))")));
  EXPECT_EQ(change.snapshot->protocol.min_writer_version, 3);
  EXPECT_EQ(CommitInfo(1).operation, "ADD CONSTRAINT");
  EXPECT_THAT(table_.Write(*RowsOf(kFields, R"([{"n": 11}])")),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("constraint small")));
  EXPECT_THAT(Alter({.add_constraints = {{"SMALL", "n < 9"}}}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("small already")));
  ASSERT_OK_AND_ASSIGN(const TableChange dropped, Alter({.drop_constraints = {"sMall"}}));
  EXPECT_EQ(CommitInfo(2).operation, "DROP CONSTRAINT");
  EXPECT_THAT(table_.Write(*RowsOf(kFields, R"([{"n": 11}])")), IsOk());
  EXPECT_THAT(Alter({.drop_constraints = {"small"}}), FailsWith(ErrorKind::kNotFound, HasSubstr("'small'")));
}

TEST_F(AlterTableOf, RefusesAConstraintThatARowBreaks) {
  EXPECT_THAT(Alter({.add_constraints = {{"c", "n < 2"}}}),
              FailsWith(ErrorKind::kInvalidInput, AllOf(HasSubstr("row 2 of part-"), HasSubstr("n = 2"))));
  EXPECT_THAT(Alter({.add_constraints = {{"c", "s <> 'z'"}}}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("s = NULL")));
  EXPECT_THAT(Alter({.add_constraints = {{"c", "1 = 2"}}}), FailsWith(ErrorKind::kInvalidInput, HasSubstr("1 = 2")));
  EXPECT_EQ((*table_.Open())->version, 0);
}

TEST_F(AlterTableOf, RefusesConstraintsThatAreNone) {
  EXPECT_THAT(Alter({.add_constraints = {{"c", "m > 1"}}}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("constraint c")));
  EXPECT_THAT(Alter({.add_constraints = {{"c", "n +"}}}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("constraint c")));
  EXPECT_THAT(Alter({.add_constraints = {{"c", "n + 1"}}}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("constraint c")));
  for (const char* name : {"", "a b", "a.b", "a=b"}) {
    EXPECT_THAT(Alter({.add_constraints = {{name, "n < 10"}}}),
                FailsWith(ErrorKind::kInvalidInput, HasSubstr("cannot be called")));
  }
}

TEST_F(AlterTableOf, ChecksAConstraintOnAColumnThatComesWithIt) {
  ASSERT_OK_AND_ASSIGN(const TableChange change, Alter({.add_columns = {NewField("x", delta::TypeKind::kLong)},
                                                        .add_constraints = {{"c", "x IS NULL OR x > 0"}}}));
  EXPECT_EQ(change.version, 1);
  EXPECT_EQ(CommitInfo(1).operation, "ALTER TABLE");
}

TEST_F(AlterTableOf, LosesAgainstRowsThatCameAfterTheCheck) {
  ASSERT_OK_AND_ASSIGN(const auto old, table_.Open());
  ASSERT_OK(table_.Write(*RowsOf(kFields, R"([{"n": 100}])")));
  EXPECT_THAT(AlterTable(table_.environment(), old, {.add_constraints = {{"c", "n < 10"}}}),
              FailsWith(ErrorKind::kConflict, HasSubstr("ConcurrentAppend")));
  EXPECT_THAT(AlterTable(table_.environment(), old, {.set_properties = {{"owner", "me"}}}), IsOk());
}

TEST_F(AlterTableOf, SetsAndRemovesDomains) {
  ASSERT_OK_AND_ASSIGN(const TableChange set, Alter({.set_domains = {{"app", R"({"a":1})"}}}));
  EXPECT_EQ(set.snapshot->domains.at("app").configuration, R"({"a":1})");
  EXPECT_THAT(*set.snapshot->protocol.writer_features, Contains("domainMetadata"));
  ASSERT_OK_AND_ASSIGN(const TableChange removed, Alter({.remove_domains = {"app"}}));
  EXPECT_TRUE(removed.snapshot->domains.empty());
  EXPECT_THAT(Alter({.remove_domains = {"app"}}), FailsWith(ErrorKind::kNotFound, HasSubstr("'app'")));
  EXPECT_THAT(Alter({.set_domains = {{"delta.clustering", "{}"}}}),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("delta.clustering")));
}

}  // namespace
}  // namespace sluice::table

#include <fmt/format.h>

#include "delta_log/stats_json.h"
#include "delta_log/test_log.h"
#include "tests/support/result_matchers.h"

namespace sluice::delta_log {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using testing::FailsWith;
using ::testing::HasSubstr;
using testing::IsOk;
using ErrorKind = core::ErrorKind;

constexpr const char* kUuid = "80a083e8-7026-4e79-81be-64bd76c43a11";

class CheckpointReaderTest : public TestLog {
 protected:
  /// A table that begins with a checkpoint at version 5.
  void SetUp() override { CommitFiles(5, 6); }
  std::string PartPath(int part, int parts) {
    return fmt::format("t/_delta_log/{:020}.checkpoint.{:010}.{:010}.parquet", 5, part, parts);
  }
  static std::string Top(const std::string& more) {
    return "[" + StateRows() + R"(,{"checkpointMetadata":{"version":5}})" + more + "]";
  }
  static std::string SidecarRow(const std::string& path) {
    return fmt::format(R"({{"sidecar":{{"path":"{}","sizeInBytes":1,"modificationTime":1}}}})", path);
  }
  std::vector<std::string> OpenPaths() {
    const auto snapshot = Open();
    EXPECT_THAT(snapshot, IsOk());
    return snapshot.has_value() ? Paths(**snapshot) : std::vector<std::string>();
  }
};

TEST_F(CheckpointReaderTest, ReadsEveryFieldOfFiles) {
  const std::string add =
      R"({"add":{"path":"a%20b","partitionValues":[["p","1"],["q",null]],"size":7,)"
      R"("modificationTime":9,"stats":"{\"numRecords\":3}","tags":[["k","v"]],"baseRowId":11,)"
      R"("deletionVector":{"storageType":"u","pathOrInlineDv":"xyz","offset":4,"sizeInBytes":40,"cardinality":6}}})";
  PutParquet(
      ClassicCheckpointPath(kRoot, 5),
      "[" + StateRows() + "," + AddRow("plain") + "," + add +
          R"(,{"txn":{"appId":"app","version":3,"lastUpdated":4}},{"domainMetadata":{"domain":"d","configuration":"{}"}}])");
  ASSERT_OK_AND_ASSIGN(const auto snapshot, Open(5));
  const auto ref = snapshot->files.Find("a b");
  ASSERT_TRUE(ref.has_value());
  const delta::AddFile expected{
      .path = "a%20b",
      .partition_values = {{"p", "1"}, {"q", std::nullopt}},
      .size_bytes = 7,
      .modification_time_ms = 9,
      .tags = delta::StringMap{{"k", "v"}},
      .deletion_vector =
          delta::DeletionVectorDescriptor{
              .storage_type = 'u', .path_or_inline = "xyz", .offset = 4, .size_bytes = 40, .cardinality = 6},
      .base_row_id = 11};
  EXPECT_EQ(snapshot->files.Get(*ref), expected);
  ASSERT_OK_AND_ASSIGN(const auto stats, snapshot->files.LoadStats(snapshot->files.All()));
  EXPECT_THAT(stats, ElementsAre("", R"({"numRecords":3})"));
  EXPECT_EQ(snapshot->transactions.at("app"), (delta::SetTransaction{"app", 3, 4}));
  EXPECT_EQ(snapshot->domains.at("d").configuration, "{}");
}

TEST_F(CheckpointReaderTest, StatisticsOutliveTheCheckpoint) {
  PutCheckpoint(5);
  PutParquet(ClassicCheckpointPath(kRoot, 5),
             "[" + StateRows() + R"(,{"add":{"path":"x","size":1,"modificationTime":1,"stats":"{}"}}])");
  ASSERT_OK_AND_ASSIGN(const auto snapshot, Open(5));
  ASSERT_OK(files_.Remove(ClassicCheckpointPath(kRoot, 5)));
  ASSERT_OK_AND_ASSIGN(const auto stats, snapshot->files.LoadStats(snapshot->files.All()));
  EXPECT_THAT(stats, ElementsAre("{}"));
}

TEST_F(CheckpointReaderTest, TakesTheColumnsOfOtherWriters) {
  // Required fields, another order, more columns, most columns missing, 32-bit sizes, a dictionary in Arrow's schema.
  const auto required = [](const char* name, std::shared_ptr<arrow::DataType> type) {
    return arrow::field(name, std::move(type), /*nullable=*/false);
  };
  const auto type = arrow::struct_({
      arrow::field("commitInfo", arrow::struct_({arrow::field("x", arrow::utf8())})),
      arrow::field(
          "add",
          arrow::struct_({required("modificationTime", arrow::int64()), required("size", arrow::int32()),
                          arrow::field("more", arrow::list(arrow::int64())),
                          arrow::field("deletionVector", arrow::struct_({required("cardinality", arrow::int64()),
                                                                         required("sizeInBytes", arrow::int32()),
                                                                         arrow::field("maxRowIndex", arrow::int64()),
                                                                         required("pathOrInlineDv", arrow::utf8()),
                                                                         required("storageType", arrow::utf8())})),
                          required("path", arrow::large_utf8())})),
      arrow::field("metaData",
                   arrow::struct_({required("schemaString", arrow::utf8()), required("id", arrow::utf8())})),
      arrow::field("protocol", arrow::struct_({required("minWriterVersion", arrow::int32()),
                                               required("minReaderVersion", arrow::int32())})),
  });
  const std::string rows =
      R"([{"metaData":{"schemaString":"{\"type\":\"struct\",\"fields\":[]}","id":"t"}},)"
      R"({"protocol":{"minWriterVersion":2,"minReaderVersion":1}},)"
      R"({"add":{"modificationTime":1,"size":5,"more":[1,2],"deletionVector":null,"path":"a"}},)"
      R"({"add":{"modificationTime":1,"size":6,"deletionVector":{"cardinality":1,"sizeInBytes":2,"pathOrInlineDv":"v","storageType":"i"},"path":"b"}}])";
  PutParquet(ClassicCheckpointPath(kRoot, 5), rows, type);
  ASSERT_OK_AND_ASSIGN(const auto snapshot, Open(5));
  EXPECT_THAT(Paths(*snapshot), ElementsAre("a", "b"));
  EXPECT_EQ(snapshot->files.size_bytes(), 11);
  const FileRef b = *snapshot->files.Find("b");
  ASSERT_NE(snapshot->files.segment(b.segment).deletion_vector(b.row), nullptr);
  EXPECT_EQ(snapshot->files.segment(b.segment).deletion_vector(b.row)->UniqueId(), "iv");
}

TEST_F(CheckpointReaderTest, PutsPartsTogetherAndNotesMissingOnes) {
  PutParquet(PartPath(1, 2), "[" + StateRows() + "," + AddRow("a") + "]");
  PutParquet(PartPath(2, 2), "[" + AddRow("b") + "]");
  EXPECT_THAT(OpenPaths(), ElementsAre("a", "b", "f6"));
  PutParquet(PartPath(1, 3), "[" + StateRows() + "]");
  ASSERT_OK_AND_ASSIGN(const auto snapshot, Open());
  EXPECT_THAT(snapshot->notes, Contains(HasSubstr("1 of its 3 parts")));
  ASSERT_OK(files_.Remove(PartPath(2, 2)));
  EXPECT_THAT(Open(),
              FailsWith(ErrorKind::kCorruption, AllOf(HasSubstr("no usable checkpoint"), HasSubstr("of its 2 parts"))));
}

TEST_F(CheckpointReaderTest, ReadsSidecarsNamedByParquetAndJson) {
  PutParquet("t/_delta_log/_sidecars/a b.parquet", "[" + AddRow("a") + "," + AddRow("b") + "]");
  PutParquet("t/_delta_log/_sidecars/c.parquet", "[" + AddRow("c") + "]");
  const std::string sidecars = "," + SidecarRow("a%20b.parquet") + "," + SidecarRow("_delta_log/_sidecars/c.parquet");
  PutParquet(UuidCheckpointPath(kRoot, 5, kUuid, "parquet"), Top(sidecars));
  EXPECT_THAT(OpenPaths(), ElementsAre("a", "b", "c", "f6"));
  ASSERT_OK(files_.Remove(UuidCheckpointPath(kRoot, 5, kUuid, "parquet")));
  PutParquet(ClassicCheckpointPath(kRoot, 5), Top(sidecars));
  EXPECT_THAT(OpenPaths(), ElementsAre("a", "b", "c", "f6"));
  ASSERT_OK(files_.Remove(ClassicCheckpointPath(kRoot, 5)));
  files_.Put(UuidCheckpointPath(kRoot, 5, kUuid, "json"), std::string(kProtocolLine) + "\n" + kMetadataLine + "\n" +
                                                              "{\"checkpointMetadata\":{\"version\":5}}\n" +
                                                              SidecarRow("c.parquet") + "\n");
  EXPECT_THAT(OpenPaths(), ElementsAre("c", "f6"));
}

TEST_F(CheckpointReaderTest, VersionTwoMayHoldItsFiles) {
  files_.Put(UuidCheckpointPath(kRoot, 5, kUuid, "json"), std::string(kProtocolLine) + "\n" + kMetadataLine + "\n" +
                                                              AddLine("in") + "\n" + RemoveLine("gone", "v1") + "\n" +
                                                              RemoveLine("gone", "v2") +
                                                              "\n{\"checkpointMetadata\":{\"version\":5}}\n");
  EXPECT_THAT(OpenPaths(), ElementsAre("f6", "in"));
  ASSERT_OK_AND_ASSIGN(const auto snapshot, Open());
  ASSERT_OK_AND_ASSIGN(const auto tombstones, LoadTombstones(world_.environment, *snapshot));
  EXPECT_EQ(tombstones.size(), 2U);
}

TEST_F(CheckpointReaderTest, UnusableOnesAreNotedAndOlderOnesTaken) {
  CommitFirst();
  CommitFiles(1, 4);
  PutCheckpoint(3);
  const std::string path = ClassicCheckpointPath(kRoot, 5);
  PutCheckpoint(5);
  const std::string good = files_.Contents().at(path);
  std::string damaged = good;
  damaged.replace(4, good.size() / 2, good.size() / 2, '\xff');  // pages, not the footer
  for (const std::string& bad : {std::string("PAR1"), good.substr(0, good.size() / 2), damaged}) {
    files_.Put(path, bad);
    ASSERT_OK_AND_ASSIGN(const auto snapshot, Open());
    EXPECT_EQ(snapshot->log.checkpoint->version, 3);
    EXPECT_THAT(Paths(*snapshot), ElementsAre("f0", "f1", "f2", "f3", "f4", "f5", "f6"));
    EXPECT_THAT(snapshot->notes, Contains(HasSubstr("checkpoint ignored: " + path)));
  }
  const std::pair<std::string, const char*> contents[] = {
      {"[" + AddRow("a") + "]", "no protocol"},
      {R"([{"protocol":{"minReaderVersion":1,"minWriterVersion":2}}])", "no metaData"},
      {"[" + StateRows() + "," + StateRows() + "]", "a second protocol"},
      {Top("," + SidecarRow("missing.parquet")), "names a sidecar that is not there"},
      {"[" + StateRows() + R"(,{"checkpointMetadata":{"version":4}}])", "that of version 4"},
      {"[" + StateRows() + "," + SidecarRow("x") + "]", "no checkpointMetadata"},
      {"[" + StateRows() + R"(,{"add":{"path":"a","modificationTime":1}}])", "an action without add.size"},
  };
  for (const auto& [rows, note] : contents) {
    PutParquet(path, rows);
    ASSERT_OK_AND_ASSIGN(const auto snapshot, Open());
    EXPECT_EQ(snapshot->files.size(), 7U) << note;
    EXPECT_THAT(snapshot->notes, Contains(HasSubstr(note)));
  }
  PutParquet("t/_delta_log/_sidecars/s.parquet", "[" + AddRow("s") + "]");
  PutParquet(path, Top("," + AddRow("a") + "," + SidecarRow("s.parquet")));
  ASSERT_OK_AND_ASSIGN(const auto snapshot, Open());
  EXPECT_THAT(snapshot->notes, Contains(HasSubstr("both files and sidecars")));
  ASSERT_OK(files_.Remove(ClassicCheckpointPath(kRoot, 3)));
  ASSERT_OK_AND_ASSIGN(const auto from_commits, Open());
  EXPECT_THAT(Paths(*from_commits), ElementsAre("f0", "f1", "f2", "f3", "f4", "f5", "f6"));
}

TEST_F(CheckpointReaderTest, ManyRowGroupsWithActionsOfAllKindsInThem) {
  std::string rows = StateRows();
  for (int i = 0; i < 500; ++i) {
    rows += "," + AddRow(fmt::format("a{:03}", i));
    if (i % 3 == 0) rows += fmt::format(R"(,{{"remove":{{"path":"r{:03}","deletionTimestamp":{}}}}})", i, i);
  }
  PutParquet(ClassicCheckpointPath(kRoot, 5), "[" + rows + "]", CheckpointType(), 7);
  ASSERT_OK_AND_ASSIGN(const auto snapshot, Open(5));
  const std::vector<std::string> paths = Paths(*snapshot);
  ASSERT_EQ(paths.size(), 500U);
  for (int i = 0; i < 500; ++i) ASSERT_EQ(paths[static_cast<std::size_t>(i)], fmt::format("a{:03}", i));
  ASSERT_OK_AND_ASSIGN(const auto tombstones, LoadTombstones(world_.environment, *snapshot));
  ASSERT_EQ(tombstones.size(), 167U);
  EXPECT_EQ(tombstones[1].path, "r003");
  EXPECT_EQ(tombstones[1].deletion_timestamp_ms, 3);
}

TEST_F(CheckpointReaderTest, EveryCutAndEveryFlippedByteIsAnErrorOrHarmless) {
  std::string rows = StateRows();
  for (int i = 0; i < 20; ++i) rows += "," + AddRow(fmt::format("a{}", i));
  const std::string path = ClassicCheckpointPath(kRoot, 5);
  PutParquet(path, "[" + rows + "]");
  const std::string good = files_.Contents().at(path);
  for (std::size_t cut = 0; cut < good.size(); cut += 97) {
    files_.Put(path, good.substr(0, cut));
    EXPECT_FALSE(Open().has_value()) << cut;
  }
  for (std::size_t at = 0; at < good.size(); at += 13) {
    std::string bytes = good;
    bytes[at] = static_cast<char>(bytes[at] ^ 0xFF);
    files_.Put(path, bytes);
    const auto snapshot = Open();
    if (!snapshot.has_value()) {
      EXPECT_THAT(snapshot.error().ToString(), HasSubstr("checkpoint")) << at;
    }
  }
}

TEST(StatsJson, WritesEveryTypeWithAllItsDigits) {
  const auto leaves = arrow::struct_({
      arrow::field("long", arrow::int64()),
      arrow::field("short", arrow::int16()),
      arrow::field("double", arrow::float64()),
      arrow::field("float", arrow::float32()),
      arrow::field("decimal", arrow::decimal128(38, 10)),
      arrow::field("text", arrow::utf8()),
      arrow::field("flag", arrow::boolean()),
      arrow::field("day", arrow::date32()),
      arrow::field("instant", arrow::timestamp(arrow::TimeUnit::MICRO, "UTC")),
      arrow::field("wall", arrow::timestamp(arrow::TimeUnit::MILLI)),
      arrow::field("nested", arrow::struct_({arrow::field("x", arrow::int32())})),
  });
  const auto type = arrow::struct_({arrow::field("numRecords", arrow::int64()), arrow::field("minValues", leaves)});
  const auto array = arrow::json::ArrayFromJSONString(type, R"([
      {"numRecords":9223372036854775807,"minValues":{"long":-9223372036854775808,"short":-3,"double":0.1,"float":0.1,
       "decimal":"-0.0000000001","text":"a\"\u00e9\n","flag":true,"day":-1,"instant":-1,"wall":1500,"nested":{"x":4}}},
      {"numRecords":1,"minValues":{"double":1e300,"decimal":"1234567890123456789012345678.0000000000"}},
      null])")
                         .ValueOrDie();
  const auto& stats = static_cast<const arrow::StructArray&>(*array);
  const auto json = [&stats](std::int64_t row) {
    std::string text;
    AppendStatsJson(stats, row, text);
    return text;
  };
  EXPECT_EQ(json(0),
            R"({"numRecords":9223372036854775807,"minValues":{"long":-9223372036854775808,"short":-3,"double":0.1,)"
            R"("float":0.1,"decimal":-0.0000000001,"text":"a\"é\n","flag":true,"day":"1969-12-31",)"
            R"("instant":"1969-12-31T23:59:59.999999Z","wall":"1970-01-01T00:00:01.500000","nested":{"x":4}}})");
  EXPECT_EQ(json(1),
            R"({"numRecords":1,"minValues":{"double":1e+300,"decimal":1234567890123456789012345678.0000000000}})");
  EXPECT_EQ(json(2), "");
}

}  // namespace
}  // namespace sluice::delta_log

#include "delta/action_json.h"

#include "tests/support/result_matchers.h"

namespace sluice::delta {
namespace {

using ::sluice::testing::FailsWith;
using ::sluice::testing::IsOk;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr auto kCorruption = core::ErrorKind::kCorruption;

constexpr std::string_view kAdd =
    R"({"add":{"path":"a.parquet","partitionValues":{"p":"x","q":null},"size":7,"modificationTime":8,"dataChange":true,)"
    R"("stats":"{\"numRecords\":3}"}})";

std::string AddLine(std::string_view path) {
  return R"({"add":{"path":")" + std::string(path) +
         R"(","partitionValues":{},"size":1,"modificationTime":2,"dataChange":true}})" + "\n";
}

std::string RemoveLine(std::string_view path, std::string_view more = "") {
  return R"({"remove":{"path":")" + std::string(path) + R"(","dataChange":true)" + std::string(more) + "}}\n";
}

constexpr std::string_view kVector =
    R"(,"deletionVector":{"storageType":"u","pathOrInlineDv":"vBn[lx{q8@P<9BNH/isA","offset":1,"sizeInBytes":36,"cardinality":2})";

TEST(ActionJson, ReadsAnAddWithAllThatItSays) {
  ASSERT_OK_AND_ASSIGN(const ActionSet actions, ParseActions(kAdd, "0.json"));
  ASSERT_EQ(actions.adds.size(), 1U);
  const AddFile expected{.path = "a.parquet",
                         .partition_values = {{"p", "x"}, {"q", std::nullopt}},
                         .size_bytes = 7,
                         .modification_time_ms = 8,
                         .data_change = true,
                         .stats = R"({"numRecords":3})"};
  EXPECT_EQ(actions.adds[0], expected);
}

TEST(ActionJson, AcceptsBlankLinesCarriageReturnsNullsAnyOrderAndUnknownKeys) {
  const std::string text =
      "\r\n\n  \n"
      R"({ "add" : {"new":[1,{"x":[null]}], "dataChange":false,"tags":null, "stats":null,"deletionVector":null,)"
      R"("modificationTime":-8,"size":7,"partitionValues":{},"p\u0061th":"a\/b%20c"} , "later":{"a":[]}})"
      "\r\n"
      R"({"somethingNew":{"size":"big"}})"
      "\r\n\r\n"
      R"({"remove":null})";
  ASSERT_OK_AND_ASSIGN(const ActionSet actions, ParseActions(text, "0.json"));
  ActionSet expected;
  expected.adds = {{.path = "a/b%20c", .size_bytes = 7, .modification_time_ms = -8, .data_change = false}};
  EXPECT_EQ(actions, expected);
}

core::Result<ActionSet> Parse(std::string_view text, LogFileKind kind = LogFileKind::kCommit) {
  return ParseActions(text, "7.json", {.kind = kind});
}

TEST(ActionJson, NamesFileLineAndByteOfWhatIsNoJson) {
  const std::string add = AddLine("a");
  const std::string place = "7.json: line 2, byte " + std::to_string(add.size());
  for (const std::string bad :
       {"x", "{\"add\":{\"path\":\"b", "{\"add\":", "{\"a\":1}{\"b\":2}", "[]", "{\"a\":\"\t\"}", "{\"a\":\"\xff\"}",
        "{\"a\":01}", "{\"a\":\"\\x\"}", "{\"a\" 1}", "{\"a\":1,}"}) {
    EXPECT_THAT(Parse(add + bad), FailsWith(kCorruption, HasSubstr("7.json: line 2, byte "))) << bad;
  }
  EXPECT_THAT(Parse(add + "{\"a\":\"\xff\"}"), FailsWith(kCorruption, HasSubstr(place)));
  EXPECT_THAT(Parse(add + add.substr(0, 20) + "\n" + add), FailsWith(kCorruption, HasSubstr("7.json: line 2")));
  EXPECT_THAT(Parse(""), FailsWith(kCorruption, HasSubstr("7.json")));
  EXPECT_THAT(Parse(" \r\n\n"), FailsWith(kCorruption, HasSubstr("7.json")));
}

TEST(ActionJson, NamesTheRequiredKeyThatIsAbsentAndTheValueOfAWrongType) {
  EXPECT_THAT(Parse(R"({"add":{"path":"a","partitionValues":{},"modificationTime":2,"dataChange":true}})"),
              FailsWith(kCorruption, HasSubstr("add: the required key 'size' is absent")));
  EXPECT_THAT(Parse(R"({"add":{"path":"a","partitionValues":{},"size":null,"modificationTime":2,"dataChange":true}})"),
              FailsWith(kCorruption, HasSubstr("'size' is absent")));
  EXPECT_THAT(Parse(R"({"add":{"path":"a","partitionValues":{},"size":"1"}})"),
              FailsWith(kCorruption, HasSubstr("add.size: an integer is expected")));
  EXPECT_THAT(Parse(R"({"add":{"size":1.5}})"), FailsWith(kCorruption, HasSubstr("an integer is expected")));
  EXPECT_THAT(Parse(R"({"add":{"size":9223372036854775808}})"), FailsWith(kCorruption, HasSubstr("64 bits")));
  EXPECT_THAT(Parse(R"({"protocol":{"minReaderVersion":4294967297}})"), FailsWith(kCorruption, HasSubstr("32 bits")));
  EXPECT_THAT(Parse(R"({"add":{"dataChange":1}})"), FailsWith(kCorruption, HasSubstr("add.dataChange")));
  EXPECT_THAT(Parse(R"({"add":{"partitionValues":{"p":1}}})"),
              FailsWith(kCorruption, HasSubstr("add.partitionValues.p")));
  EXPECT_THAT(Parse(R"({"add":{"path":"a","path":"b"}})"), FailsWith(kCorruption, HasSubstr("twice")));
  EXPECT_THAT(Parse(R"({"add":[]})"), FailsWith(kCorruption, HasSubstr("add: an object is expected")));
  EXPECT_THAT(Parse(R"({"metaData":{"id":"1","format":{"provider":"parquet","options":{}},"partitionColumns":[]}})"),
              FailsWith(kCorruption, HasSubstr("metaData: the required key 'schemaString'")));
}

TEST(ActionJson, RefusesWhatOneCommitCannotHold) {
  const std::string protocol = R"({"protocol":{"minReaderVersion":1,"minWriterVersion":2}})"
                               "\n";
  EXPECT_THAT(Parse(protocol + protocol), FailsWith(kCorruption, HasSubstr("7.json: line 2")));
  EXPECT_THAT(Parse(AddLine("a") + AddLine("b") + AddLine("a")),
              FailsWith(kCorruption, AllOf(HasSubstr("7.json: line 3"), HasSubstr("second add of 'a'"))));
  EXPECT_THAT(Parse(RemoveLine("a") + RemoveLine("a", kVector)), FailsWith(kCorruption, HasSubstr("second remove")));
  EXPECT_THAT(Parse(AddLine("a") + RemoveLine("a")), FailsWith(kCorruption, HasSubstr("line 2")));
  EXPECT_OK(Parse(AddLine("a") + RemoveLine("a", kVector)));
  EXPECT_OK(Parse(RemoveLine("a") + RemoveLine("a", kVector), LogFileKind::kCheckpoint));
  const std::string txn = R"({"txn":{"appId":"x","version":1}})"
                          "\n";
  EXPECT_THAT(Parse(txn + "\n" + txn), FailsWith(kCorruption, HasSubstr("line 3")));
  const std::string domain = R"({"domainMetadata":{"domain":"x","configuration":"","removed":true}})"
                             "\n";
  EXPECT_THAT(Parse(domain + domain), FailsWith(kCorruption, HasSubstr("second domainMetadata of 'x'")));
}

TEST(ActionJson, KeepsTheTextOfWhatWritersSayAboutACommit) {
  ASSERT_OK_AND_ASSIGN(
      const ActionSet actions,
      Parse(R"({"commitInfo":{"operation":"WRITE","timestamp":"later","readVersion":3,"isBlindAppend":"no",)"
            R"("operationParameters":{"mode":"Append","n":1.50,"by":["a", "b"]},"tags":7,"engineInfo":{"a": 1}}})"));
  CommitInfo expected;
  expected.operation = "WRITE";
  expected.read_version = 3;
  expected.operation_parameters = {{"mode", "Append"}, {"n", "1.50"}, {"by", R"(["a", "b"])"}};
  expected.engine_info = R"({"a": 1})";
  EXPECT_EQ(*actions.commit_info, expected);
}

TEST(ActionJson, ReadsOnlyWhatIsAskedFor) {
  const std::string info = R"({"commitInfo":{"inCommitTimestamp":5}})"
                           "\n";
  const std::string protocol = R"({"protocol":{"minReaderVersion":1,"minWriterVersion":2}})"
                               "\n";
  const std::string text = "\n" + info + AddLine("a") +
                           R"({"add":{"size":"wrong"}})"
                           "\n" +
                           protocol;
  ASSERT_OK_AND_ASSIGN(const ActionSet both,
                       ParseActions(text, "7.json", {.selection = ActionSelection::kProtocolAndMetadata}));
  EXPECT_TRUE(both.protocol.has_value());
  EXPECT_FALSE(both.commit_info.has_value());
  EXPECT_TRUE(both.adds.empty());
  ASSERT_OK_AND_ASSIGN(const ActionSet first,
                       ParseActions(text + "torn", "7.json", {.selection = ActionSelection::kCommitInfo}));
  EXPECT_EQ(first.commit_info->in_commit_timestamp_ms, 5);
  EXPECT_FALSE(first.protocol.has_value());
  ASSERT_OK_AND_ASSIGN(const ActionSet none,
                       ParseActions(protocol + info, "7.json", {.selection = ActionSelection::kCommitInfo}));
  EXPECT_FALSE(none.commit_info.has_value());
}

TEST(ActionJson, ReadsSidecarsInCheckpointsOnly) {
  const std::string text = R"({"checkpointMetadata":{"version":5,"tags":{"a":"b"}}})"
                           "\n"
                           R"({"sidecar":{"path":"s.parquet","sizeInBytes":9,"modificationTime":1}})"
                           "\n";
  ASSERT_OK_AND_ASSIGN(const ActionSet checkpoint, Parse(text, LogFileKind::kCheckpoint));
  EXPECT_EQ(checkpoint.checkpoint_metadata, (CheckpointMetadata{.version = 5, .tags = {{"a", "b"}}}));
  EXPECT_EQ(checkpoint.sidecars,
            (std::vector<Sidecar>{{.path = "s.parquet", .size_bytes = 9, .modification_time_ms = 1}}));
  ASSERT_OK_AND_ASSIGN(const ActionSet commit, Parse(text));
  EXPECT_EQ(commit, ActionSet());
}

TEST(ActionJson, LinesMayLieAcrossPieces) {
  std::string text;
  for (int i = 0; i < 20000; ++i) text += AddLine("file-" + std::to_string(i));
  text += R"({"new":")" + std::string(3 << 20, 'x') + "\"}\n" + AddLine("last");
  ASSERT_OK_AND_ASSIGN(const ActionSet actions, Parse(text));
  ASSERT_EQ(actions.adds.size(), 20001U);
  EXPECT_EQ(actions.adds[12345].path, "file-12345");
  EXPECT_EQ(actions.adds.back().path, "last");
  EXPECT_THAT(Parse(text + "x"), FailsWith(kCorruption, HasSubstr("line 20003, byte " + std::to_string(text.size()))));
  EXPECT_THAT(Parse(text + AddLine("file-7")), FailsWith(kCorruption, HasSubstr("line 20003")));
}

}  // namespace
}  // namespace sluice::delta

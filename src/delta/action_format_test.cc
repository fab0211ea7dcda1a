#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "delta/action_json.h"
#include "tests/support/result_matchers.h"

namespace sluice::delta {
namespace {

using ::sluice::testing::FailsWith;
using ::sluice::testing::IsOk;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

const std::filesystem::path kTables = SLUICE_SOURCE_DIR "/../shared/tables";

TEST(ActionFormat, WritesOneLineAnActionWithCommitInfoFirst) {
  ActionSet actions;
  actions.adds = {{.path = "a b", .partition_values = {{"q", std::nullopt}, {"p", ""}}, .size_bytes = 1}};
  actions.removes = {{.path = "c", .deletion_timestamp_ms = 5, .deletion_vector = DeletionVectorDescriptor{}}};
  actions.cdcs = {{.path = "d"}};
  actions.transactions = {{.app_id = "\"x\"\n\x01\\é", .version = -1}};
  actions.domains = {{.domain = "e", .configuration = "{}", .removed = true}};
  actions.protocol = Protocol{.min_reader_version = 3, .min_writer_version = 7, .reader_features = {{"f", "g"}}};
  actions.metadata = Metadata{.id = "i", .schema_string = "s", .configuration = {{"k", "v"}}};
  actions.commit_info = CommitInfo{.timestamp_ms = 9, .in_commit_timestamp_ms = 8, .operation = "WRITE"};
  actions.commit_info->is_blind_append = false;
  EXPECT_EQ(
      FormatActions(actions),
      R"({"commitInfo":{"inCommitTimestamp":8,"timestamp":9,"operation":"WRITE","operationParameters":{},"isBlindAppend":false}})"
      "\n"
      R"({"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["f","g"]}})"
      "\n"
      R"({"metaData":{"id":"i","format":{"provider":"parquet","options":{}},"schemaString":"s","partitionColumns":[],"configuration":{"k":"v"}}})"
      "\n"
      R"({"txn":{"appId":"\"x\"\n\u0001\\é","version":-1}})"
      "\n"
      R"({"domainMetadata":{"domain":"e","configuration":"{}","removed":true}})"
      "\n"
      R"({"remove":{"path":"c","deletionTimestamp":5,"dataChange":true,"extendedFileMetadata":false,"deletionVector":{"storageType":"u","pathOrInlineDv":"","sizeInBytes":0,"cardinality":0}}})"
      "\n"
      R"({"add":{"path":"a b","partitionValues":{"q":null,"p":""},"size":1,"modificationTime":0,"dataChange":true}})"
      "\n"
      R"({"cdc":{"path":"d","partitionValues":{},"size":0,"dataChange":false}})"
      "\n");
}

TEST(ActionFormat, BytesThatAreNoUtf8BecomeReplacementCharacters) {
  ActionSet actions;
  actions.transactions = {{.app_id = "a\xFF"}};
  ASSERT_OK_AND_ASSIGN(const ActionSet back, ParseActions(FormatActions(actions), "f"));
  EXPECT_EQ(back.transactions[0].app_id, "a\uFFFD");
}

/// Random values of every member.
class RandomActions {
 public:
  explicit RandomActions(std::uint64_t seed) : random_(seed) {}

  ActionSet Make() {
    ActionSet actions;
    if (Chance()) actions.commit_info = Info();
    if (Chance()) actions.protocol = Protocol{Int(), Int(), Maybe(Texts()), Maybe(Texts())};
    if (Chance()) actions.metadata = Table();
    for (int i = Small(); i > 0; --i) actions.adds.push_back(Add(std::to_string(i)));
    for (int i = Small(); i > 0; --i) actions.removes.push_back(Remove("r" + std::to_string(i)));
    for (int i = Small(); i > 0; --i) actions.cdcs.push_back({Text(), Partition(), Number(), Maybe(Map())});
    for (int i = Small(); i > 0; --i) actions.transactions.push_back({std::to_string(i), Number(), Maybe(Number())});
    for (int i = Small(); i > 0; --i) actions.domains.push_back({std::to_string(i), Text(), Chance()});
    return actions;
  }

 private:
  bool Chance() { return random_() % 2 == 0; }
  int Small() { return static_cast<int>(random_() % 4); }
  std::int32_t Int() { return static_cast<std::int32_t>(random_()); }
  std::int64_t Number() { return Chance() ? static_cast<std::int64_t>(random_()) : Small(); }
  std::string Text() {
    static constexpr const char* kPieces[] = {"a",          "\"",  "\\", "\n", "\x01", "é",
                                              "\U0001F600", "%20", "/",  " ",  "null"};
    std::string text;
    for (int i = Small() * 3; i > 0; --i) text += kPieces[random_() % std::size(kPieces)];
    return text + (Chance() ? std::string("\0", 1) : "");
  }
  template <typename T>
  std::optional<T> Maybe(T value) {
    return Chance() ? std::optional<T>(std::move(value)) : std::nullopt;
  }
  std::vector<std::string> Texts() { return std::vector<std::string>(static_cast<std::size_t>(Small()), Text()); }
  StringMap Map() {
    StringMap map;
    for (int i = Small(); i > 0; --i) map[Text()] = Text();
    return map;
  }
  PartitionValues Partition() {
    PartitionValues values;
    for (int i = Small(); i > 0; --i) values.emplace_back(Text() + std::to_string(i), Maybe(Text()));
    return values;
  }
  DeletionVectorDescriptor Vector() { return {'i', Text(), Maybe(Int()), Int(), Number()}; }
  CommitInfo Info() {
    return {Maybe(Number()), Maybe(Number()), Text(),        Map(),         Maybe(Number()), Maybe(Text()),
            Maybe(Chance()), Map(),           Maybe(Text()), Maybe(Text()), Maybe(Text()),   Map()};
  }
  Metadata Table() {
    return {Text(), Maybe(Text()), Maybe(Text()), Text(), Map(), Text(), Texts(), Maybe(Number()), Map()};
  }
  AddFile Add(std::string path) {
    return {std::move(path), Partition(),     Number(),        Number(),        Chance(),     Maybe(Text()),
            Maybe(Map()),    Maybe(Vector()), Maybe(Number()), Maybe(Number()), Maybe(Text())};
  }
  RemoveFile Remove(std::string path) {
    return {std::move(path), Maybe(Number()), Chance(),        Chance(),        Maybe(Partition()),
            Maybe(Number()), Maybe(Map()),    Maybe(Vector()), Maybe(Number()), Maybe(Number())};
  }

  std::mt19937_64 random_;
};

TEST(ActionFormat, ParsingGivesBackWhatWasWritten) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    ActionSet actions = RandomActions(seed).Make();
    if (actions == ActionSet()) continue;
    ASSERT_OK_AND_ASSIGN(const ActionSet back, ParseActions(FormatActions(actions), "f"));
    ASSERT_EQ(back, actions) << FormatActions(actions);
  }
}

TEST(CommitRules, SpellingsOfOnePathAreOnePath) {
  ActionSet commit;
  commit.adds = {{.path = "a%20b"}, {.path = "a b"}};
  EXPECT_THAT(CheckCommitRules(commit), FailsWith(core::ErrorKind::kInvalidInput, HasSubstr("second add of 'a b'")));
  commit.adds = {{.path = "a"}, {.path = "file:///t/a"}};
  EXPECT_OK(CheckCommitRules(commit));
  EXPECT_FALSE(CheckCommitRules(commit, "/t").has_value());
  commit.adds = {{.path = "a%2520b"}, {.path = "a%20b"}};
  EXPECT_OK(CheckCommitRules(commit));
}

TEST(CommitRules, AnUpdateOfADeletionVectorIsAnAddAndARemove) {
  const DeletionVectorDescriptor old_vector{.path_or_inline = "x", .offset = 1};
  const DeletionVectorDescriptor new_vector{.path_or_inline = "x", .offset = 2};
  ActionSet commit;
  commit.adds = {{.path = "a", .deletion_vector = new_vector}};
  commit.removes = {{.path = "a", .deletion_vector = old_vector}};
  EXPECT_OK(CheckCommitRules(commit));
  commit.removes[0].deletion_vector = new_vector;
  EXPECT_THAT(CheckCommitRules(commit), FailsWith(core::ErrorKind::kInvalidInput, HasSubstr("same deletion vector")));
  commit.removes[0].deletion_vector.reset();
  EXPECT_OK(CheckCommitRules(commit));
  commit.cdcs = {{.path = "a"}, {.path = "a"}};
  EXPECT_OK(CheckCommitRules(commit));
}

TEST(ActionJson, ReadsTheLogsOfTheRealTablesAndGivesThemBack) {
  if (!std::filesystem::exists(kTables)) GTEST_SKIP() << kTables << " is absent";
  std::size_t read = 0;
  std::vector<std::string> refused;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kTables)) {
    const std::filesystem::path& path = entry.path();
    const std::string name = path.filename().string();
    if (path.parent_path().filename() != "_delta_log" || path.extension() != ".json" || name.size() < 25) continue;
    const bool checkpoint = name.find(".checkpoint.") != std::string::npos;
    const bool compaction = name.find(".compacted.") != std::string::npos;
    const LogFileKind kind = checkpoint   ? LogFileKind::kCheckpoint
                             : compaction ? LogFileKind::kCompaction
                                          : LogFileKind::kCommit;
    std::ifstream file(path, std::ios::binary);
    const auto actions = ParseActions(std::string(std::istreambuf_iterator<char>(file), {}), name, {.kind = kind});
    if (!actions) {
      refused.push_back(actions.error().message());
      continue;
    }
    ++read;
    ASSERT_OK_AND_ASSIGN(const ActionSet back, ParseActions(FormatActions(*actions), name, {.kind = kind}));
    EXPECT_EQ(back, *actions) << path;
  }
  EXPECT_GT(read, 1900U);
  // Three golden tables whose first metaData has no schema, and a commit that was cut.
  const std::string schemaless =
      "00000000000000000000.json: line 3, byte 345: metaData: the required key 'schemaString' is absent";
  EXPECT_THAT(refused, UnorderedElementsAre(schemaless, schemaless, schemaless,
                                            HasSubstr("00000000000000000002.json: line 2, byte 369: ")));
}

}  // namespace
}  // namespace sluice::delta

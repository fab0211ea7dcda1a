#include "json/inference.h"

#include <string>

#include "json/test_input.h"
#include "json/test_records.h"

namespace sluice::json {
namespace {

using core::ErrorKind;
using sluice::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Kind = columns::ColumnFinding::Kind;

core::Result<Inference> InferFrom(const std::string& text, JsonOptions options = {}, std::size_t threads = 1,
                                  const schema::TableSpec& declared = {}) {
  core::Executor executor(threads);
  const core::Cancellation cancellation;
  return Infer(storage::StreamFromString(text), "in.json", options, declared, executor, cancellation,
               arrow::default_memory_pool());
}

/// The inferred columns as `schema` prints them.
std::string ColumnsOf(const std::string& text, JsonOptions options = {}) {
  const auto inference = InferFrom(text, options);
  return inference ? schema::FormatColumns(inference->spec.ToSchema()) : inference.error().ToString();
}

/// The column `v` of lines that hold one of `values` each.
std::string TypeOf(const std::vector<std::string>& values) {
  std::string text;
  for (const std::string& value : values) text += "{\"v\":" + value + "}\n";
  return ColumnsOf(text).substr(2);
}

TEST(JsonInference, WalksLosslessStepsOnly) {
  EXPECT_EQ(TypeOf({"1", "2"}), "int64");
  EXPECT_EQ(TypeOf({"1", "1.75"}), "float64");
  EXPECT_EQ(TypeOf({"1", "12345678901234567890123"}), "decimal(38,0)");
  EXPECT_EQ(TypeOf({"0.1234567890123456789"}), "decimal(19,19)");
  EXPECT_EQ(TypeOf({"true", "false", "null"}), "bool");
  EXPECT_EQ(TypeOf({"\"007\"", "7"}), "string");
  EXPECT_EQ(TypeOf({"true", "7"}), "string");
  EXPECT_EQ(TypeOf({"\"7\""}), "string");
  EXPECT_EQ(TypeOf({"\"2025-10-28\""}), "date");
  EXPECT_EQ(TypeOf({"null"}), "string");
  EXPECT_EQ(TypeOf({"[]", "[1,2]"}), "list<int64>");
  EXPECT_EQ(TypeOf({"[]"}), "list<string>");
  EXPECT_EQ(TypeOf({"[1]", "1"}), "json");
  EXPECT_EQ(TypeOf({"{}"}), "json");
  EXPECT_EQ(TypeOf({"{\"a\":1}", "{\"b\":[{\"c\":\"x\"}]}"}), "struct<a int64, b list<struct<c string>>>");
  EXPECT_EQ(TypeOf({"{\"a\":1}", "\"x\""}), "json");
}

TEST(JsonInference, MixedScalarsAreReadAsTheyStand) {
  const std::string text = "{\"v\":1}\n{\"v\":\"007\"}\n{\"v\":1.50}\n{\"v\":true}\n{\"v\":null}\n";
  ASSERT_OK_AND_ASSIGN(const Inference inference, InferFrom(text));
  ASSERT_OK_AND_ASSIGN(const Landed landed, Land(text, inference.spec, {.text_takes_any_value = true}));
  EXPECT_THAT(landed.rows, ElementsAre(ElementsAre("1"), ElementsAre("007"), ElementsAre("1.50"), ElementsAre("true"),
                                       ElementsAre("null")));
}

/// 1,500 lines of ints, then `line`.
std::string WithLateLine(const std::string& line) {
  std::string text;
  for (int i = 0; i < 1500; ++i) text += "{\"id\":" + std::to_string(i) + "}\n";
  return text + line + "\n";
}

TEST(JsonInference, LateKeysAndTypesAreReported) {
  ASSERT_OK_AND_ASSIGN(const Inference inference, InferFrom(WithLateLine(R"({"id":1.75,"late":"x"})")));
  EXPECT_EQ(schema::FormatColumns(inference.spec.ToSchema()), "id float64, late string");
  EXPECT_EQ(inference.records, 1501U);
  EXPECT_EQ(inference.rejected, 0U);
  ASSERT_THAT(inference.widened_from, SizeIs(2));
  EXPECT_EQ(inference.widened_from[0], schema::Simple(schema::TypeKind::kInt64));
  EXPECT_EQ(inference.widened_from[1], std::nullopt);
  ASSERT_THAT(inference.findings, SizeIs(2));
  EXPECT_EQ(inference.findings[0].kind, Kind::kWidened);
  EXPECT_EQ(inference.findings[0].detail, "int64 → float64");
  EXPECT_EQ(inference.findings[1].kind, Kind::kAdded);
  EXPECT_EQ(inference.findings[1].column, "late");
  EXPECT_EQ(inference.findings[1].detail, "first on line 1501");
}

TEST(JsonInference, RejectedRecordsLeaveNoTrace) {
  for (const std::string line : {R"({"id":"x","id":2})", R"({"id":"x",})", R"({"id":"x)", R"({"new":1} 2)", "[1]"}) {
    ASSERT_OK_AND_ASSIGN(const Inference inference, InferFrom(WithLateLine(line)));
    EXPECT_EQ(schema::FormatColumns(inference.spec.ToSchema()), "id int64") << line;
    EXPECT_EQ(inference.rejected, 1U) << line;
    EXPECT_THAT(inference.findings, IsEmpty()) << line;
  }
}

TEST(JsonInference, DoesNotDependOnThreadsOrChunks) {
  std::string text;
  for (int i = 0; i < 300; ++i) {
    text += "{\"k" + std::to_string(i % 7) + "\":" + std::to_string(i) + ",\"o\":{\"m" + std::to_string(i % 5) +
            "\":\"x\"}}\n";
  }
  const std::string whole = ColumnsOf(text);
  EXPECT_THAT(whole, HasSubstr("m4 string"));
  for (const std::size_t chunk_bytes : {1U, 100U, 777U}) {
    ASSERT_OK_AND_ASSIGN(const Inference inference,
                         InferFrom(text, {.layout = Layout::kLines, .chunk_bytes = chunk_bytes}, 3));
    EXPECT_EQ(schema::FormatColumns(inference.spec.ToSchema()), whole);
  }
}

TEST(JsonInference, ObjectsWithManyKeysAreJsonText) {
  std::string text;
  for (int i = 0; i < 30; ++i) text += "{\"o\":{\"k" + std::to_string(i) + "\":1}}\n";
  EXPECT_EQ(ColumnsOf(text, {.members_max = 29}), "o json");
  EXPECT_EQ(ColumnsOf(text, {.layout = Layout::kLines, .chunk_bytes = 64, .members_max = 29}), "o json");
  EXPECT_THAT(ColumnsOf(text, {.members_max = 30}), HasSubstr("struct<k0 int64"));
  std::string wide;
  for (int i = 0; i < 30; ++i) wide += "{\"k" + std::to_string(i) + "\":1}\n";
  EXPECT_THAT(InferFrom(wide, {.columns_max = 29}), FailsWith(ErrorKind::kLimitExceeded, HasSubstr("different keys")));
}

TEST(JsonInference, InheritsTheDocumentsMembersAndRenames) {
  schema::TableSpec declared;
  declared.records = "items";
  declared.renames = {{"table", "table_name"}};
  ASSERT_OK_AND_ASSIGN(
      const Inference inference,
      InferFrom(R"({"at":"2025-10-28T05:00:00Z","items":[{"table":"a"},{"table":"b","at":null}]})", {}, 1, declared));
  EXPECT_EQ(schema::FormatColumns(inference.spec.ToSchema()), "table_name string, at timestamp(us,UTC)");
  EXPECT_EQ(inference.spec.records, "items");
  EXPECT_EQ(inference.spec.renames, declared.renames);
}

// A space before each colon keeps records from being looked at in runs.
TEST(JsonInference, RunsOfRecordsSayWhatSingleRecordsSay) {
  for (unsigned seed = 0; seed < 200 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    AlikeMaker maker(seed);
    std::string alike;
    std::string spaced;
    for (unsigned n = 1 + maker.Below(80); n > 0; --n) {
      std::string record = maker.Make() + "\n";
      alike += record;
      for (std::size_t at = 0; (at = record.find("\":", at)) != std::string::npos; at += 3) record.insert(at + 1, " ");
      spaced += record;
    }
    const JsonOptions options{.layout = Layout::kLines, .chunk_bytes = 1U << (6 + seed % 8)};
    ASSERT_OK_AND_ASSIGN(const Inference runs, InferFrom(alike, options));
    ASSERT_OK_AND_ASSIGN(const Inference singles, InferFrom(spaced, {.layout = Layout::kLines}));
    EXPECT_EQ(schema::FormatColumns(runs.spec.ToSchema()), schema::FormatColumns(singles.spec.ToSchema())) << alike;
    EXPECT_EQ(runs.records, singles.records);
    EXPECT_EQ(runs.rejected, singles.rejected) << alike;
  }
}

TEST(JsonInference, GuessesOfInputsMergeAsIfTheyWereOne) {
  const std::vector<std::string> values = {
      "1",  "2.5",       "0.1234567890123456789",  "\"x\"",  "\"2025-10-28\"", "null", "[1]", "[1.5]", "[\"x\"]",
      "{}", "{\"a\":1}", "{\"a\":[true],\"b\":2}", "[null]", "{\"a\":1.5}"};
  for (const std::string& a : values) {
    for (const std::string& b : values) {
      const std::string first = "{\"v\":" + a + "}\n";
      const std::string second = "{\"v\":" + b + "}\n";
      ASSERT_OK_AND_ASSIGN(const Inference one, InferFrom(first));
      ASSERT_OK_AND_ASSIGN(const Inference other, InferFrom(second));
      GuessNode both;
      for (const Inference* each : {&one, &other}) both.Merge(*each->guesses[0], 0, 1000, 1000);
      EXPECT_EQ("v " + schema::FormatType(both.Resolve()), ColumnsOf(first + second)) << a << " " << b;
      EXPECT_EQ(both.ScalarsOnly().has_value(), (a + b).find_first_of("[{") == std::string::npos);
    }
  }
}

TEST(JsonInference, TheLastOfARunCountsAsTheFirst) {
  const auto type_of = [](const std::string& first, const std::string& last) {
    std::vector<std::string> values(100, first);
    values.push_back(last);
    return TypeOf(values);
  };
  EXPECT_EQ(type_of("1", "1.5"), "float64");
  EXPECT_EQ(type_of("\"2025-10-28\"", "\"x\""), "string");
  EXPECT_EQ(type_of("true", "null"), "bool");
  EXPECT_EQ(type_of("null", "7"), "int64");
  EXPECT_EQ(type_of("7", "\"7\""), "string");
}

TEST(JsonInference, DuplicateKeysAreRejectedInEveryRecord) {
  std::string text = "{\"a\":1}\n";
  for (int i = 0; i < 100; ++i) text += "{\"a\":1,\"a\":2}\n";
  ASSERT_OK_AND_ASSIGN(const Inference inferred, InferFrom(text, {.layout = Layout::kLines}));
  EXPECT_EQ(inferred.records, 101U);
  EXPECT_EQ(inferred.rejected, 100U);
}

TEST(JsonInference, SampleEndsInTheMiddleOfARun) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "{\"a\":1}\n";
  for (int i = 0; i < 1000; ++i) text += "{\"a\":1.5}\n";
  ASSERT_OK_AND_ASSIGN(const Inference inferred, InferFrom(text, {.layout = Layout::kLines}));
  ASSERT_EQ(inferred.widened_from.size(), 1U);
  EXPECT_EQ(inferred.widened_from[0], schema::Simple(schema::TypeKind::kInt64));
}

}  // namespace
}  // namespace sluice::json

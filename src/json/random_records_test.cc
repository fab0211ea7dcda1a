#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "json/test_input.h"

namespace sluice::json {
namespace {

using Model = nlohmann::ordered_json;

/// Records with keys in changing order, escapes, white space, and now and then something broken; beside each, what a
/// row of "i int64, s string, b bool, l list<int64>" must print, or nothing when it must be rejected.
class RecordMaker {
 public:
  explicit RecordMaker(unsigned seed) : random_(seed) {}

  std::string Make(std::optional<std::vector<std::string>>& expected) {
    std::vector<std::string> keys = {"i", "s", "b", "l"};
    std::shuffle(keys.begin(), keys.end(), random_);
    keys.resize(Below(5));
    Model record = Model::object();
    for (const std::string& key : keys) record[key] = Value(key);
    expected = Expect(record);
    std::string text = Below(4) == 0 ? record.dump(1, ' ', Below(2) == 0) : record.dump(-1, ' ', Below(2) == 0);
    if (Below(12) == 0) Break(text, expected);
    return text;
  }
  unsigned Below(unsigned n) { return std::uniform_int_distribution<unsigned>(0, n - 1)(random_); }

 private:
  Model Value(const std::string& key) {
    if (Below(6) == 0) return nullptr;
    if (Below(20) == 0) return Model::object({{"odd", 1}});
    if (key == "i") return static_cast<std::int64_t>(random_()) << Below(60);
    if (key == "b") return Below(2) == 0;
    if (key == "l") {
      Model list = Model::array();
      for (unsigned n = Below(4); n > 0; --n) list.push_back(Below(1000));
      return list;
    }
    static const char* const kPieces[] = {"x", "\"", "\\", "\n", "é", "😀", "},{", "[", "\t", "\x01", " ", "true"};
    std::string text;
    for (unsigned n = Below(8); n > 0; --n) text += kPieces[Below(12)];
    return text;
  }

  static std::optional<std::vector<std::string>> Expect(const Model& record) {
    std::vector<std::string> row;
    for (const char* key : {"i", "s", "b", "l"}) {
      const Model value = record.contains(key) ? record[key] : Model();
      if (value.is_object()) return std::nullopt;
      if (value.is_null()) {
        row.push_back("null");
      } else if (value.is_string()) {
        row.push_back(value.get<std::string>());
      } else if (value.is_array()) {
        std::string list;
        for (const Model& element : value) list += (list.empty() ? "" : ", ") + element.dump();
        row.push_back("list<element: int64>[" + list + "]");
      } else {
        row.push_back(value.dump());
      }
    }
    return row;
  }

  void Break(std::string& text, std::optional<std::vector<std::string>>& expected) {
    static const char* const kBroken[] = {R"({"i":1,"i":2})",
                                          R"({"i":01})",
                                          R"({"s":"\q"})",
                                          R"({"i":1 "b":true})",
                                          R"({"new":1})",
                                          R"({"i":1.5})",
                                          "[]",
                                          R"({"l":[1,"2"]})",
                                          R"({"l":[1,]})",
                                          R"({"b":tru})",
                                          "{\"s\":\"\xC3\"}",
                                          R"({"s":"\ud83d"})"};
    text = kBroken[Below(12)];
    expected.reset();
  }

  std::mt19937 random_;
};

struct Case {
  std::string text;
  std::vector<std::vector<std::string>> rows;
  std::vector<std::uint64_t> reject_lines;
};

Case MakeCase(unsigned seed, bool lines) {
  RecordMaker maker(seed);
  Case made;
  made.text = lines ? "" : "[";
  const unsigned records = maker.Below(60);
  for (unsigned n = 0; n < records; ++n) {
    std::optional<std::vector<std::string>> expected;
    std::string record = maker.Make(expected);
    if (lines) std::replace(record.begin(), record.end(), '\n', ' ');
    if (!lines && n > 0) made.text += maker.Below(2) == 0 ? "," : " ,\n";
    if (lines && maker.Below(10) == 0) made.text += " \n";
    const auto line = 1 + static_cast<std::uint64_t>(std::count(made.text.begin(), made.text.end(), '\n'));
    expected ? made.rows.push_back(*expected) : made.reject_lines.push_back(line);
    made.text += record + (lines ? (maker.Below(5) == 0 ? "\r\n" : "\n") : "");
  }
  made.text += lines ? "" : "\n]";
  return made;
}

void ExpectModel(const Case& made, const JsonOptions& options, std::size_t threads) {
  ASSERT_OK_AND_ASSIGN(const Landed landed,
                       Land(made.text, SpecFor("i int64, s string, b bool, l list<int64>"), options, threads));
  std::vector<std::uint64_t> lines;
  for (const columns::Reject& reject : landed.rejects) {
    lines.push_back(reject.line);
    EXPECT_EQ(made.text.substr(reject.byte_begin, reject.byte_end - reject.byte_begin), reject.text);
  }
  EXPECT_EQ(landed.rows, made.rows) << made.text;
  EXPECT_EQ(lines, made.reject_lines) << made.text;
}

TEST(RandomRecords, LinesAreAsTheModelSaysAtAnyChunkSize) {
  for (unsigned seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const JsonOptions options{.layout = Layout::kLines, .chunk_bytes = 1 + random() % 700};
    ExpectModel(MakeCase(seed, /*lines=*/true), options, 1 + seed % 3);
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(RandomRecords, ArraysAreAsTheModelSaysAtAnyChunkSize) {
  for (unsigned seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const JsonOptions options{.layout = Layout::kDocument, .chunk_bytes = 1 + random() % 700};
    ExpectModel(MakeCase(seed, /*lines=*/false), options, 1 + seed % 3);
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(RandomRecords, BatchesDoNotDependOnThreads) {
  Case made = MakeCase(7, /*lines=*/true);
  for (int i = 0; i < 6; ++i) made.text += made.text;
  const schema::TableSpec spec = SpecFor("i int64, s string, b bool, l list<int64>");
  const JsonOptions options{.layout = Layout::kLines, .chunk_bytes = 5000};
  ASSERT_OK_AND_ASSIGN(const Landed serial, Land(made.text, spec, options, 1));
  ASSERT_OK_AND_ASSIGN(const Landed parallel, Land(made.text, spec, options, 4));
  EXPECT_EQ(serial.rows, parallel.rows);
  EXPECT_EQ(serial.batch_rows, parallel.batch_rows);
}

}  // namespace
}  // namespace sluice::json

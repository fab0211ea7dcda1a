#include "jobs/input_format.h"
#include "jobs/plan_settings.h"
#include "jobs/read_settings.h"
#include "jobs/write_settings.h"
#include "schema/type_text.h"
#include "tests/support/result_matchers.h"

namespace sluice::jobs {
namespace {

using core::ErrorKind;
using ::sluice::testing::FailsWith;
using ::testing::HasSubstr;

TEST(InputFormat, IsToldByTheSuffix) {
  EXPECT_EQ(*InputFormatOf("a/b.CSV"), InputFormat::kCsv);
  EXPECT_EQ(*InputFormatOf("b.ndjson.zst"), InputFormat::kNdjson);
  EXPECT_EQ(*InputFormatOf("b.jsonl.gz"), InputFormat::kNdjson);
  EXPECT_THAT(InputFormatOf("README"), FailsWith(ErrorKind::kUsage, HasSubstr("--format")));
  EXPECT_THAT(InputFormatOf("-"), FailsWith(ErrorKind::kUsage, HasSubstr("standard input")));
  EXPECT_THAT(ParseInputFormat("xml"), FailsWith(ErrorKind::kUsage, HasSubstr("'xml' is not a format")));
}

TEST(InputFormat, NamesOutputsAfterTheirInput) {
  EXPECT_EQ(StemOf("a/b.csv.gz"), "b");
  EXPECT_EQ(StemOf("a.b/c.tar"), "c.tar");
  EXPECT_EQ(StemOf("data.2025.csv"), "data.2025");
}

TEST(ReadSettings, SurviveTheirTexts) {
  ReadSettings settings{.format = InputFormat::kTsv, .delimiter = '\t', .quote = '\0', .escape = '\\', .header = false};
  settings.null_texts = {"", "N,A", "\\N"};
  settings.encoding = "latin-1";
  settings.field_bytes_max = 5;
  settings.columns_max = 7;
  EXPECT_EQ(*ReadSettingsFromMap(ToMap(settings)), settings);
  EXPECT_TRUE(ToMap(ReadSettings{}).empty());
}

TEST(ReadSettings, RefuseWhatDoesNotFit) {
  ReadSettings settings;
  EXPECT_THAT(SetReadSetting(settings, "delimiter", "ab"),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("not one character")));
  EXPECT_THAT(SetReadSetting(settings, "header", "maybe"),
              FailsWith(ErrorKind::kInvalidInput, HasSubstr("auto, yes or no")));
  EXPECT_THAT(SetReadSetting(settings, "columns_max", "0"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("positive")));
  EXPECT_THAT(SetReadSetting(settings, "colour", "x"), FailsWith(ErrorKind::kNotFound, HasSubstr("colour")));
}

TEST(PlanSettings, SurviveThePlan) {
  PlanSettings settings{.spec = schema::SpecOf(*schema::ParseColumns("id int64 not null, \"a b\" list<string>"))};
  settings.spec.renames = {{"old", "id"}};
  settings.read.delimiter = ';';
  settings.write.codec = {parquet::Codec::kSnappy, {}};
  settings.write.bloom_columns = {"id"};
  settings.write.encodings = {{"id", parquet::Encoding::kDelta}};
  pipeline::Plan plan;
  StoreSettings(settings, plan);
  ASSERT_OK_AND_ASSIGN(const PlanSettings back, LoadSettings(plan));
  EXPECT_EQ(back.spec, settings.spec);
  EXPECT_EQ(back.read, settings.read);
  EXPECT_EQ(back.write.codec, settings.write.codec);
  EXPECT_EQ(back.write.bloom_columns, settings.write.bloom_columns);
  EXPECT_EQ(back.write.encodings, settings.write.encodings);
  EXPECT_THAT(LoadSettings(pipeline::Plan{}), FailsWith(ErrorKind::kInvalidInput, HasSubstr("no schema")));
}

}  // namespace
}  // namespace sluice::jobs

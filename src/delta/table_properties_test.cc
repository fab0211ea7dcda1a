#include "delta/table_properties.h"

#include <gtest/gtest.h>

#include "delta/property_table.h"
#include "delta/property_text.h"
#include "tests/support/result_matchers.h"

namespace sluice::delta {
namespace {

using core::ErrorKind;
using std::chrono::hours;
using std::chrono::milliseconds;
using ::testing::ElementsAre;
using testing::FailsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(TableProperties, HasTheDefaultsOfTheProtocol) {
  std::vector<std::string> notes;
  EXPECT_EQ(ReadProperties({}, notes), TableProperties());
  EXPECT_THAT(notes, IsEmpty());
  EXPECT_EQ(TableProperties().deleted_file_retention, hours(168));
  EXPECT_EQ(TableProperties().log_retention, hours(720));
}

TEST(TableProperties, ReadsEveryKindOfValue) {
  std::vector<std::string> notes;
  const TableProperties read = ReadProperties({{"delta.appendOnly", "TRUE"},
                                               {"delta.checkpointInterval", "100"},
                                               {"delta.checkpointPolicy", "v2"},
                                               {"delta.DATASKIPPINGNUMINDEXEDCOLS", "-1"},
                                               {"delta.dataSkippingStatsColumns", "a, b.`c`"},
                                               {"delta.deletedFileRetentionDuration", "interval 1 day 12 hours"},
                                               {"delta.isolationLevel", "WriteSerializable"},
                                               {"delta.parquet.compression.codec", "NONE"},
                                               {"delta.parquet.format.version", "2.12.0"},
                                               {"delta.setTransactionRetentionDuration", "2 weeks"},
                                               {"delta.targetFileSize", "100mb"},
                                               {"delta.unknown", "x"},
                                               {"mine", "y"},
                                               {"sluice.bloom.fpp", "0.001"}},
                                              notes);
  EXPECT_THAT(notes, IsEmpty());
  EXPECT_TRUE(read.append_only);
  EXPECT_EQ(read.checkpoint_interval, 100);
  EXPECT_EQ(read.checkpoint_policy, CheckpointPolicy::kV2);
  EXPECT_EQ(read.stats_indexed_columns, -1);
  EXPECT_EQ(read.stats_columns, "a, b.`c`");
  EXPECT_EQ(read.deleted_file_retention, hours(36));
  EXPECT_EQ(read.isolation_level, IsolationLevel::kWriteSerializable);
  EXPECT_EQ(read.parquet_codec, "uncompressed");
  EXPECT_EQ(read.parquet_format_version, "2.12.0");
  EXPECT_EQ(read.set_transaction_retention, hours(336));
  EXPECT_EQ(read.target_file_size_bytes, 104'857'600);
  EXPECT_EQ(read.bloom_false_positives, 0.001);
}

TEST(TableProperties, KeepsTheDefaultOfWhatDoesNotParse) {
  std::vector<std::string> notes;
  const StringMap broken{{"delta.appendOnly", "yes"},
                         {"delta.checkpointInterval", "0"},
                         {"delta.logRetentionDuration", "interval 1 month"},
                         {"delta.targetFileSize", "big"}};
  EXPECT_EQ(ReadProperties(broken, notes), TableProperties());
  EXPECT_THAT(notes, ElementsAre(HasSubstr("'delta.appendOnly': 'yes'"), HasSubstr("checkpointInterval"),
                                 HasSubstr("'interval 1 month'"), HasSubstr("'big'")));
}

TEST(TableProperties, PrefersTheSpellingOfTheProtocol) {
  std::vector<std::string> notes;
  EXPECT_TRUE(ReadProperties({{"DELTA.APPENDONLY", "false"}, {"delta.appendOnly", "true"}}, notes).append_only);
  EXPECT_TRUE(ReadProperties({{"delta.appendOnly", "true"}, {"delta.appendonly", "false"}}, notes).append_only);
}

TEST(TableProperties, StoresSettingsInTheirOneSpelling) {
  for (const auto& [key, value, stored] : std::vector<std::tuple<std::string, std::string, PropertySetting>>{
           {"Delta.AppendOnly", " True ", {"delta.appendOnly", "true"}},
           {"delta.logretentionduration", "30 DAYS", {"delta.logRetentionDuration", "interval 30 days"}},
           {"delta.logRetentionDuration", "Interval 1 week", {"delta.logRetentionDuration", "interval 1 week"}},
           {"delta.isolationLevel", "serializable", {"delta.isolationLevel", "Serializable"}},
           {"delta.targetFileSize", "100MB", {"delta.targetFileSize", "100mb"}},
           {"delta.parquet.compression.codec", "ZSTD", {"delta.parquet.compression.codec", "zstd"}},
           {"DELTA.CONSTRAINTS.Positive", "a > 0", {"delta.constraints.Positive", "a > 0"}},
           {"delta.feature.DELETIONVECTORS", "Supported", {"delta.feature.deletionVectors", "supported"}},
           {"owner", "  me ", {"owner", "  me "}}}) {
    ASSERT_OK_AND_ASSIGN(const PropertySetting setting, CheckSetting(key, value));
    EXPECT_EQ(setting, stored);
  }
}

TEST(TableProperties, RefusesSettingsThatMeanNothing) {
  for (const auto& [key, value, problem] : std::vector<std::tuple<std::string, std::string, std::string>>{
           {"delta.apendOnly", "true", "did you mean 'delta.appendOnly'"},
           {"delta.xyzzy.plugh", "1", "must not begin with 'delta.'"},
           {"sluice.bloom.column", "a", "did you mean 'sluice.bloom.columns'"},
           {"delta.appendOnly", "1", "'1' is not true or false"},
           {"delta.checkpointInterval", "0", "0 is less than 1"},
           {"delta.checkpointPolicy", "v3", "classic v2"},
           {"delta.parquet.format.version", "3.0.0", "'3.0.0'"},
           {"delta.parquet.format.version", "2.x.0", "'2.x.0'"},
           {"sluice.bloom.fpp", "1", "between 0 and 1"},
           {"delta.targetFileSize", "0", "0 is not a size"},
           {"delta.minReaderVersion", "3", "cannot be set"},
           {"delta.columnMapping.maxColumnId", "3", "cannot be set"},
           {"delta.feature.deletionVector", "supported", "did you mean 'deletionVectors'"},
           {"delta.feature.deletionVectors", "enabled", "can only be 'supported'"},
           {"", "1", "without a name"}}) {
    EXPECT_THAT(CheckSetting(key, value), FailsWith(ErrorKind::kInvalidInput, HasSubstr(problem))) << key;
  }
}

TEST(TableProperties, TakesItsOwnDefaultsAsSettings) {
  for (const PropertyRow& row : PropertyRows()) {
    for (const char* value : {"false", "10", "interval 2 days", "100mb", "classic", "none", "1.0.0", "0.5", "hilbert",
                              "Serializable", "text"}) {
      TableProperties properties;
      const auto stored = ReadPropertyValue(row, value, properties);
      if (!stored) continue;
      // What is stored is read as the same.
      TableProperties again;
      ASSERT_OK_AND_ASSIGN(const std::string twice, ReadPropertyValue(row, *stored, again));
      EXPECT_EQ(twice, *stored) << row.key;
      EXPECT_EQ(again, properties) << row.key;
    }
  }
}

TEST(PropertyText, ReadsIntervals) {
  for (const auto& [text, interval] :
       std::vector<std::pair<std::string, milliseconds>>{{"interval 7 days", hours(168)},
                                                         {"INTERVAL 1 Week", hours(168)},
                                                         {"  1 day   12 hours ", hours(36)},
                                                         {"0 seconds", milliseconds(0)},
                                                         {"1500 microseconds", milliseconds(1)},
                                                         {"999999 nanoseconds 1 nanosecond", milliseconds(1)},
                                                         {"1500 microseconds 500 microseconds", milliseconds(2)},
                                                         {"90 minutes 3 milliseconds", milliseconds(5'400'003)}}) {
    ASSERT_OK_AND_ASSIGN(const milliseconds read, ParseInterval(text));
    EXPECT_EQ(read, interval) << text;
  }
  for (const char* text : {"", "interval", "7", "days", "7 months", "1 year", "-1 day", "1.5 days", "1 day 2", "7days",
                           "99999999999999999999 days", "9223372036854775807 weeks",
                           "9223372036854775 seconds 9223372036854775 seconds"}) {
    EXPECT_THAT(ParseInterval(text), FailsWith(ErrorKind::kInvalidInput, HasSubstr("is not an interval"))) << text;
  }
}

TEST(PropertyText, ReadsSizes) {
  for (const auto& [text, bytes] : std::vector<std::pair<std::string, std::int64_t>>{
           {"104857600", 104'857'600}, {"100mb", 104'857'600}, {"1 G", std::int64_t{1} << 30}, {"2kb", 2048}}) {
    ASSERT_OK_AND_ASSIGN(const std::int64_t read, ParsePropertySize(text));
    EXPECT_EQ(read, bytes) << text;
  }
  for (const char* text : {"", "mb", "-1", "1.5gb", "1pb", "9223372036854775807kb", "1mbx"}) {
    EXPECT_THAT(ParsePropertySize(text), FailsWith(ErrorKind::kInvalidInput, HasSubstr("is not a size"))) << text;
  }
}

}  // namespace
}  // namespace sluice::delta

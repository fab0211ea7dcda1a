#include "sluice/sluice_recorder.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "tests/support/scratch_folder.h"

namespace {

class SluiceRecorderTest : public ::testing::Test {
 protected:
  SluiceRecorderTest() {
    sluice_recorder_default_options(&options_);
    options_.directory = directory_.c_str();
    options_.mapping_directory = memory_.c_str();
    options_.test_id = "t";
    options_.worker_id = "w";
  }
  ~SluiceRecorderTest() override { sluice_recorder_free(recorder_); }

  bool Open(const sluice_recorder_schema& schema) {
    recorder_ = sluice_recorder_open(&options_, &schema);
    return recorder_ != nullptr;
  }
  bool Open(const char* columns, const char* symbols = nullptr) {
    sluice_recorder_schema schema{};
    schema.columns = columns;
    schema.symbols = symbols;
    return Open(schema);
  }
  sluice_recorder_stats Stats() const {
    sluice_recorder_stats stats;
    sluice_recorder_get_stats(recorder_, &stats);
    return stats;
  }

  sluice::testing::ScratchFolder folder_;
  std::string directory_ = folder_ / "data";
  std::string memory_ = folder_ / "memory";
  sluice_recorder_options options_;
  sluice_recorder* recorder_ = nullptr;
};

sluice_value Integer(std::int64_t number) {
  sluice_value value{};
  value.kind = SLUICE_INT64;
  value.of.integer = number;
  return value;
}

TEST_F(SluiceRecorderTest, CountsWhatItTakesAndWhatItRefuses) {
  ASSERT_TRUE(Open("id int64 not null, kind string", " kind ,")) << sluice_recorder_last_error();
  sluice_value kind{};
  kind.kind = SLUICE_SYMBOL;
  kind.of.symbol = sluice_recorder_intern(recorder_, "read", 4);
  EXPECT_NE(kind.of.symbol, 0U);
  const std::array good{Integer(1), kind};
  const std::array null{sluice_value{}, kind};
  EXPECT_TRUE(sluice_recorder_append(recorder_, good.data(), good.size()));
  EXPECT_FALSE(sluice_recorder_append(recorder_, null.data(), null.size()));
  EXPECT_FALSE(sluice_recorder_append(recorder_, good.data(), 1));
  EXPECT_TRUE(sluice_recorder_check(recorder_, good.data(), good.size()));
  EXPECT_FALSE(sluice_recorder_check(recorder_, null.data(), null.size()));
  EXPECT_STREQ(sluice_recorder_last_error(), "InvalidInput: column 'id' is int64 not null, and has no value");
  EXPECT_FALSE(sluice_recorder_check(recorder_, good.data(), 1));
  EXPECT_STREQ(sluice_recorder_last_error(), "InvalidInput: the row has 1 values, and the recorder 2 columns");
  EXPECT_TRUE(sluice_recorder_is_well(recorder_));
  sluice_close_report report;
  ASSERT_TRUE(sluice_recorder_close(recorder_, &report)) << sluice_recorder_last_error();
  EXPECT_EQ(report.accepted, 3U);
  EXPECT_EQ(report.landed, 1U);
  EXPECT_EQ(report.dropped, 2U);
  EXPECT_EQ(report.files, 1U);
  EXPECT_TRUE(sluice_recorder_close(recorder_, nullptr));
  EXPECT_FALSE(sluice_recorder_append(recorder_, good.data(), good.size()));
  EXPECT_EQ(Stats().total_rows, 4U);
  EXPECT_EQ(Stats().dropped, 3U);
}

TEST_F(SluiceRecorderTest, TakesRowsOfManyColumns) {
  std::string columns = "c0 int64";
  for (int i = 1; i < 100; ++i) columns += ", c" + std::to_string(i) + " int64";
  ASSERT_TRUE(Open(columns.c_str())) << sluice_recorder_last_error();
  const std::vector<sluice_value> row(100, Integer(7));
  EXPECT_TRUE(sluice_recorder_append(recorder_, row.data(), row.size()));
}

TEST_F(SluiceRecorderTest, ThePresetHasItsDerivedColumns) {
  sluice_recorder_schema schema;
  sluice_recorder_query_execution_schema(&schema);
  EXPECT_EQ(schema.derived_count, 3U);
  EXPECT_STREQ(schema.derived[2].equals, "DELETE");
  EXPECT_TRUE(Open(schema)) << sluice_recorder_last_error();
}

TEST_F(SluiceRecorderTest, SaysWhyItDoesNotOpen) {
  EXPECT_FALSE(Open("id nonsense"));
  EXPECT_NE(std::string(sluice_recorder_last_error()).find("nonsense"), std::string::npos);
  EXPECT_FALSE(Open(nullptr));
  ASSERT_TRUE(Open("id int64"));
  sluice_recorder_schema schema{};
  schema.columns = "id int64";
  EXPECT_EQ(sluice_recorder_open(&options_, &schema), nullptr);
  EXPECT_NE(std::string(sluice_recorder_last_error()).find("Conflict"), std::string::npos)
      << sluice_recorder_last_error();
}

}  // namespace

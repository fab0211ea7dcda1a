#include "sluice/sluice_load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "warehouse/recorded_fixture.h"

namespace {

using sluice::warehouse::kRowsPerFile;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class SluiceLoadTest : public ::testing::Test {
 protected:
  void SetUp() override {
    sluice_load_default_options(&options_);
    ASSERT_TRUE(sluice::warehouse::RecordFiles(recorded_, 2).has_value());
  }

  sluice::testing::ScratchFolder folder_;
  std::string recorded_ = folder_ / "qe";
  std::string target_ = "delta:" + (folder_ / "t");
  sluice_load_options options_;
  sluice_load_report report_{};
};

TEST_F(SluiceLoadTest, DefaultsAreThoseOfTheHeader) {
  EXPECT_FALSE(options_.keep || options_.create || options_.retry_failed || options_.dry_run);
  EXPECT_FALSE(options_.collect_garbage || options_.recover || options_.skip_bad_rows);
  EXPECT_EQ(options_.json_columns, nullptr);
  EXPECT_EQ(options_.parallel, 8U);
  EXPECT_EQ(options_.retry_for_ms, 0U);
}

TEST_F(SluiceLoadTest, LoadsEveryFileOnceAndCounts) {
  options_.create = true;
  ASSERT_TRUE(sluice_load(recorded_.c_str(), target_.c_str(), &options_, &report_)) << sluice_load_last_error();
  EXPECT_EQ(report_.files, 2U);
  EXPECT_EQ(report_.files_loaded, 2U);
  EXPECT_EQ(report_.rows_recorded, 2 * kRowsPerFile);
  EXPECT_EQ(report_.rows_loaded, 2 * kRowsPerFile);
  EXPECT_FALSE(std::filesystem::exists(recorded_ + "/qe_t_w_0000.parquet"));
  // Options and report may be left out.
  EXPECT_TRUE(sluice_load(recorded_.c_str(), target_.c_str(), nullptr, nullptr)) << sluice_load_last_error();
}

TEST_F(SluiceLoadTest, FailedFileIsCountedAndTheErrorNamesIt) {
  std::filesystem::resize_file(recorded_ + "/qe_t_w_0001.parquet", 9);
  options_.create = true;
  EXPECT_FALSE(sluice_load(recorded_.c_str(), target_.c_str(), &options_, &report_));
  EXPECT_THAT(sluice_load_last_error(), StartsWith("InvalidInput: "));
  EXPECT_THAT(sluice_load_last_error(), HasSubstr("qe_t_w_0001.parquet"));
  EXPECT_EQ(report_.files_loaded, 1U);
  EXPECT_EQ(report_.files_failed, 1U);
  EXPECT_EQ(report_.rows_loaded, kRowsPerFile);
}

TEST_F(SluiceLoadTest, WhatCannotBeginLeavesAnEmptyReport) {
  report_.files = 7;
  EXPECT_FALSE(sluice_load(recorded_.c_str(), target_.c_str(), &options_, &report_));
  EXPECT_THAT(sluice_load_last_error(), StartsWith("NotFound: "));
  EXPECT_EQ(report_.files, 0U);
  options_.json_columns = "id,note";
  EXPECT_FALSE(sluice_load(recorded_.c_str(), target_.c_str(), &options_, nullptr));
  EXPECT_THAT(sluice_load_last_error(), HasSubstr("column id is int64"));
}

}  // namespace

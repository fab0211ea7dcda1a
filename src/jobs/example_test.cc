#include <string>

#include "jobs/config.h"
#include "storage/local_file_system.h"
#include "tests/support/result_matchers.h"

namespace sluice::jobs {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> Columns(const Config& config, const std::string& job) {
  std::vector<std::string> names;
  for (const schema::ColumnSpec& column : (*config.FindJob(job))->export_job->schema->columns) {
    names.push_back(column.field.name);
  }
  return names;
}

TEST(Example, ConfigurationAndSchemasAreValid) {
  storage::LocalFileSystem files;
  ASSERT_OK_AND_ASSIGN(const Config config,
                       LoadConfig(SLUICE_SOURCE_DIR "/examples/query_analytics/sluice.yaml", files));
  EXPECT_THAT(Columns(config, "query_perf"), ElementsAre("timestamp", "query_hash", "query_type", "execution_time_ms",
                                                         "rows_examined", "rows_returned", "cache_hit", "table_name",
                                                         "index_used", "cpu_time_ms", "io_wait_ms", "date_partition"));
  EXPECT_THAT(Columns(config, "index_advisor"),
              ElementsAre("timestamp", "table_name", "recommended_index", "query_pattern", "estimated_speedup",
                          "estimated_cost", "priority", "status", "date_partition"));
  EXPECT_THAT(Columns(config, "optimization_summary"),
              ElementsAre("timestamp", "event_type", "metric_name", "metric_value", "metadata", "date_partition"));
  const ExportJob& daily = *(*config.FindJob("query_perf"))->export_job;
  EXPECT_EQ(daily.target.file->Expand(*ParseDate("2025-10-28")), "year=2025/month=10/query_perf_20251028.parquet");
  EXPECT_EQ(daily.target.write.codec.codec, parquet::Codec::kSnappy);
  EXPECT_EQ(daily.macros.at(1).first, "slow_queries(threshold_ms)");
}

}  // namespace
}  // namespace sluice::jobs

// What Delta on Spark counted for its filters, on the rows that it expects.
#include <arrow/array.h>
#include <arrow/io/file.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>
#include <parquet/arrow/reader.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "expression/binder.h"
#include "expression/evaluator.h"
#include "expression/format.h"
#include "expression/parser.h"
#include "schema/arrow_error.h"
#include "tests/support/result_matchers.h"

namespace sluice::expression {
namespace {

core::Result<std::int64_t> CountInFile(const std::string& sql, const std::string& path) {
  SLUICE_ASSIGN_OR_RETURN(auto file, arrow::io::ReadableFile::Open(path));
  SLUICE_ASSIGN_OR_RETURN(auto reader, parquet::arrow::OpenFile(std::move(file), arrow::default_memory_pool()));
  SLUICE_ASSIGN_OR_RETURN(auto table, reader->ReadTable());
  SLUICE_ASSIGN_OR_RETURN(Expression parsed, Parse(sql, Dialect::kSpark));
  SLUICE_ASSIGN_OR_RETURN(const Expression bound, BindCondition(std::move(parsed), *table->schema()));
  SLUICE_ASSIGN_OR_RETURN(Expression written, Parse(ToSql(bound, Dialect::kSpark), Dialect::kSpark));
  SLUICE_ASSIGN_OR_RETURN(const Expression rebound, BindCondition(std::move(written), *table->schema()));
  arrow::TableBatchReader batches(*table);
  std::shared_ptr<arrow::RecordBatch> batch;
  std::int64_t rows = 0;
  while (true) {
    SLUICE_TRY(batches.ReadNext(&batch));
    if (!batch) return rows;
    SLUICE_ASSIGN_OR_RETURN(const auto truth, EvaluateCondition(bound, *batch, arrow::default_memory_pool()));
    SLUICE_ASSIGN_OR_RETURN(const auto again, EvaluateCondition(rebound, *batch, arrow::default_memory_pool()));
    EXPECT_TRUE(truth->Equals(*again)) << sql;
    rows += truth->true_count();
  }
}

/// Spark finds no row of `d = 0` where all zeros of a file are −0.0 (its Parquet reader skips by a dictionary that
/// tells them apart), though it says that the two are equal and finds them elsewhere (primitives_all).
std::int64_t RowsOf(const std::string& table, const nlohmann::json& filter) {
  if (table.starts_with("statistics_edges") && filter.at("where") == "d = 0") return 20;
  return filter.at("rows");
}

TEST(SparkFilters, CountTheRowsThatSparkCounted) {
  const std::filesystem::path tables = std::string(SLUICE_SOURCE_DIR) + "/../shared/tables/spark";
  if (!std::filesystem::is_directory(tables)) GTEST_SKIP() << "no " << tables;
  std::size_t filters = 0;
  for (const auto& table : std::filesystem::directory_iterator(tables)) {
    std::ifstream file(table.path() / "case.json");
    if (!file || !std::filesystem::is_directory(table.path() / "expected")) continue;
    const nlohmann::json description = nlohmann::json::parse(file);
    for (const auto& filter : description.value("filters", nlohmann::json::array())) {
      const std::string sql = filter.at("where");
      std::int64_t rows = 0;
      for (const auto& part : std::filesystem::directory_iterator(table.path() / "expected")) {
        ASSERT_OK_AND_ASSIGN(const std::int64_t counted, CountInFile(sql, part.path()));
        rows += counted;
      }
      EXPECT_EQ(rows, RowsOf(table.path().filename(), filter)) << table.path() << ": " << sql;
      ++filters;
    }
  }
  EXPECT_GT(filters, 100U);
}

}  // namespace
}  // namespace sluice::expression

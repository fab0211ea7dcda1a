// What Spark refuses and takes of the tables that it wrote: so do we, on copies of them.

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <map>

#include "storage/local_file_system.h"
#include "table/delete_rows.h"
#include "table/table_case.h"
#include "table/written_table.h"
#include "tests/support/scratch_folder.h"

namespace sluice::table {
namespace {

using core::ErrorKind;
using ::testing::AnyOf;
using testing::IsOk;

/// A copy that tests may write to.
class SparkCopy {
 public:
  explicit SparkCopy(const TableCase& table) : root_(scratch_ / "t") {
    std::filesystem::copy(table.root, root_, std::filesystem::copy_options::recursive);
  }

  const storage::Environment& environment() { return environment_; }
  core::Result<SnapshotPointer> Open() { return delta_log::OpenSnapshot(environment_, root_); }
  /// Append a row of some of the columns.
  core::Result<TableChange> Append(const nlohmann::json& row) {
    SLUICE_ASSIGN_OR_RETURN(const auto snapshot, Open());
    nlohmann::json values = row;
    arrow::FieldVector fields;
    for (auto& [name, value] : values.items()) {
      const delta::Field* field = snapshot->schema.Find(name);
      if (field == nullptr) return core::Internal("no column " + name);
      fields.push_back(arrow::field(name, *delta::ToArrow(field->type)));
      if (field->type.kind == delta::TypeKind::kDate) value = Days(value.get<std::string>());
    }
    return WriteRows(environment_, snapshot, *RowsOf(fields, "[" + values.dump() + "]"));
  }
  std::size_t CountFiles() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root_)) count += entry.is_regular_file();
    return count;
  }

 private:
  static std::int64_t Days(const std::string& date) {
    const auto number = [&](std::size_t at, std::size_t size) { return std::stoi(date.substr(at, size)); };
    const auto day = std::chrono::year(number(0, 4)) / number(5, 2) / number(8, 2);
    return std::chrono::sys_days(day).time_since_epoch().count();
  }

  testing::ScratchFolder scratch_;
  std::string root_;
  storage::LocalFileSystem files_;
  delta_log::TestEnvironment test_{files_};
  const storage::Environment& environment_ = test_.environment;
};

class SparkRules : public ::testing::TestWithParam<TableCase> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(SparkRules);

TEST_P(SparkRules, AreKept) {
  const TableCase& table = GetParam();
  SparkCopy copy(table);
  const std::size_t files = copy.CountFiles();
  for (const auto& rejected : table.json.value("rejected_rows", nlohmann::json::array())) {
    SCOPED_TRACE(rejected.dump());
    const auto change = copy.Append(rejected["row"]);
    ASSERT_FALSE(change.has_value()) << "was taken";
    EXPECT_THAT(change.error().kind(), AnyOf(ErrorKind::kInvalidInput, ErrorKind::kUnsupported))
        << change.error().ToString();
    EXPECT_EQ(copy.CountFiles(), files);
  }
  for (const auto& refused : table.json.value("write_refusals", nlohmann::json::array())) {
    SCOPED_TRACE(refused.dump());
    ASSERT_OK_AND_ASSIGN(const auto snapshot, copy.Open());
    const auto change =
        refused == "delete"
            ? DeleteRows(copy.environment(), snapshot, {.condition = "true"})
            : WriteRows(copy.environment(), snapshot, *RowsOf({}, "[]"),
                        {.mode = refused == "overwrite" ? WriteMode::kOverwrite : WriteMode::kReplaceWhere,
                         .replace_where = "true"});
    ASSERT_FALSE(change.has_value()) << "was done";
    EXPECT_EQ(change.error().kind(), ErrorKind::kInvalidInput) << change.error().ToString();
    EXPECT_EQ(copy.CountFiles(), files);
  }
  for (const auto& accepted : table.json.value("accepted_rows", nlohmann::json::array())) {
    EXPECT_THAT(copy.Append(accepted), IsOk()) << accepted.dump();
  }
}

std::vector<TableCase> CasesWithRules() {
  std::vector<TableCase> cases;
  for (TableCase& table : FindTableCases()) {
    const bool ruled = table.has("rejected_rows") || table.has("accepted_rows") || table.has("write_refusals");
    if (ruled && table.name.starts_with("spark/")) cases.push_back(std::move(table));
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Tables, SparkRules, ::testing::ValuesIn(CasesWithRules()),
                         [](const auto& named) { return named.param.name.substr(6); });

TEST(SparkTables, AreNotAppendedToWhereValuesAreToBeComputed) {
  const std::map<std::string, std::string> features = {{"spark/generated_1", "generatedColumns"},
                                                       {"spark/identity_1", "identityColumns"},
                                                       {"spark/defaults_1", "allowColumnDefaults"}};
  for (const TableCase& table : FindTableCases()) {
    const auto feature = features.find(table.name);
    if (feature == features.end()) continue;
    SCOPED_TRACE(table.name);
    SparkCopy copy(table);
    const std::size_t files = copy.CountFiles();
    EXPECT_THAT(copy.Append(nlohmann::json::object()),
                testing::FailsWith(ErrorKind::kUnsupported, ::testing::HasSubstr(feature->second)));
    EXPECT_EQ(copy.CountFiles(), files);
  }
}

TEST(SparkTables, AreThere) {
  if (CasesWithRules().empty()) GTEST_SKIP() << "the shared test tables are not there";
  EXPECT_GE(CasesWithRules().size(), 8);
}

}  // namespace
}  // namespace sluice::table

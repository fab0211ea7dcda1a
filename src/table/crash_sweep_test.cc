// Every call of the file system fails in turn, during each kind of commit: the table is what it was, or what it was to
// become.

#include <gtest/gtest.h>

#include <functional>

#include "table/alter_table.h"
#include "table/delete_rows.h"
#include "table/fault_sweep.h"
#include "table/restore_table.h"
#include "table/written_table.h"

namespace sluice::table {
namespace {

using storage::MemoryFileSystem;
using Work = std::function<core::Result<TableChange>(const storage::Environment&)>;

const arrow::FieldVector kFields = {arrow::field("n", arrow::int32()), arrow::field("s", arrow::utf8())};

std::shared_ptr<arrow::RecordBatch> Rows(const std::string& json) { return RowsOf(kFields, json); }

core::Result<SnapshotPointer> OpenNewest(const storage::Environment& environment) {
  return delta_log::OpenSnapshot(environment, WrittenTable::kRoot);
}

/// A table of two versions, the same each time.
void Prepare(MemoryFileSystem& files, const char* vectors) {
  delta_log::TestEnvironment test(files, 1);
  ASSERT_OK(
      CreateWithRows(test.environment, "t", *Rows(R"([{"n": 1}, {"n": 2}, {"n": 3}])"),
                     {.properties = {{"delta.enableDeletionVectors", vectors}, {"delta.checkpointInterval", "2"}}}));
  ASSERT_OK_AND_ASSIGN(const auto snapshot, OpenNewest(test.environment));
  ASSERT_OK(WriteRows(test.environment, snapshot, *Rows(R"([{"n": 4}, {"n": 5}])")));
}

void Sweep(const std::function<void(MemoryFileSystem&)>& prepare, const Work& work) {
  SweepFaults({.prepare = prepare, .run = [&](const storage::Environment& environment) -> core::Status {
                 SLUICE_TRY(work(environment));
                 return core::Ok();
               }});
}

class CrashSweep : public ::testing::TestWithParam<const char*> {
 protected:
  static void SweepTable(const Work& work) {
    Sweep([](MemoryFileSystem& files) { Prepare(files, GetParam()); }, work);
  }
};

TEST_P(CrashSweep, Append) {
  SweepTable([](const storage::Environment& environment) -> core::Result<TableChange> {
    SLUICE_ASSIGN_OR_RETURN(const auto snapshot, OpenNewest(environment));
    return WriteRows(environment, snapshot, *Rows(R"([{"n": 6}])"));
  });
}

TEST_P(CrashSweep, Overwrite) {
  SweepTable([](const storage::Environment& environment) -> core::Result<TableChange> {
    SLUICE_ASSIGN_OR_RETURN(const auto snapshot, OpenNewest(environment));
    return WriteRows(environment, snapshot, *Rows(R"([{"n": 6}])"), {.mode = WriteMode::kOverwrite});
  });
}

TEST_P(CrashSweep, ReplaceWhere) {
  SweepTable([](const storage::Environment& environment) -> core::Result<TableChange> {
    SLUICE_ASSIGN_OR_RETURN(const auto snapshot, OpenNewest(environment));
    return WriteRows(environment, snapshot, *Rows(R"([{"n": 6}])"),
                     {.mode = WriteMode::kReplaceWhere, .replace_where = "n > 1"});
  });
}

TEST_P(CrashSweep, Delete) {
  SweepTable([](const storage::Environment& environment) -> core::Result<TableChange> {
    SLUICE_ASSIGN_OR_RETURN(const auto snapshot, OpenNewest(environment));
    return DeleteRows(environment, snapshot, {.condition = "n = 2 OR n = 5"});
  });
}

TEST_P(CrashSweep, Alter) {
  SweepTable([](const storage::Environment& environment) -> core::Result<TableChange> {
    SLUICE_ASSIGN_OR_RETURN(const auto snapshot, OpenNewest(environment));
    return AlterTable(environment, snapshot, {.add_constraints = {{"c", "n < 100"}}});
  });
}

TEST_P(CrashSweep, Restore) {
  SweepTable([](const storage::Environment& environment) -> core::Result<TableChange> {
    SLUICE_ASSIGN_OR_RETURN(const auto snapshot, OpenNewest(environment));
    return RestoreTable(environment, snapshot, 0, {});
  });
}

INSTANTIATE_TEST_SUITE_P(Vectors, CrashSweep, ::testing::Values("false", "true"));

TEST(CrashSweepOfNothing, Create) {
  Sweep([](MemoryFileSystem&) {},
        [](const storage::Environment& environment) {
          return CreateWithRows(environment, "t", *Rows(R"([{"n": 6, "s": "a b"}])"), {.partition_by = {"s"}});
        });
}

}  // namespace
}  // namespace sluice::table

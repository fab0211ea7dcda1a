#include "table/fault_sweep.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "storage/fault_file_system.h"
#include "table/written_table.h"

namespace sluice::table {
namespace {

using storage::FaultFileSystem;
using storage::FaultPlan;
using storage::MemoryFileSystem;
using Mode = FaultPlan::Mode;

constexpr const char* kRoot = WrittenTable::kRoot;
constexpr std::uint64_t kCallsMax = 1000;
constexpr const char* kUnreadable = "cannot be read";  // a table that is to be repaired

/// What a fresh reader finds.
struct Outcome {
  std::int64_t version = -1;  ///< -1: no table
  std::vector<std::string> rows = {};

  bool operator==(const Outcome& other) const = default;
};

void PrintTo(const Outcome& outcome, std::ostream* out) {
  *out << "version " << outcome.version << ", " << ::testing::PrintToString(outcome.rows);
}

/// How the calls of one round fail.
struct Disturbance {
  const char* name;
  FaultPlan plan;
  bool go_on = true;  ///< see what can be done with the table afterwards
};

constexpr std::array<Disturbance, 5> kDisturbances = {{
    {"the process dies", {.mode = Mode::kDie}},
    {"a reply is lost", {.mode = Mode::kLostReply, .errno_value = EIO}},
    {"a call fails", {.mode = Mode::kOnce, .errno_value = EIO}, false},
    {"the disk is full from then on", {.mode = Mode::kSticky, .errno_value = ENOSPC}, false},
    {"a read fails", {.mode = Mode::kOnce, .errno_value = EIO, .reads = true}, false},
}};

Outcome LookAt(const storage::Environment& environment, std::optional<std::int64_t> version) {
  const auto snapshot = delta_log::OpenSnapshot(environment, kRoot, version);
  if (!snapshot) {
    EXPECT_THAT(snapshot, testing::FailsWith(core::ErrorKind::kNotFound, ::testing::HasSubstr("")));
    return {};
  }
  auto rows = ReadTexts(environment, *snapshot);
  if (!rows) return {(*snapshot)->version, {kUnreadable}};
  return {(*snapshot)->version, *std::move(rows)};
}

Outcome Look(MemoryFileSystem& files) {
  delta_log::TestEnvironment test(files, 3);
  return LookAt(test.environment, std::nullopt);
}

std::vector<std::string> DataFiles(const MemoryFileSystem& files) {
  std::vector<std::string> paths;
  for (const auto& [path, bytes] : files.Contents()) {
    if (path.find("/_delta_log/") == std::string::npos) paths.push_back(path);
  }
  return paths;
}

/// One sweep.
class Sweep {
 public:
  explicit Sweep(const SweptWork& work) : work_(work) {}

  void Run() {
    work_.prepare(scene_);
    if (::testing::Test::HasFatalFailure()) return;
    RunCalmly();
    for (const Disturbance& disturbance : kDisturbances) {
      bool fired = !disturbance.plan.reads || work_.needs_all_reads;
      for (std::uint64_t at = 1; fired && !::testing::Test::HasFailure(); ++at) {
        ASSERT_LT(at, kCallsMax);
        SCOPED_TRACE(::testing::Message() << disturbance.name << " at call " << at);
        fired = Disturb(disturbance, at);
      }
    }
  }

 private:
  void Copy(MemoryFileSystem& files) const {
    for (const auto& [path, bytes] : scene_.Contents()) files.Put(path, bytes);
  }

  void RunCalmly() {
    MemoryFileSystem files;
    Copy(files);
    before_ = Look(files);
    FaultFileSystem counted(files);
    delta_log::TestEnvironment test(counted, 2);
    ASSERT_OK(work_.run(test.environment));
    EXPECT_GT(counted.changes(), 0U);
    files.Crash();
    after_ = Look(files);
    states_ = {before_, after_};
    delta_log::TestEnvironment reader(files, 3);
    for (std::int64_t version = before_.version + 1; version < after_.version; ++version) {
      states_.push_back(LookAt(reader.environment, version));
    }
  }

  /// False when there are fewer calls.
  bool Disturb(const Disturbance& disturbance, std::uint64_t at) {
    MemoryFileSystem files;
    Copy(files);
    FaultPlan plan = disturbance.plan;
    plan.at = at;
    FaultFileSystem faulty(files, plan);
    delta_log::TestEnvironment test(faulty, 2);
    const core::Status done = work_.run(test.environment);
    Outcome now = Look(files);
    EXPECT_THAT(states_, ::testing::Contains(now));
    if (done.has_value()) {
      EXPECT_EQ(now, after_) << "what was reported as done is not";
    } else if (plan.mode != Mode::kDie) {
      CheckFailure(done.error(), plan, now, files);
    }
    if (plan.mode == Mode::kDie) {
      files.Crash();
      now = Look(files);
      EXPECT_THAT(states_, ::testing::Contains(now)) << "after the power failed";
    }
    if (disturbance.go_on) CheckAfterwards(files, now);
    return faulty.fired();
  }

  void CheckFailure(const core::Error& error, const FaultPlan& plan, const Outcome& now,
                    const MemoryFileSystem& files) const {
    // Of several commits the first ones stand, and so do deletions.
    if (error.kind() == core::ErrorKind::kOutcomeUnknown || after_.version != before_.version + 1) return;
    EXPECT_EQ(now, before_) << "what was reported as failed is done: " << error.ToString();
    if (plan.mode == Mode::kSticky) return;  // nothing can be removed
    EXPECT_EQ(DataFiles(files), DataFiles(scene_)) << error.ToString();
  }

  void CheckAfterwards(MemoryFileSystem& files, const Outcome& now) const {
    delta_log::TestEnvironment test(files, 4);
    if (now.version >= 0) {
      ASSERT_OK_AND_ASSIGN(const auto snapshot, delta_log::OpenSnapshot(test.environment, kRoot));
      const auto row = RowsOf({arrow::field("n", arrow::int32())}, R"([{"n": 99}])");
      ASSERT_OK(WriteRows(test.environment, snapshot, *row));
      ExpectOneMore(now, Look(files));
    }
    if (work_.repeatable) {
      ASSERT_OK(work_.run(test.environment));
      ExpectOneMore(after_, Look(files));
    }
    if (work_.check_end) work_.check_end(test.environment);
  }

  static void ExpectOneMore(const Outcome& held, const Outcome& now) {
    EXPECT_GT(now.version, held.version);
    if (held.rows == std::vector<std::string>{kUnreadable}) return;
    EXPECT_EQ(now.rows.size(), held.rows.size() + 1);
    EXPECT_TRUE(std::ranges::includes(now.rows, held.rows)) << ::testing::PrintToString(now.rows);
  }

  const SweptWork& work_;
  MemoryFileSystem scene_;
  Outcome before_;
  Outcome after_;
  std::vector<Outcome> states_;
};

}  // namespace

void SweepFaults(const SweptWork& work) { Sweep(work).Run(); }

}  // namespace sluice::table

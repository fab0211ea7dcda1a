// Exports into Delta tables: what is in the table after a run, and after a run that was cut short.
#include <arrow/array/array_primitive.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "jobs/export_job.h"
#include "jobs/export_run.h"
#include "jobs/plan_runner.h"
#include "jobs/table_input.h"
#include "storage/fault_file_system.h"
#include "storage/memory_file_system.h"
#include "table/optimize.h"
#include "table/scan.h"
#include "tests/support/result_matchers.h"

namespace sluice::jobs {
namespace {

using core::ErrorKind;
using pipeline::JobReport;
using pipeline::JobStatus;
using ::sluice::testing::FailsWith;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using Kind = ExportSelection::Kind;
using SnapshotPointer = std::shared_ptr<const delta_log::Snapshot>;
using Ids = std::vector<std::int64_t>;

class SilentListener final : public ExportListener {
 public:
  void OnPlanned(const ExportPlan&) override {}
  void OnOutput(const ExportedOutput&) override {}
  void OnFailure(const std::string&, const core::Error&) override {}
};

/// A ledger of its own, in a folder that goes with it.
struct Notebook {
  explicit Notebook(const core::Clock& clock) {
    std::string name = ::testing::TempDir() + "exportXXXXXX";
    folder = ::mkdtemp(name.data());
    ledger = *pipeline::Ledger::Open(folder, clock);
  }
  ~Notebook() { std::filesystem::remove_all(folder); }

  std::string folder;
  std::unique_ptr<pipeline::Ledger> ledger;
};

/// A folder of inputs, the table they are exported into, and the ledger.
struct Scene {
  Scene() : notebook(std::make_unique<Notebook>(clock)) {}

  Environment EnvironmentOf(storage::FileSystem& through) {
    return {through, clock, random, executor, cancellation, arrow::default_memory_pool(), 64 * core::kMiB};
  }
  void Put(const std::string& day, const std::string& bytes) { files.Put("in/q_" + day + ".csv", bytes); }

  std::vector<JobReport> Run(const JobConfig& job, const ExportSelection& selection = {.kind = Kind::kHistorical},
                             storage::FileSystem* through = nullptr) {
    const Environment environment = EnvironmentOf(through == nullptr ? files : *through);
    pipeline::Progress progress(pipeline::ProgressStyle::kNone, clock, [](std::string_view) {});
    SilentListener listener;
    const std::string run = "run" + std::to_string(++runs);
    EXPECT_OK(notebook->ledger->BeginRun(run, "run"));
    const ExportContext context{environment, notebook->ledger.get(), progress, listener, run};
    std::vector<JobReport> reports = RunExport(job, selection, context);
    EXPECT_OK(notebook->ledger->FinishRun(run, pipeline::RunStatus::kDone, {}, ""));
    return reports;
  }

  SnapshotPointer Open(const std::string& root = "t") {
    auto snapshot = OpenTableIfThere(root, EnvironmentOf(files));
    EXPECT_OK(snapshot);
    return snapshot ? *snapshot : nullptr;
  }
  /// The ids of all rows of the table, sorted.
  Ids Rows(const std::string& root = "t") {
    const SnapshotPointer snapshot = Open(root);
    Ids ids;
    if (snapshot == nullptr) return ids;
    const Environment environment = EnvironmentOf(files);
    auto scan = table::Scan::Open(environment, snapshot, {.columns = std::vector<std::string>{"id"}});
    EXPECT_OK(scan);
    while (scan) {
      auto batch = (*scan)->Next();
      EXPECT_OK(batch);
      if (!batch || !*batch) break;
      const auto& column = static_cast<const arrow::Int64Array&>(*(*batch)->rows->column(0));
      for (std::int64_t i = 0; i < column.length(); ++i) ids.push_back(column.IsNull(i) ? -1 : column.Value(i));
    }
    std::sort(ids.begin(), ids.end());
    return ids;
  }

  core::ManualClock clock{core::Timestamp{std::chrono::seconds(1'761'674'400)}};
  storage::MemoryFileSystem files;
  core::SystemRandom random;
  core::Executor executor{1};
  core::Cancellation cancellation;
  std::unique_ptr<Notebook> notebook;
  int runs = 0;
};

JobConfig Job(const std::string& target = "", const std::string& extra = "",
              const std::string& source = "in/q_{date:%Y%m%d}.csv") {
  const std::string text =
      "jobs: {q: {kind: export, source: {files: \"" + source + "\"}, target: {delta: t" + target + "}" + extra + "}}";
  auto config = ParseConfig(text, "c.yaml");
  EXPECT_OK(config);
  return config->jobs.at(0);
}

constexpr const char* kSchema = ", columns: \"id int64\"";
constexpr const char* kDayPartition = ", partition_by: day";
constexpr const char* kDaySchema =
    ", schema: {fields: [{name: id, type: int64}, {name: day, type: date, value: \"{date:%Y-%m-%d}\"}]}";

std::vector<JobStatus> StatusesOf(const std::vector<JobReport>& reports) {
  std::vector<JobStatus> statuses;
  for (const JobReport& report : reports) {
    EXPECT_TRUE(!report.error || report.status == JobStatus::kFailed);
    statuses.push_back(report.status);
  }
  return statuses;
}

class ExportTableTest : public ::testing::Test {
 protected:
  ExportTableTest() {
    scene_.Put("20251027", "id\n1\n2\n");
    scene_.Put("20251028", "id\n3\n");
  }

  core::Error FirstError(const std::vector<JobReport>& reports) {
    for (const JobReport& report : reports) {
      if (report.error) return *report.error;
    }
    ADD_FAILURE() << "no error";
    return core::Internal("no error");
  }

  Scene scene_;
};

TEST_F(ExportTableTest, EachDateIsACommitOfItsOwnAndIsSkippedWhenItIsDone) {
  const auto reports = scene_.Run(Job("", kSchema));
  EXPECT_THAT(StatusesOf(reports), ElementsAre(JobStatus::kDone, JobStatus::kDone));
  EXPECT_EQ(scene_.Open()->version, 1);
  EXPECT_THAT(scene_.Rows(), SizeIs(3));
  EXPECT_EQ(scene_.Open()->transactions.at("sluice.export.q.2025-10-27").version, 1);
  EXPECT_THAT(StatusesOf(scene_.Run(Job("", kSchema))), ElementsAre(JobStatus::kSkipped, JobStatus::kSkipped));
  EXPECT_EQ(scene_.Open()->version, 1);
}

TEST_F(ExportTableTest, AChangedInputTakesThePlaceOfItsOwnFiles) {
  const JobConfig job = Job("", kSchema);
  scene_.Run(job);
  scene_.Put("20251027", "id\n7\n");
  EXPECT_THAT(StatusesOf(scene_.Run(job)), ElementsAre(JobStatus::kDone, JobStatus::kSkipped));
  EXPECT_EQ(scene_.Rows(), Ids({3, 7}));
  EXPECT_EQ(scene_.Open()->transactions.at("sluice.export.q.2025-10-27").version, 2);
  scene_.Run(job, {.kind = Kind::kHistorical, .force = true});
  EXPECT_EQ(scene_.Rows(), Ids({3, 7}));
  EXPECT_THAT(StatusesOf(scene_.Run(job)), ElementsAre(JobStatus::kSkipped, JobStatus::kSkipped));
}

TEST_F(ExportTableTest, FilesThatWereWrittenAnewAreNotGuessedAt) {
  const JobConfig job = Job("", kSchema);
  scene_.Run(job);
  const Environment environment = scene_.EnvironmentOf(scene_.files);
  ASSERT_OK(table::Optimize(environment, scene_.Open(), {}));
  ASSERT_EQ(scene_.Open()->files.size(), 1U);
  scene_.Put("20251027", "id\n7\n");
  const core::Error error = FirstError(scene_.Run(job));
  EXPECT_THAT(error.message(), AllOf(HasSubstr("t#2025-10-27"), HasSubstr("rewritten or removed")));
  EXPECT_THAT(error.hint(), HasSubstr("replace_where"));
  EXPECT_THAT(scene_.Rows(), SizeIs(3));
}

TEST_F(ExportTableTest, APartitionOfTheDateIsReplacedWhoeverWroteItsFiles) {
  const JobConfig job = Job(kDayPartition, kDaySchema);
  scene_.Run(job);
  const Environment environment = scene_.EnvironmentOf(scene_.files);
  ASSERT_OK(table::Optimize(environment, scene_.Open(), {}));
  scene_.Put("20251027", "id\n7\n");
  EXPECT_THAT(StatusesOf(scene_.Run(job)), ElementsAre(JobStatus::kDone, JobStatus::kSkipped));
  EXPECT_THAT(scene_.Rows(), ElementsAre(3, 7));
}

TEST_F(ExportTableTest, AConditionOfTheConfigurationReplacesRowsInMixedFiles) {
  const JobConfig job = Job(", replace_where: \"day = '{date:%Y-%m-%d}'\"", kDaySchema);
  scene_.Run(job);
  ASSERT_OK(table::Optimize(scene_.EnvironmentOf(scene_.files), scene_.Open(), {}));
  scene_.Put("20251027", "id\n7\n");
  EXPECT_THAT(StatusesOf(scene_.Run(job)), ElementsAre(JobStatus::kDone, JobStatus::kSkipped));
  EXPECT_THAT(scene_.Rows(), SizeIs(2));
}

TEST_F(ExportTableTest, WithoutItsLedgerTheTableStillKnowsWhatIsDone) {
  const JobConfig job = Job("", kSchema);
  scene_.Run(job);
  scene_.notebook = std::make_unique<Notebook>(scene_.clock);
  scene_.Put("20251028", "id\n30\n");
  EXPECT_THAT(StatusesOf(scene_.Run(job)), ElementsAre(JobStatus::kSkipped, JobStatus::kDone));
  EXPECT_THAT(scene_.Rows(), ElementsAre(1, 2, 30));
  EXPECT_THAT(StatusesOf(scene_.Run(job)), ElementsAre(JobStatus::kSkipped, JobStatus::kSkipped));
}

TEST_F(ExportTableTest, ATableThatIsGoneIsMadeAgain) {
  const JobConfig job = Job("", kSchema);
  scene_.Run(job);
  for (const auto& [path, bytes] : scene_.files.Contents()) {
    if (!path.starts_with("t/")) continue;
    ASSERT_OK(scene_.files.Remove(path));
  }
  EXPECT_THAT(StatusesOf(scene_.Run(job)), ElementsAre(JobStatus::kDone, JobStatus::kDone));
  EXPECT_THAT(scene_.Rows(), SizeIs(3));
}

TEST_F(ExportTableTest, AReportWithoutADateIsTheWholeTableWithModeOverwrite) {
  scene_.files.Put("report.csv", "id\n1\n");
  const JobConfig job = Job(", mode: overwrite", kSchema, "report.csv");
  scene_.Run(job);
  scene_.files.Put("report.csv", "id\n2\n3\n");
  EXPECT_THAT(StatusesOf(scene_.Run(job)), ElementsAre(JobStatus::kDone));
  EXPECT_THAT(scene_.Rows(), ElementsAre(2, 3));
  EXPECT_THAT(StatusesOf(scene_.Run(job)), ElementsAre(JobStatus::kSkipped));
}

TEST_F(ExportTableTest, AnOutputWithoutRowsIsDoneAndMayGetSome) {
  scene_.Put("20251027", "id\n");
  const JobConfig job = Job("", kSchema);
  scene_.Run(job);
  EXPECT_THAT(scene_.Rows(), ElementsAre(3));
  EXPECT_THAT(StatusesOf(scene_.Run(job)), ElementsAre(JobStatus::kSkipped, JobStatus::kSkipped));
  scene_.Put("20251027", "id\n1\n");
  scene_.Put("20251028", "id\n");
  scene_.Run(job);
  EXPECT_THAT(scene_.Rows(), ElementsAre(1));
  EXPECT_THAT(StatusesOf(scene_.Run(job)), ElementsAre(JobStatus::kSkipped, JobStatus::kSkipped));
  scene_.Put("20251028", "id\n4\n");
  scene_.Run(job);
  EXPECT_THAT(scene_.Rows(), ElementsAre(1, 4));
}

TEST_F(ExportTableTest, NewColumnsAreAddedWhenTheTargetSaysSo) {
  scene_.Run(Job());
  scene_.Put("20251029", "id,name\n4,d\n");
  const core::Error error = FirstError(scene_.Run(Job()));
  EXPECT_EQ(error.kind(), ErrorKind::kInvalidInput);
  EXPECT_THAT(scene_.Rows(), SizeIs(3));
  EXPECT_FALSE(scene_.Run(Job(", add_columns: true"), {}).front().error.has_value());
  EXPECT_THAT(scene_.Rows(), SizeIs(4));
  EXPECT_EQ(scene_.Open()->schema.fields.size(), 2U);
}

TEST_F(ExportTableTest, AnotherPartitioningThanTheTablesIsRefused) {
  scene_.Run(Job(kDayPartition, kDaySchema));
  const core::Error error = FirstError(scene_.Run(Job(", partition_by: id", kDaySchema)));
  EXPECT_EQ(error.kind(), ErrorKind::kConfiguration);
  EXPECT_THAT(error.message(), HasSubstr("is partitioned by day, not by id"));
}

TEST_F(ExportTableTest, RejectsLieBesideTheTableAndAboveTheBudgetNothingIsPublished) {
  scene_.Put("20251027", "id\n1\nx\n");
  const JobConfig strict = Job("", kSchema);
  const auto reports = scene_.Run(strict);
  EXPECT_THAT(StatusesOf(reports), ElementsAre(JobStatus::kFailed, JobStatus::kDone));
  EXPECT_THAT(scene_.Rows(), ElementsAre(3));
  const JobConfig lenient = Job("", std::string(kSchema) + ", rejects: {max: 1}");
  EXPECT_THAT(StatusesOf(scene_.Run(lenient)), ElementsAre(JobStatus::kRejected, JobStatus::kSkipped));
  EXPECT_THAT(scene_.Rows(), ElementsAre(1, 3));
  EXPECT_TRUE(scene_.files.Contents().contains("t#2025-10-27.rejects.ndjson"));
  scene_.Put("20251027", "id\n1\n");
  scene_.Run(lenient);
  EXPECT_FALSE(scene_.files.Contents().contains("t#2025-10-27.rejects.ndjson"));
}

TEST_F(ExportTableTest, ColumnsWithMappedNamesAreThoseOfTheTable) {
  scene_.Run(Job(", properties: {delta.columnMapping.mode: name}", kSchema));
  EXPECT_EQ(scene_.Rows(), Ids({1, 2, 3}));
}

TEST_F(ExportTableTest, ATableIsASourceOfTheVersionItHas) {
  scene_.Run(Job("", kSchema));
  const auto job = [](const std::string& target) {
    return ParseConfig("jobs: {c: {kind: export, source: {delta: t}, target: {" + target + "}}}", "c.yaml")->jobs.at(0);
  };
  const JobConfig files = job("parquet: out, file: all.parquet");
  EXPECT_THAT(StatusesOf(scene_.Run(files)), ElementsAre(JobStatus::kDone));
  EXPECT_THAT(StatusesOf(scene_.Run(files)), ElementsAre(JobStatus::kSkipped));
  const JobConfig table = job("delta: u, mode: overwrite");
  EXPECT_THAT(StatusesOf(scene_.Run(table)), ElementsAre(JobStatus::kDone));
  scene_.Put("20251029", "id\n4\n");
  scene_.Run(Job("", kSchema));
  EXPECT_THAT(StatusesOf(scene_.Run(files)), ElementsAre(JobStatus::kDone));
  EXPECT_THAT(StatusesOf(scene_.Run(table)), ElementsAre(JobStatus::kDone));
  EXPECT_THAT(StatusesOf(scene_.Run(table)), ElementsAre(JobStatus::kSkipped));
  EXPECT_EQ(scene_.Rows("u"), Ids({1, 2, 3, 4}));
}

/// The tasks of a plan, each with its report, as other processes do them.
class ExportTableStepsTest : public ExportTableTest {
 protected:
  core::Result<PlannedJob> Plan(const JobConfig& job, bool force = false) {
    const Environment environment = scene_.EnvironmentOf(scene_.files);
    SLUICE_ASSIGN_OR_RETURN(const ExportPlan plan,
                            PlanExport(job, {.kind = Kind::kHistorical, .force = force}, {.environment = environment}));
    return MakeExportJob(job, plan.outputs, environment, "run" + std::to_string(++scene_.runs));
  }

  std::vector<pipeline::TaskReport> DoTasks(const PlannedJob& job) {
    const Environment environment = scene_.EnvironmentOf(scene_.files);
    InputOpener opener(environment, job.settings.read);
    pipeline::Progress progress(pipeline::ProgressStyle::kNone, scene_.clock, [](std::string_view) {});
    std::vector<pipeline::TaskReport> reports(job.plan.tasks.size());
    for (std::size_t i = 0; i < reports.size(); ++i) {
      EXPECT_OK(DoTask(job, i, Publisher::kOtherProcess, environment, opener, progress, reports[i]));
    }
    return reports;
  }

  JobReport Commit(const PlannedJob& job, const std::vector<pipeline::TaskReport>& reports) {
    return DoCommit(job, reports, Publisher::kOtherProcess, scene_.EnvironmentOf(scene_.files));
  }
};

TEST_F(ExportTableStepsTest, ACommitDoneTwiceIsDoneOnce) {
  ASSERT_OK_AND_ASSIGN(const PlannedJob job, Plan(Job("", kSchema)));
  ASSERT_OK_AND_ASSIGN(const pipeline::Plan read_back, pipeline::PlanFromJson(ToJson(job.plan)));
  PlannedJob carried{.plan = read_back};
  ASSERT_OK_AND_ASSIGN(carried.settings, LoadSettings(carried.plan));
  const auto reports = DoTasks(carried);
  EXPECT_EQ(scene_.Open(), nullptr);
  for (int i = 0; i < 2; ++i) {
    const JobReport committed = Commit(carried, reports);
    ASSERT_FALSE(committed.error) << committed.error->ToString();
    EXPECT_THAT(scene_.Rows(), SizeIs(3));
    EXPECT_EQ(scene_.Open()->version, 1);
  }
}

TEST_F(ExportTableStepsTest, OfTwoPlansOfOneOutputTheSecondIsNoSecondCopy) {
  const JobConfig job = Job("", kSchema);
  ASSERT_OK_AND_ASSIGN(const PlannedJob first, Plan(job));
  ASSERT_OK_AND_ASSIGN(const PlannedJob same, Plan(job));
  scene_.Put("20251027", "id\n7\n");
  ASSERT_OK_AND_ASSIGN(const PlannedJob other, Plan(job));
  const auto other_reports = DoTasks(other);
  scene_.Put("20251027", "id\n1\n2\n");
  ASSERT_OK_AND_ASSIGN(const PlannedJob again, Plan(job));
  const auto reports = DoTasks(again);
  ASSERT_FALSE(Commit(again, reports).error);
  EXPECT_EQ(Commit(other, other_reports).error->kind(), ErrorKind::kConflict);
  EXPECT_EQ(scene_.Rows(), Ids({1, 2, 3}));
}

TEST_F(ExportTableStepsTest, PlansOfOtherDatesAllLandThoughEachWouldMakeTheTable) {
  const JobConfig job = Job("", kSchema);
  const Environment environment = scene_.EnvironmentOf(scene_.files);
  std::vector<PlannedJob> jobs;
  for (const char* day : {"2025-10-27", "2025-10-28"}) {
    const Date date = *ParseDate(day);
    ASSERT_OK_AND_ASSIGN(const ExportPlan plan, PlanExport(job, {.kind = Kind::kRange, .from = date, .to = date},
                                                           {.environment = environment}));
    ASSERT_OK_AND_ASSIGN(jobs.emplace_back(), MakeExportJob(job, plan.outputs, environment, day));
  }
  const auto first = DoTasks(jobs[0]);
  const auto second = DoTasks(jobs[1]);
  ASSERT_FALSE(Commit(jobs[1], second).error);
  ASSERT_FALSE(Commit(jobs[0], first).error);
  EXPECT_EQ(scene_.Rows(), Ids({1, 2, 3}));
}

TEST_F(ExportTableStepsTest, InferredColumnsOfANewTableMustAgree) {
  scene_.Put("20251028", "id,name\n3,c\n");
  EXPECT_THAT(Plan(Job()), FailsWith(ErrorKind::kInvalidInput, HasSubstr("not those of the outputs before")));
}

struct Sweep {
  storage::FaultPlan::Mode mode;
  bool ledger_lost;
  bool by_partition;
};

class ExportTableUnderFaults : public ::testing::TestWithParam<Sweep> {
 protected:
  static JobConfig SweptJob() {
    return GetParam().by_partition ? Job(kDayPartition, kDaySchema + Budget()) : Job("", kSchema + Budget());
  }
  static std::string Budget() { return ", rejects: {max: 1}"; }

  static void Prepare(Scene& scene, bool again) {
    scene.Put("20251027", "id\n1\n2\nx\n");
    scene.Put("20251028", "id\n3\n");
    if (!again) return;
    scene.Run(SweptJob());
    scene.Put("20251027", "id\n1\n9\nx\n");
  }

  // Cut a run short at each of its changes, run again, and look.
  static void SweepRuns(bool again) {
    Scene whole;
    Prepare(whole, again);
    storage::FaultFileSystem counted(whole.files);
    whole.Run(SweptJob(), {.kind = Kind::kHistorical}, &counted);
    const Ids wanted = whole.Rows();
    ASSERT_THAT(wanted, SizeIs(3));
    ASSERT_GT(counted.changes(), 10U);
    for (std::uint64_t at = 1; at <= counted.changes(); ++at) {
      SCOPED_TRACE("fault at change " + std::to_string(at));
      Scene scene;
      Prepare(scene, again);
      storage::FaultFileSystem faulty(scene.files, {.at = at, .mode = GetParam().mode});
      scene.Run(SweptJob(), {.kind = Kind::kHistorical}, &faulty);
      if (GetParam().ledger_lost) scene.notebook = std::make_unique<Notebook>(scene.clock);
      for (const JobReport& report : scene.Run(SweptJob())) {
        ASSERT_FALSE(report.error) << report.error->ToString();
      }
      ASSERT_EQ(scene.Rows(), wanted);
      ASSERT_TRUE(scene.files.Contents().contains("t#2025-10-27.rejects.ndjson"));
      ASSERT_THAT(StatusesOf(scene.Run(SweptJob())), ElementsAre(JobStatus::kSkipped, JobStatus::kSkipped));
    }
  }
};

TEST_P(ExportTableUnderFaults, EveryRowIsThereOnceAfterTheNextRun) { SweepRuns(false); }
TEST_P(ExportTableUnderFaults, EveryRowIsReplacedOnceAfterTheNextRun) { SweepRuns(true); }

using Mode = storage::FaultPlan::Mode;
INSTANTIATE_TEST_SUITE_P(Modes, ExportTableUnderFaults,
                         ::testing::Values(Sweep{Mode::kDie, false, false}, Sweep{Mode::kDie, true, true},
                                           Sweep{Mode::kSticky, true, false}, Sweep{Mode::kLostReply, false, true}));

}  // namespace
}  // namespace sluice::jobs

#include "sluice/recorder.h"

#include <arrow/api.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <new>
#include <optional>
#include <thread>
#include <tuple>
#include <vector>

#include "core/executor.h"
#include "parquet/open_file.h"
#include "recorder/manifest.h"
#include "schema/arrow_error.h"
#include "storage/local_file_system.h"
#include "tests/support/forks.h"
#include "tests/support/scratch_folder.h"

namespace sluice {
namespace {

struct Call {
  std::int64_t id = 0;
  std::string_view text = {};
  std::optional<double> ms = {};
  Symbol kind = {};
  Stamp at = {};
  static constexpr std::tuple kFields{Field("id", &Call::id), Field("text", &Call::text), Field("ms", &Call::ms),
                                      Field("kind", &Call::kind), Field("at", &Call::at)};
};

class RecorderTest : public ::testing::Test {
 protected:
  RecorderTest() {
    options_.directory = folder_ / "data";
    options_.mapping_directory = folder_ / "memory";
    options_.hand_over_after = std::chrono::milliseconds(1);
  }

  std::string Folder() const { return options_.directory + "/qe_t_w"; }

  std::shared_ptr<arrow::Table> Rows() {
    storage::LocalFileSystem files;
    std::vector<std::shared_ptr<arrow::Table>> tables;
    const auto manifest = recorder::ReadManifest(files, Folder());
    for (const recorder::ManifestFile& file : manifest->files) {
      const std::string path = Folder() + "/" + file.file;
      auto reader =
          parquet::OpenArrowReader(*files.OpenRandomAccess(path), path, 1 << 16, arrow::default_memory_pool());
      tables.push_back((*reader)->ReadTable().ValueOrDie()->ReplaceSchemaMetadata(nullptr));
    }
    return tables.empty() ? nullptr : arrow::ConcatenateTables(tables).ValueOrDie()->CombineChunks().ValueOrDie();
  }

  testing::ScratchFolder folder_;
  RecorderOptions options_;
};

template <typename Array>
const Array& Column(const arrow::Table& rows, const char* name) {
  return static_cast<const Array&>(*rows.GetColumnByName(name)->chunk(0));
}

TEST_F(RecorderTest, RecordsRowsOfAStruct) {
  auto recorder = Recorder<Call>::Open(options_, "t", "w");
  ASSERT_TRUE(recorder.ok()) << recorder.error().ToString();
  const Symbol insert = (*recorder)->Intern("INSERT");
  EXPECT_EQ((*recorder)->Intern("INSERT").number, insert.number);
  const auto before = std::chrono::system_clock::now();
  EXPECT_TRUE((*recorder)->Append({.id = 1, .text = "one", .ms = 1.5, .kind = insert}));
  EXPECT_TRUE((*recorder)->Append({.id = 2, .text = "two"}));
  std::thread([&] { EXPECT_TRUE((*recorder)->Append({.id = 3, .text = "three"})); }).join();
  auto handle = (*recorder)->Register();
  EXPECT_TRUE(handle.Append({.id = 4, .text = "four"}));
  const auto after = std::chrono::system_clock::now();
  auto closed = (*recorder)->Close();
  ASSERT_TRUE(closed.ok()) << closed.error().ToString();
  EXPECT_EQ(closed->accepted, 4U);
  EXPECT_EQ(closed->landed, 4U);
  EXPECT_FALSE((*recorder)->Append({.id = 5}));
  EXPECT_EQ((*recorder)->stats().dropped, 1U);
  const auto rows = Rows();
  ASSERT_EQ(rows->num_rows(), 4);
  EXPECT_EQ(Column<arrow::StringArray>(*rows, "kind").GetString(0), "INSERT");
  EXPECT_EQ(Column<arrow::StringArray>(*rows, "kind").GetString(1), "");
  const auto& at = Column<arrow::TimestampArray>(*rows, "at");
  using std::chrono::duration_cast, std::chrono::microseconds;
  constexpr std::int64_t kSlackMicros = 2000;  // between two clocks
  for (std::int64_t i = 0; i < 4; ++i) {
    EXPECT_GE(at.Value(i), duration_cast<microseconds>(before.time_since_epoch()).count() - kSlackMicros);
    EXPECT_LE(at.Value(i), duration_cast<microseconds>(after.time_since_epoch()).count() + kSlackMicros);
  }
}

TEST_F(RecorderTest, MakesDerivedColumnsOfAQueryLog) {
  auto recorder = RowRecorder::Open(options_, "t", "w", QueryExecutionSchema());
  ASSERT_TRUE(recorder.ok()) << recorder.error().ToString();
  std::vector<RecorderValue> row(18);
  row[0] = "e1";
  row[7] = std::int64_t{12};
  row[14] = " insert ";
  EXPECT_TRUE((*recorder)->Append(row));
  row[13] = R"({"b":1,"a":2})";
  row[14] = "DELETE";
  EXPECT_TRUE((*recorder)->Append(row));
  row[7] = "many";
  EXPECT_FALSE((*recorder)->Append(row));  // no number
  row[7] = std::int64_t{1};
  row[0] = RecorderValue();
  EXPECT_FALSE((*recorder)->Append(row));  // not null
  EXPECT_FALSE((*recorder)->Append(std::span(row).first(3)));
  auto closed = (*recorder)->Close();
  ASSERT_TRUE(closed.ok()) << closed.error().ToString();
  EXPECT_EQ(closed->accepted, 5U);
  EXPECT_EQ(closed->dropped, 3U);
  const auto rows = Rows();
  ASSERT_EQ(rows->num_columns(), 21);
  EXPECT_EQ(rows->field(13)->name(), "custom_metadata");
  EXPECT_EQ(rows->field(20)->name(), "sf_rows_deleted");
  const auto& metadata = Column<arrow::StringArray>(*rows, "custom_metadata");
  EXPECT_EQ(metadata.GetString(0), "{}");
  EXPECT_EQ(metadata.GetString(1), R"({"b":1,"a":2})");
  EXPECT_EQ(Column<arrow::StringArray>(*rows, "query_kind").GetString(0), " insert ");
  EXPECT_EQ(Column<arrow::Int64Array>(*rows, "sf_rows_inserted").Value(0), 12);
  EXPECT_TRUE(rows->GetColumnByName("sf_rows_updated")->null_count() == 2);
  EXPECT_TRUE(Column<arrow::Int64Array>(*rows, "sf_rows_deleted").IsNull(0));
  EXPECT_EQ(Column<arrow::Int64Array>(*rows, "sf_rows_deleted").Value(1), 12);
}

TEST_F(RecorderTest, SaysWhyARowDoesNotFitAndStoresNothingOfIt) {
  const RecorderSchema schema{.columns =
                                  "id int64 not null, n int32, ms float64, part float32, ok bool, at timestamp(us), "
                                  "price decimal(4,2), kind string, note string, more json",
                              .symbols = {"kind"}};
  auto recorder = RowRecorder::Open(options_, "t", "w", schema);
  ASSERT_TRUE(recorder.ok()) << recorder.error().ToString();
  const std::vector<RecorderValue> good{
      std::int64_t{1}, std::int64_t{2}, 0.5, 0.25, true, std::int64_t{3}, Decimal<38, 0>::OfUnscaled(-9999),
      "kind",          "note",          "{}"};
  struct Case {
    std::size_t column;
    RecorderValue value;
    std::string said;
  };
  const std::vector<Case> cases{
      {0, {}, "column 'id' is int64 not null, and has no value"},
      {0, "one", "column 'id' is int64 and takes an integer, not a text"},
      {1, std::int64_t{1} << 31, "column 'n' is int32: 2147483648 does not fit"},
      {1, 1.5, "column 'n' is int32 and takes an integer, not a double"},
      {2, true, "column 'ms' is float64 and takes a double or an integer, not a bool"},
      {3, std::int64_t{1}, "column 'part' is float32 and takes a double, not an integer"},
      {4, std::int64_t{1}, "column 'ok' is bool and takes a bool, not an integer"},
      {5, "2026-01-01", "column 'at' is timestamp(us) and takes an integer, the ticks since 1970, not a text"},
      {6, 1.25, "column 'price' is decimal(4,2) and takes a decimal, as its unscaled number, not a double"},
      {6, Decimal<38, 0>::OfUnscaled(-10'000), "column 'price' is decimal(4,2): the number has more digits"},
      {7, std::int64_t{1}, "column 'kind' is string and takes a text or a symbol, not an integer"},
      {8, Symbol{1}, "column 'note' is string and takes a text, not a symbol"}};
  for (const Case& bad : cases) {
    std::vector<RecorderValue> row = good;
    row[bad.column] = bad.value;
    const Status fits = (*recorder)->Check(row);
    ASSERT_FALSE(fits.ok()) << bad.said;
    EXPECT_EQ(fits.error().message, bad.said);
    EXPECT_FALSE((*recorder)->Append(row)) << bad.said;
  }
  EXPECT_EQ((*recorder)->Check(std::span(good).first(3)).error().message,
            "the row has 3 values, and the recorder 10 columns");
  EXPECT_TRUE((*recorder)->Check(good).ok());
  EXPECT_TRUE((*recorder)->Append(good));
  EXPECT_TRUE((*recorder)->Append(std::vector<RecorderValue>{std::int64_t{2}, {}, {}, {}, {}, {}, {}, {}, {}, {}}));
  ASSERT_TRUE((*recorder)->Close().ok());
  EXPECT_EQ((*recorder)->stats().dropped, cases.size());
  const auto rows = Rows();
  ASSERT_EQ(rows->num_rows(), 2);
  for (const auto& column : rows->columns()) EXPECT_TRUE(column->chunk(0)->IsValid(0));
  for (int i = 1; i < rows->num_columns(); ++i) EXPECT_TRUE(rows->column(i)->chunk(0)->IsNull(1)) << i;
  EXPECT_EQ(Column<arrow::StringArray>(*rows, "note").GetString(0), "note");
  EXPECT_EQ(Column<arrow::Decimal128Array>(*rows, "price").FormatValue(0), "-99.99");
}

TEST_F(RecorderTest, TextsThatAreTooLongTogetherAreRefused) {
  std::string columns = "a string";
  for (int i = 0; i < 5; ++i) columns += ", b" + std::to_string(i) + " string";
  auto recorder = RowRecorder::Open(options_, "t", "w", {.columns = columns});
  ASSERT_TRUE(recorder.ok()) << recorder.error().ToString();
  const std::string long_text(100'000, 'x');
  std::vector<RecorderValue> row(6, std::string_view(long_text));
  row[0] = "short";
  EXPECT_EQ((*recorder)->Check(row).error().ToString(),
            "InvalidInput: the texts of the row take 327685 bytes together; there is room for 294912\n"
            "  hint: column 'b0' has the longest one");
  EXPECT_FALSE((*recorder)->Append(row));
  EXPECT_EQ((*recorder)->AppendAtOnce(row), Appended::kUnfit);
  EXPECT_EQ((*recorder)->stats().dropped, 1U);
}

struct Visit {
  std::chrono::sys_time<std::chrono::milliseconds> wall = {};
  UtcTime<> at = {};
  std::optional<UtcTime<std::chrono::nanoseconds>> left = {};
  UtcStamp made = {};
  static constexpr std::tuple kFields{Field("wall", &Visit::wall), Field("at", &Visit::at), Field("left", &Visit::left),
                                      Field("made", &Visit::made)};
};

TEST_F(RecorderTest, TimesAreInstantsWhereTheRowSaysSo) {
  using std::chrono::milliseconds, std::chrono::microseconds, std::chrono::nanoseconds, std::chrono::sys_time;
  {
    auto killed = Recorder<Visit>::Open(options_, "t", "w");
    ASSERT_TRUE(killed.ok()) << killed.error().ToString();
    const sys_time<microseconds> at(microseconds(1'750'000'000'000'001));
    EXPECT_TRUE((*killed)->Append({.wall = sys_time<milliseconds>(milliseconds(7)),
                                   .at = {at},
                                   .left = UtcTime<nanoseconds>{at + nanoseconds(5)}}));
    EXPECT_TRUE((*killed)->Append({.at = {at - microseconds(1)}}));
  }
  auto next = Recorder<Visit>::Open(options_, "t", "w");
  ASSERT_TRUE(next.ok()) << next.error().ToString();
  ASSERT_TRUE((*next)->Close().ok());
  const auto rows = Rows();
  EXPECT_EQ(rows->schema()->ToString(),
            "wall: timestamp[ms] not null\nat: timestamp[us, tz=UTC] not null\nleft: timestamp[ns, tz=UTC]\n"
            "made: timestamp[us, tz=UTC] not null");
  EXPECT_EQ(Column<arrow::TimestampArray>(*rows, "at").Value(0), 1'750'000'000'000'001);
  EXPECT_EQ(Column<arrow::TimestampArray>(*rows, "left").Value(0), 1'750'000'000'000'001'005);
  EXPECT_TRUE(Column<arrow::TimestampArray>(*rows, "left").IsNull(1));
}

TEST_F(RecorderTest, ASchemaAtRunTimeHasInstantsAndNoOtherZone) {
  const RecorderSchema schema{.columns = "n int64, at timestamp(us, UTC), made timestamp(us,UTC)", .stamps = {"made"}};
  auto recorder = RowRecorder::Open(options_, "t", "w", schema);
  ASSERT_TRUE(recorder.ok()) << recorder.error().ToString();
  const std::vector<RecorderValue> row{RecorderValue(), std::int64_t{1'000'000}, RecorderValue()};
  EXPECT_TRUE((*recorder)->Append(row));
  ASSERT_TRUE((*recorder)->Close().ok());
  EXPECT_EQ(Rows()->schema()->ToString(), "n: int64\nat: timestamp[us, tz=UTC]\nmade: timestamp[us, tz=UTC]");
  storage::LocalFileSystem files;
  EXPECT_EQ(recorder::ReadManifest(files, Folder())->files[0].min_time, "1970-01-01T00:00:01.000000Z");
  const auto refused = RowRecorder::Open(options_, "t", "w", {.columns = "at timestamp(us,Europe/Berlin)"});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().ToString(),
            "Unsupported: column 'at': a recorder does not take timestamp(us,Europe/Berlin)\n"
            "  hint: it takes timestamp(ms), (us) and (ns), without a zone or in UTC");
}

TEST_F(RecorderTest, SaysThatARowWouldHaveToWaitAndTakesItLater) {
  options_.when_full = FullPolicy::kPark;
  options_.ring_bytes_per_thread = 1;
  options_.files_max = 1;
  options_.file_rows_max = 40'000;  // more than a block
  auto recorder = RowRecorder::Open(options_, "t", "w", {.columns = "id int64 not null"});
  ASSERT_TRUE(recorder.ok()) << recorder.error().ToString();
  std::vector<RecorderValue> row{std::int64_t{0}};
  std::int64_t taken = 0;
  for (Appended done = Appended::kTaken; done == Appended::kTaken; row[0] = taken) {
    done = (*recorder)->AppendAtOnce(row);
    ASSERT_NE(done, Appended::kRefused);
    taken += done == Appended::kTaken ? 1 : 0;
    // Nothing more is taken once there is a file.
    while (done == Appended::kNoRoom && (*recorder)->stats().last_error.empty()) done = (*recorder)->AppendAtOnce(row);
  }
  EXPECT_FALSE((*recorder)->AwaitRoom(std::chrono::milliseconds(30)));
  EXPECT_GE((*recorder)->stats().blocked_ns, 30'000'000U);
  EXPECT_EQ((*recorder)->stats().blocked_count, 0U);
  EXPECT_EQ((*recorder)->stats().dropped, 0U);
  row[0] = "no number";
  EXPECT_EQ((*recorder)->AppendAtOnce(row), Appended::kUnfit);  // that needs no room
  row[0] = taken;
  std::filesystem::rename(Folder() + "/qe_t_w_0000.parquet", Folder() + "/loaded");
  ASSERT_TRUE((*recorder)->AwaitRoom(std::chrono::seconds(30)));
  EXPECT_EQ((*recorder)->stats().blocked_count, 1U);
  EXPECT_EQ((*recorder)->AppendAtOnce(row), Appended::kTaken);
}

TEST_F(RecorderTest, TheChildOfAForkRecordsNothing) {
  if (!testing::kForksAreFollowed) GTEST_SKIP() << "ThreadSanitizer does not follow forks";
  auto recorder = Recorder<Call>::Open(options_, "t", "w");
  ASSERT_TRUE(recorder.ok()) << recorder.error().ToString();
  ASSERT_TRUE((*recorder)->Append({.id = 1}));
  const pid_t child = ::fork();
  if (child == 0) ::_exit((*recorder)->Append({.id = 2}) ? 1 : 0);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE((*recorder)->Append({.id = 3}));
  auto closed = (*recorder)->Close();
  ASSERT_TRUE(closed.ok());
  EXPECT_EQ(closed->accepted, 2U);
  EXPECT_EQ(closed->landed, 2U);
}

/// Appends until it is killed; says after each row how many there are.
[[noreturn]] void RecordForEver(const RecorderOptions& options, std::atomic<std::int64_t>& acknowledged) {
  auto recorder = Recorder<Call>::Open(options, "t", "w");
  if (!recorder.ok()) ::_exit(1);
  std::string text;
  for (std::int64_t id = 0;; ++id) {
    text.assign(static_cast<std::size_t>(id % 30), 'x').append(std::to_string(id));
    if (!(*recorder)->Append({.id = id,
                              .text = text,
                              .ms = id % 7 == 0 ? std::nullopt : std::optional(0.5 * static_cast<double>(id))})) {
      ::_exit(2);
    }
    acknowledged.store(id + 1, std::memory_order_release);
  }
}

TEST_F(RecorderTest, NoAcknowledgedRowIsLostOrTornByAKill) {
  if (!testing::kForksAreFollowed) GTEST_SKIP() << "ThreadSanitizer does not follow forks";
  options_.file_rows_max = 200'000;
  void* const shared = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  for (int round = 0; round < 4; ++round) {
    std::filesystem::remove_all(options_.directory);
    auto& acknowledged = *new (shared) std::atomic<std::int64_t>(0);
    const pid_t child = ::fork();
    if (child == 0) RecordForEver(options_, acknowledged);
    while (acknowledged.load() < 1 + round * 150'000) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    auto next = Recorder<Call>::Open(options_, "t", "w");
    ASSERT_TRUE(next.ok()) << next.error().ToString();
    ASSERT_TRUE((*next)->Close().ok());
    const auto rows = Rows();
    ASSERT_GE(rows->num_rows(), acknowledged.load());
    ASSERT_LE(rows->num_rows(), acknowledged.load() + 1);
    const auto& ids = Column<arrow::Int64Array>(*rows, "id");
    const auto& texts = Column<arrow::StringArray>(*rows, "text");
    const auto& ms = Column<arrow::DoubleArray>(*rows, "ms");
    for (std::int64_t i = 0; i < rows->num_rows(); ++i) {
      ASSERT_EQ(ids.Value(i), i);
      ASSERT_EQ(texts.GetView(i), std::string(static_cast<std::size_t>(i % 30), 'x') + std::to_string(i));
      ASSERT_EQ(ms.IsNull(i), i % 7 == 0);
    }
  }
}

}  // namespace
}  // namespace sluice

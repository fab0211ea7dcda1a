#include "recorder/recording.h"

#include <arrow/api.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <set>
#include <thread>
#include <tuple>

#include "recorder/folder_state.h"
#include "recorder/recorder_fixture.h"

namespace sluice::recorder {
namespace {

using testing::FailsWith;
using ::testing::HasSubstr;

struct Call {
  std::int64_t id = 0;
  std::string_view text = {};
  std::optional<double> ms = {};
  bool good = true;
  std::optional<std::string_view> error = {};
  std::chrono::sys_time<std::chrono::microseconds> at = {};
  Symbol kind = {};

  static constexpr std::tuple kFields{Field("id", &Call::id),     Field("text", &Call::text),   Field("ms", &Call::ms),
                                      Field("good", &Call::good), Field("error", &Call::error), Field("at", &Call::at),
                                      Field("kind", &Call::kind)};
};

template <typename Row>
RecordSchema SchemaOf() {
  RecordSchema schema;
  for (const recording::ColumnSpec& spec : recording::RowColumns<Row>::kSpecs) {
    schema.columns.push_back({.name = std::string(spec.name),
                              .shape = spec.shape,
                              .precision = spec.precision,
                              .scale = spec.scale,
                              .second_digits = spec.second_digits,
                              .json = spec.json});
  }
  return schema;
}

std::string TextOfCall(std::int64_t id) {
  return "call " + std::string(static_cast<std::size_t>(id % 40), 'x') + std::to_string(id);
}

void AppendCalls(Recording& recording, std::int64_t begin, std::int64_t end) {
  Ring* const ring = recording.TakeRing();
  ASSERT_NE(ring, nullptr);
  for (std::int64_t id = begin; id < end; ++id) {
    const std::string text = TextOfCall(id);
    Call call{.id = id, .text = text, .good = id % 2 == 0};
    if (id % 3 != 0) call.ms = static_cast<double>(id) / 2;
    if (id % 5 == 0) call.error = "bad";
    call.at += std::chrono::microseconds(id);
    ASSERT_TRUE(recording::Append(ring->producer(), call));
  }
  recording.GiveBack(*ring);
}

void ExpectCalls(const arrow::Table& rows, std::int64_t count) {
  ASSERT_EQ(rows.num_rows(), count);
  const auto& ids = static_cast<const arrow::Int64Array&>(*rows.GetColumnByName("id")->chunk(0));
  const auto& texts = static_cast<const arrow::StringArray&>(*rows.GetColumnByName("text")->chunk(0));
  const auto& ms = static_cast<const arrow::DoubleArray&>(*rows.GetColumnByName("ms")->chunk(0));
  const auto& good = static_cast<const arrow::BooleanArray&>(*rows.GetColumnByName("good")->chunk(0));
  const auto& errors = static_cast<const arrow::StringArray&>(*rows.GetColumnByName("error")->chunk(0));
  const auto& at = static_cast<const arrow::TimestampArray&>(*rows.GetColumnByName("at")->chunk(0));
  std::set<std::int64_t> seen;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t id = ids.Value(i);
    ASSERT_TRUE(seen.insert(id).second) << id;
    ASSERT_EQ(texts.GetString(i), TextOfCall(id));
    ASSERT_EQ(ms.IsNull(i), id % 3 == 0);
    ASSERT_TRUE(ms.IsNull(i) || ms.Value(i) == static_cast<double>(id) / 2);
    ASSERT_EQ(good.Value(i), id % 2 == 0);
    ASSERT_EQ(errors.IsValid(i), id % 5 == 0);
    ASSERT_EQ(at.Value(i), id);
  }
}

core::Result<std::unique_ptr<Recording>> OpenCalls(RecorderWorld& world) {
  return Recording::Open(world.environment, world.options, "t", "w", SchemaOf<Call>());
}

TEST(Recording, LandsEveryRowOnce) {
  RecorderWorld world;
  ASSERT_OK_AND_ASSIGN(const auto recording, OpenCalls(world));
  AppendCalls(*recording, 0, 100'000);
  ASSERT_OK_AND_ASSIGN(const ManifestClose close, recording->Close());
  EXPECT_EQ(close.accepted, 100'000U);
  EXPECT_EQ(close.landed, 100'000U);
  EXPECT_EQ(close.dropped, 0U);
  ExpectCalls(*world.Rows(recording->folder()), 100'000);
  // Nothing is left but files and manifest.
  EXPECT_TRUE(std::filesystem::is_empty(world.options.mapping_directory));
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(recording->folder()))
    names.insert(entry.path().filename());
  EXPECT_EQ(names, (std::set<std::string>{"lock", "manifest.jsonl", "qe_t_w_0000.parquet"}));
  ASSERT_OK_AND_ASSIGN(const ManifestClose again, recording->Close());
  EXPECT_EQ(again, close);
}

TEST(Recording, ManyThreadsAppendAtOnce) {
  RecorderWorld world;
  ASSERT_OK_AND_ASSIGN(const auto recording, OpenCalls(world));
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&recording, i] { AppendCalls(*recording, i * 20'000, (i + 1) * 20'000); });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_OK_AND_ASSIGN(const ManifestClose close, recording->Close());
  EXPECT_EQ(close.landed, 120'000U);
  ExpectCalls(*world.Rows(recording->folder()), 120'000);
}

TEST(Recording, RotatesByRows) {
  RecorderWorld world;
  world.options.file_rows_max = 10'000;
  ASSERT_OK_AND_ASSIGN(const auto recording, OpenCalls(world));
  AppendCalls(*recording, 0, 35'000);
  ASSERT_OK(recording->Close());
  ASSERT_OK_AND_ASSIGN(const Manifest manifest, ReadManifest(world.local, recording->folder()));
  ASSERT_EQ(manifest.files.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(manifest.files[i].sequence, i);
    EXPECT_EQ(manifest.files[i].rows, i < 3 ? 10'000U : 5'000U);
  }
  EXPECT_EQ(manifest.files[1].file, "qe_t_w_0001.parquet");
  EXPECT_EQ(manifest.files[0].min_time, "1970-01-01T00:00:00.000000");
  ExpectCalls(*world.Rows(recording->folder()), 35'000);
}

TEST(Recording, ASecondOneWithTheSameIdsIsRefused) {
  RecorderWorld world;
  ASSERT_OK_AND_ASSIGN(const auto recording, OpenCalls(world));
  EXPECT_THAT(OpenCalls(world), FailsWith(core::ErrorKind::kConflict, HasSubstr("in use")));
  ASSERT_OK(recording->Close());
  ASSERT_OK_AND_ASSIGN(const auto next, OpenCalls(world));
  AppendCalls(*next, 0, 10);
  ASSERT_OK(next->Close());
  ASSERT_OK_AND_ASSIGN(const Manifest manifest, ReadManifest(world.local, next->folder()));
  EXPECT_EQ(manifest.files.size(), 1U);
}

TEST(Recording, WhatAKilledOneLeftIsPublishedByTheNext) {
  for (const std::int64_t rows : {1, 5'000, 300'000}) {
    RecorderWorld world;
    world.options.file_rows_max = 100'000;
    {
      ASSERT_OK_AND_ASSIGN(const auto killed, OpenCalls(world));
      AppendCalls(*killed, 0, rows);
    }
    ASSERT_OK_AND_ASSIGN(const auto next, OpenCalls(world));
    ASSERT_OK(next->Close());
    ExpectCalls(*world.Rows(next->folder()), rows);
    EXPECT_TRUE(std::filesystem::is_empty(world.options.mapping_directory));
  }
}

TEST(Recording, FoldersSayWhatIsInThem) {
  RecorderWorld world;
  EXPECT_THAT(ListFolders(world.environment, world.options.directory),
              FailsWith(core::ErrorKind::kNotFound, ::testing::_));
  std::string folder;
  {
    ASSERT_OK_AND_ASSIGN(const auto killed, OpenCalls(world));
    folder = killed->folder();
    AppendCalls(*killed, 0, 1000);
    ASSERT_OK_AND_ASSIGN(const auto live, ListFolders(world.environment, world.options.directory));
    ASSERT_EQ(live.size(), 1U);
    EXPECT_EQ(live[0].use, FolderUse::kLive);
    EXPECT_THAT(live[0].holder, HasSubstr("recorder"));
    EXPECT_THAT(TakeOver(world.environment, folder), FailsWith(core::ErrorKind::kConflict, HasSubstr("in use")));
  }
  ASSERT_OK_AND_ASSIGN(const auto orphans, ListFolders(world.environment, world.options.directory));
  EXPECT_EQ(orphans[0].use, FolderUse::kOrphan);
  ASSERT_OK_AND_ASSIGN(const auto recovered, TakeOver(world.environment, folder));
  ASSERT_EQ(recovered.size(), 1U);
  EXPECT_EQ(recovered[0].rows, 1000U);
  ASSERT_OK_AND_ASSIGN(const auto finished, ListFolders(world.environment, folder));
  EXPECT_EQ(finished[0].use, FolderUse::kFinished);
  EXPECT_EQ(finished[0].rows(), 1000U);
  EXPECT_THAT(*TakeOver(world.environment, folder), ::testing::IsEmpty());
  ExpectCalls(*world.Rows(folder), 1000);
}

TEST(Recording, DropsAndCountsWhatDoesNotFit) {
  RecorderWorld world;
  world.options.when_full = FullPolicy::kDrop;
  world.options.hand_over_after = std::chrono::hours(1);
  world.options.ring_bytes = 1;  // the fewest blocks there are
  ASSERT_OK_AND_ASSIGN(const auto recording, OpenCalls(world));
  Ring* const ring = recording->TakeRing();
  std::uint64_t accepted = 0;
  for (std::int64_t id = 0; id < 2'000'000; ++id)
    accepted += recording::Append(ring->producer(), Call{.id = id}) ? 1 : 0;
  ASSERT_OK_AND_ASSIGN(const ManifestClose close, recording->Close());
  EXPECT_EQ(close.accepted, 2'000'000U);
  EXPECT_EQ(close.landed, accepted);
  EXPECT_EQ(close.dropped, 2'000'000U - accepted);
  EXPECT_GT(close.dropped, 0U);
}

TEST(Recording, RefusesRowsAfterClose) {
  RecorderWorld world;
  ASSERT_OK_AND_ASSIGN(const auto recording, OpenCalls(world));
  Ring* const ring = recording->TakeRing();
  ASSERT_TRUE(recording::Append(ring->producer(), Call{}));
  ASSERT_OK(recording->Close());
  EXPECT_FALSE(recording::Append(ring->producer(), Call{}));
  EXPECT_EQ(recording->TakeRing(), nullptr);
  EXPECT_EQ(recording->stats().dropped, 2U);
}

TEST(Recording, CutsLongTextsAndRepairsBrokenOnes) {
  RecorderWorld world;
  ASSERT_OK_AND_ASSIGN(const auto recording, OpenCalls(world));
  Ring* const ring = recording->TakeRing();
  std::string longest(70'000, 'a');
  longest.replace(65'532, 3, "\xE2\x82\xAC");  // a character where the cut would be
  ASSERT_TRUE(recording::Append(ring->producer(), Call{.text = longest}));
  ASSERT_TRUE(recording::Append(ring->producer(), Call{.text = "a\xFF\x62"}));
  const std::string limit(65'536, 'b');
  ASSERT_TRUE(recording::Append(ring->producer(), Call{.text = limit}));
  EXPECT_EQ(recording->stats().cut, 1U);
  ASSERT_OK(recording->Close());
  const auto rows = world.Rows(recording->folder());
  const auto& texts = static_cast<const arrow::StringArray&>(*rows->GetColumnByName("text")->chunk(0));
  EXPECT_EQ(texts.GetString(0), std::string(65'532, 'a') + "\xE2\x80\xA6");
  EXPECT_EQ(texts.GetString(1),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(texts.GetString(2), limit);
}

}  // namespace
}  // namespace sluice::recorder

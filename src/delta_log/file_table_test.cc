#include "delta_log/file_table.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "delta_log/file_segment_builder.h"
#include "tests/support/result_matchers.h"

namespace sluice::delta_log {
namespace {

delta::AddFile File(int number) {
  delta::AddFile add{
      .path = fmt::format("f{}", number),
      .partition_values = {{"p", number % 3 == 0 ? std::nullopt : std::optional(fmt::format("{}", number % 3))}},
      .size_bytes = number,
      .modification_time_ms = 2 * number,
      .stats = fmt::format("{{\"numRecords\":{}}}", number)};
  if (number % 5 == 0) add.tags = delta::StringMap{{"n", std::to_string(number)}};
  if (number % 7 == 0) add.deletion_vector = delta::DeletionVectorDescriptor{.path_or_inline = std::to_string(number)};
  return add;
}

TEST(FileTable, HoldsWhatAPlainMapHoldsThroughManyVersions) {
  std::mt19937 random(3);
  FileTable table;
  std::map<std::string, delta::AddFile> model;
  std::vector<std::pair<FileTable, std::size_t>> earlier;
  for (int version = 0; version < 600; ++version) {
    std::vector<std::string> removed;
    for (auto file = model.begin(); file != model.end();) {
      if (random() % 40 == 0) {
        removed.push_back(file->first);
        file = model.erase(file);
      } else {
        ++file;
      }
    }
    removed.emplace_back("never there");
    std::vector<delta::AddFile> added;
    for (std::uint32_t i = random() % 4; i > 0; --i) {
      added.push_back(File(version * 10 + static_cast<int>(i)));
      model[added.back().path] = added.back();
    }
    table = table.With(removed, added, "/t");
    if (version % 50 == 0) earlier.emplace_back(table, model.size());
    ASSERT_EQ(table.size(), model.size());
    ASSERT_LE(table.segment_count(), 12U);
  }
  std::int64_t bytes = 0;
  ASSERT_OK_AND_ASSIGN(const auto stats, table.LoadStats(table.All()));
  std::size_t next = 0;
  table.ForEach([&](FileRef ref) {
    delta::AddFile add = table.Get(ref);
    add.stats = stats[next++];
    ASSERT_EQ(add, model.at(add.path));
    ASSERT_EQ(table.Find(add.path), ref);
    bytes += add.size_bytes;
  });
  EXPECT_EQ(table.size_bytes(), bytes);
  for (const auto& [old, size] : earlier) EXPECT_EQ(old.All().size(), size);  // nobody changed them
}

TEST(FileTable, FindsFilesByTheirCanonicalPaths) {
  const FileTable table =
      FileTable().With({}, {{.path = "a%20b"}, {.path = "file:///t/c"}, {.path = "/t/d"}, {.path = "/other/e"}}, "/t");
  for (const char* path : {"a b", "c", "d", "/other/e"}) EXPECT_TRUE(table.Find(path).has_value()) << path;
  for (const char* path : {"a%20b", "/t/c", "e", ""}) EXPECT_FALSE(table.Find(path).has_value()) << path;
  EXPECT_EQ(table.With({"c", "c", "a b"}, {}, "/t").size(), 2U);
}

TEST(FileTable, KnowsWhetherItsPathsNeedNoDecoding) {
  const auto canonical = [](std::vector<std::vector<std::string_view>> batches) {
    FileSegmentBuilder builder("/t");
    for (const auto& paths : batches) builder.AddPaths(paths);
    return builder.Build()->canonical();
  };
  EXPECT_TRUE(canonical({{"a", "b/c"}, {"d"}}));
  EXPECT_FALSE(canonical({{"a", "b%20c"}, {"d"}}));
  EXPECT_FALSE(canonical({{"a"}, {"b", "/t/c"}}));
  EXPECT_FALSE(canonical({{"s3://t/a"}, {"b"}}));
  FileSegmentBuilder builder("/t");
  builder.Add({.path = "/t/a"});
  builder.Add({.path = "b"});
  EXPECT_FALSE(builder.Build()->canonical());
}

TEST(FileTable, FilesOfOnePartitionShareItsValues) {
  FileSegmentBuilder builder("/t");
  for (int i = 0; i < 100; ++i) builder.Add(File(i));
  const auto segment = builder.Build();
  EXPECT_EQ(segment->partitions().size(), 3U);
  EXPECT_EQ(segment->partition_id(4), segment->partition_id(7));
}

}  // namespace
}  // namespace sluice::delta_log

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "delta/path.h"
#include "delta_log/naive_replayer.h"
#include "delta_log/snapshot.h"
#include "delta_log/test_environment.h"
#include "storage/local_file_system.h"
#include "tests/support/result_matchers.h"

namespace sluice::delta_log {
namespace {

using nlohmann::json;
using testing::FailsWith;
using ::testing::HasSubstr;
using testing::IsOk;

const char* const kTables = SLUICE_SOURCE_DIR "/../shared/tables";

/// Refused by those who read rows; the log itself is sound.
const std::set<std::string> kRefusedLater = {
    "spark/data_file_damaged_1", "spark/data_file_missing_1", "spark/unknown_type_1",
    "spark/vector_damaged_1",    "spark/vector_damaged_2",    "spark/vector_damaged_3",
};

/// Not tables, though they are only to be looked at: one has no commit, one no metaData.
const std::set<std::string> kNoTables = {"kernel/crc-malformed", "golden/data-reader-absolute-paths-escaped-chars"};

struct Case {
  std::string name;
  std::string root;
  json description;

  bool opens() const {
    return !kNoTables.contains(name) && (description.at("expect") != "refuse" || kRefusedLater.contains(name));
  }
};

std::vector<Case> Cases() {
  std::vector<Case> cases;
  for (const char* family : {"golden", "kernel", "delta_rs", "spark"}) {
    const std::string folder = std::string(kTables) + "/" + family;
    if (!std::filesystem::exists(folder)) continue;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      const std::string path = entry.path();
      std::ifstream description(path + "/case.json");
      if (!description) continue;
      const bool below = std::filesystem::exists(path + "/delta");
      cases.push_back({.name = std::string(family) + "/" + entry.path().filename().string(),
                       .root = below ? path + "/delta" : path,
                       .description = json::parse(description)});
    }
  }
  for (const char* mode : {"id", "name", "none"}) {
    const std::string root = std::string(kTables) + "/kernel/partition_cm/" + mode;
    if (std::filesystem::exists(root)) {
      cases.push_back(
          {.name = std::string("kernel/partition_cm/") + mode, .root = root, .description = {{"expect", "look"}}});
    }
  }
  std::ranges::sort(cases, {}, &Case::name);
  return cases;
}

class TableCorpus : public ::testing::Test {
 protected:
  void SetUp() override {
    cases_ = Cases();
    if (cases_.empty()) GTEST_SKIP() << "no tables in " << kTables;
  }

  storage::LocalFileSystem files_;
  TestEnvironment world_{files_};
  std::vector<Case> cases_;
};

/// The live files as the plain replay names them.
std::map<NaiveTable::Key, NaiveFile> FilesOf(const Snapshot& snapshot) {
  std::map<NaiveTable::Key, NaiveFile> files;
  snapshot.files.ForEach([&](FileRef ref) {
    const delta::AddFile add = snapshot.files.Get(ref);
    NaiveFile file{.path = add.path, .size = add.size_bytes, .modification_time = add.modification_time_ms};
    file.partition_values.insert(add.partition_values.begin(), add.partition_values.end());
    const std::string vector = add.deletion_vector.has_value() ? add.deletion_vector->UniqueId() : "";
    files[{delta::CanonicalPath(add.path, ""), vector}] = std::move(file);
  });
  return files;
}

void ExpectSame(const Snapshot& snapshot, NaiveTable naive) {
  for (auto& [key, file] : naive.files) file.stats.clear();
  EXPECT_EQ(FilesOf(snapshot), naive.files);
  EXPECT_EQ(snapshot.files.size(), naive.files.size());
  EXPECT_EQ(snapshot.metadata.id, naive.metadata_id);
  EXPECT_EQ(snapshot.metadata.schema_string, naive.schema);
  EXPECT_EQ(json(snapshot.metadata.configuration).dump(), naive.configuration);
  const json protocol = json::parse(naive.protocol);
  EXPECT_EQ(snapshot.protocol.min_reader_version, protocol.at("minReaderVersion"));
  EXPECT_EQ(snapshot.protocol.min_writer_version, protocol.at("minWriterVersion"));
  EXPECT_EQ(json(snapshot.protocol.reader_features.value_or(std::vector<std::string>())),
            protocol.value("readerFeatures", json::array()));
  EXPECT_EQ(json(snapshot.protocol.writer_features.value_or(std::vector<std::string>())),
            protocol.value("writerFeatures", json::array()));
  std::map<std::string, std::int64_t> transactions;
  for (const auto& [app, transaction] : snapshot.transactions) transactions[app] = transaction.version;
  if (!snapshot.properties.set_transaction_retention.has_value()) {
    EXPECT_EQ(transactions, naive.transactions);
  }
  std::map<std::string, std::string> domains;
  for (const auto& [name, domain] : snapshot.domains) domains[name] = domain.configuration;
  EXPECT_EQ(domains, naive.domains);
  if (snapshot.in_commit_timestamp_ms.has_value()) {
    EXPECT_EQ(snapshot.in_commit_timestamp_ms, naive.in_commit_timestamp);
  }
}

/// All versions of a short log, some of a long one.
std::vector<std::int64_t> SomeVersions(std::int64_t newest) {
  std::vector<std::int64_t> versions;
  const std::int64_t step = newest > 60 ? newest / 8 : 1;
  for (std::int64_t version = 0; version < newest; version += step) versions.push_back(version);
  versions.push_back(newest);
  return versions;
}

TEST_F(TableCorpus, OpensOrIsRefusedAsItsCaseSays) {
  for (const Case& table : cases_) {
    SCOPED_TRACE(table.name);
    const auto snapshot = OpenSnapshot(world_.environment, table.root);
    if (!table.opens()) {
      EXPECT_FALSE(snapshot.has_value());
      continue;
    }
    ASSERT_THAT(snapshot, IsOk());
    const json& expected = table.description;
    if (expected.contains("latest_version")) {
      EXPECT_EQ((*snapshot)->version, expected.at("latest_version"));
    }
    if (expected.contains("counts")) {
      EXPECT_EQ((*snapshot)->files.size(), expected.at("counts").at("files"));
    }
    const json transactions = expected.value("transactions", json::object());
    const json domains = expected.value("domains", json::object());
    const json in_commit_timestamps = expected.value("in_commit_timestamps", json::object());
    const json unreadable = expected.value("unreadable_versions", json::array());
    for (const auto& [app, version] : transactions.items()) {
      ASSERT_TRUE((*snapshot)->transactions.contains(app));
      EXPECT_EQ((*snapshot)->transactions.at(app).version, version);
    }
    for (const auto& [domain, configuration] : domains.items()) {
      ASSERT_TRUE((*snapshot)->domains.contains(domain));
      EXPECT_EQ((*snapshot)->domains.at(domain).configuration, configuration);
    }
    for (const auto& [version, time] : in_commit_timestamps.items()) {
      ASSERT_OK_AND_ASSIGN(const auto old, OpenSnapshot(world_.environment, table.root, std::stoll(version)));
      EXPECT_EQ(old->in_commit_timestamp_ms, time);
    }
    for (const auto& version : unreadable) {
      EXPECT_THAT(OpenSnapshot(world_.environment, table.root, version.get<std::int64_t>()),
                  FailsWith(core::ErrorKind::kNotFound, HasSubstr("are there")));
    }
  }
}

TEST_F(TableCorpus, StatisticsCountTheRows) {
  for (const Case& table : cases_) {
    if (table.description.at("expect") != "read") continue;
    SCOPED_TRACE(table.name);
    ASSERT_OK_AND_ASSIGN(const auto snapshot, OpenSnapshot(world_.environment, table.root));
    const std::vector<FileRef> files = snapshot->files.All();
    ASSERT_OK_AND_ASSIGN(const auto stats, snapshot->files.LoadStats(files));
    std::int64_t rows = 0;
    bool complete = true;
    for (std::size_t i = 0; i < files.size(); ++i) {
      const json parsed = stats[i].empty() ? json::object() : json::parse(stats[i]);
      complete = complete && parsed.contains("numRecords");
      rows += parsed.value("numRecords", std::int64_t{0});
      const FileSegment& segment = snapshot->files.segment(files[i].segment);
      if (const auto* vector = segment.deletion_vector(files[i].row)) rows -= vector->cardinality;
    }
    if (complete && table.description.contains("rows")) {
      EXPECT_EQ(rows, table.description.at("rows"));
    }
  }
}

TEST_F(TableCorpus, EveryVersionIsThatOfThePlainReplay) {
  std::size_t compared = 0;
  for (const Case& table : cases_) {
    if (!table.opens() || table.description.contains("counts")) continue;
    SCOPED_TRACE(table.name);
    std::shared_ptr<const Snapshot> before;
    for (const std::int64_t version : SomeVersions(NaiveTable::NewestVersion(table.root))) {
      SCOPED_TRACE(version);
      const auto snapshot = OpenSnapshot(world_.environment, table.root, version);
      std::optional<NaiveTable> naive;
      try {
        naive = NaiveTable::Read(table.root, version);
      } catch (const std::exception& error) {
        EXPECT_FALSE(snapshot.has_value()) << error.what();
        continue;
      }
      if (!snapshot.has_value()) {
        // The plain replay does not know that history was cleaned up, nor what a protocol asks for.
        EXPECT_THAT(snapshot.error().ToString(), ::testing::AnyOf(HasSubstr("are there"), HasSubstr("feature")));
        continue;
      }
      ExpectSame(**snapshot, *naive);
      ++compared;
      ASSERT_OK_AND_ASSIGN(const auto tombstones, LoadTombstones(world_.environment, **snapshot));
      std::set<NaiveTable::Key> removed;
      for (const auto& remove : tombstones) {
        removed.insert({delta::CanonicalPath(remove.path, ""),
                        remove.deletion_vector.has_value() ? remove.deletion_vector->UniqueId() : ""});
      }
      if ((*snapshot)->log.checkpoint.has_value()) {  // which forgets tombstones that expired
        EXPECT_TRUE(std::ranges::includes(naive->tombstones, removed));
      } else {
        EXPECT_EQ(removed, naive->tombstones);
      }
    }
  }
  EXPECT_GT(compared, 500U);
}

TEST_F(TableCorpus, RefreshingAnOldStateGivesTheNewest) {
  for (const Case& table : cases_) {
    const auto newest = OpenSnapshot(world_.environment, table.root);
    if (!newest.has_value() || table.description.contains("counts")) continue;
    SCOPED_TRACE(table.name);
    for (const std::int64_t version : SomeVersions((*newest)->version)) {
      const auto old = OpenSnapshot(world_.environment, table.root, version);
      if (!old.has_value()) continue;
      ASSERT_OK_AND_ASSIGN(const auto refreshed, RefreshSnapshot(world_.environment, *old));
      EXPECT_EQ(refreshed->version, (*newest)->version);
      EXPECT_EQ(FilesOf(*refreshed), FilesOf(**newest));
      EXPECT_EQ(refreshed->files.size_bytes(), (*newest)->files.size_bytes());
      EXPECT_EQ(refreshed->metadata, (*newest)->metadata);
      EXPECT_EQ(refreshed->protocol, (*newest)->protocol);
      EXPECT_EQ(refreshed->transactions, (*newest)->transactions);
      EXPECT_EQ(refreshed->domains, (*newest)->domains);
      EXPECT_EQ(refreshed->in_commit_timestamp_ms, (*newest)->in_commit_timestamp_ms);
    }
  }
}

}  // namespace
}  // namespace sluice::delta_log

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <sstream>

#include "delta/action_json.h"
#include "delta/path.h"
#include "delta_log/test_log.h"
#include "tests/support/result_matchers.h"

namespace sluice::delta_log {
namespace {

using nlohmann::json;

/// Writes commits, checkpoints and compactions as they may come, and keeps the plain replay beside them.
class RandomLog : public TestLog {
 protected:
  std::uint64_t Below(std::uint64_t bound) { return random_() % bound; }

  /// A commit that follows the rules on top of `model_`.
  std::vector<std::string> MakeCommit(std::int64_t version) {
    std::vector<std::string> lines = {R"({"commitInfo":{"operation":"WRITE"}})"};
    if (version == 0) lines = {kProtocolLine, kMetadataLine};
    std::vector<NaiveTable::Key> live;
    for (const auto& [key, file] : model_.files) live.push_back(key);
    std::shuffle(live.begin(), live.end(), random_);
    const std::uint64_t touched = std::min<std::uint64_t>(live.size(), Below(6));
    for (std::uint64_t i = 0; i < touched; ++i) {
      const auto& [path, vector] = live[i];
      const std::string encoded = model_.files.at(live[i]).path;
      const std::string old = vector.empty() ? "" : vector.substr(1, vector.find('@') - 1);
      switch (Below(4)) {
        case 0:  // new statistics for the same file
          lines.push_back(AddLine(encoded, old, static_cast<std::int64_t>(Below(1000))));
          break;
        case 1:  // another deletion vector
          lines.push_back(RemoveLine(encoded, old));
          lines.push_back(AddLine(encoded, fmt::format("v{}", version), 3));
          break;
        default: lines.push_back(RemoveLine(encoded, old)); break;
      }
    }
    for (std::uint64_t i = Below(5); i > 0; --i)
      lines.push_back(AddLine(NewPath(), "", static_cast<std::int64_t>(Below(1000))));
    if (Below(3) == 0)
      lines.push_back(fmt::format(R"({{"txn":{{"appId":"app{}","version":{}}}}})", Below(3), Below(100)));
    if (Below(3) == 0) {
      lines.push_back(fmt::format(R"({{"domainMetadata":{{"domain":"d{}","configuration":"{}","removed":{}}}}})",
                                  Below(3), version, Below(2) == 0));
    }
    if (version > 0 && Below(10) == 0) {
      std::string metadata = kMetadataLine;
      metadata.replace(metadata.find("\"configuration\":{}"), 18,
                       fmt::format(R"("configuration":{{"version":"{}"}})", version));
      lines.push_back(metadata);
    }
    std::shuffle(lines.begin(), lines.end(), random_);
    return lines;
  }

  /// Sometimes a name that must be encoded, or that was there before.
  std::string NewPath() {
    const std::uint64_t number = next_path_++;
    switch (Below(4)) {
      case 0: return fmt::format("p=a%2520b/%C3%BC-{}", number);
      case 1: return fmt::format("x%20{}", number);
      default: return fmt::format("part-{}.parquet", number);
    }
  }

  static json VectorJson(const std::string& id) {
    return {{"storageType", "u"},
            {"pathOrInlineDv", id.substr(1, id.find('@') - 1)},
            {"offset", 1},
            {"sizeInBytes", 40},
            {"cardinality", 2}};
  }

  void WriteCheckpoint(std::int64_t version) {
    json rows = json::array();
    json protocol = json::parse(model_.protocol);
    rows.push_back({{"protocol", protocol}});
    json configuration = json::array();
    const json properties = json::parse(model_.configuration);
    for (const auto& [key, value] : properties.items()) configuration.push_back({key, value});
    rows.push_back({{"metaData",
                     {{"id", model_.metadata_id},
                      {"format", {{"provider", "parquet"}}},
                      {"schemaString", model_.schema},
                      {"partitionColumns", json::array()},
                      {"configuration", configuration}}}});
    for (const auto& [key, file] : model_.files) {
      json add = {{"path", file.path}, {"size", file.size}, {"modificationTime", file.modification_time}};
      if (!key.second.empty()) add["deletionVector"] = VectorJson(key.second);
      rows.push_back({{"add", add}});
    }
    for (const auto& [path, vector] : model_.tombstones) {
      json remove = {{"path", delta::EncodePath(path)}, {"deletionTimestamp", 7}};
      if (!vector.empty()) remove["deletionVector"] = VectorJson(vector);
      rows.push_back({{"remove", remove}});
    }
    for (const auto& [app, number] : model_.transactions)
      rows.push_back({{"txn", {{"appId", app}, {"version", number}}}});
    for (const auto& [domain, configured] : model_.domains) {
      rows.push_back({{"domainMetadata", {{"domain", domain}, {"configuration", configured}, {"removed", false}}}});
    }
    PutParquet(ClassicCheckpointPath(kRoot, version), rows.dump(), CheckpointType(),
               1 + static_cast<std::int64_t>(Below(40)));
  }

  /// The newest action about each thing in the commits from `first` to `last`.
  void WriteCompaction(std::int64_t first, std::int64_t last) {
    std::map<std::string, std::string> newest;
    for (std::int64_t version = first; version <= last; ++version) {
      std::istringstream lines(files_.Contents().at(CommitPath(kRoot, version)));
      std::vector<std::pair<std::string, std::string>> adds;
      for (std::string line; std::getline(lines, line);) {
        const json action = json::parse(line);
        const std::string kind = action.begin().key();
        const json& body = action.begin().value();
        std::string key = kind;
        if (kind == "txn") key += body.at("appId").get<std::string>();
        if (kind == "domainMetadata") key += body.at("domain").get<std::string>();
        if (kind == "add" || kind == "remove") {
          key = "file" + body.at("path").get<std::string>();
          if (body.contains("deletionVector"))
            key += "|" + body.at("deletionVector").at("pathOrInlineDv").get<std::string>();
        }
        if (kind == "add") {
          adds.emplace_back(key, line);  // after the removes of its commit
        } else {
          newest[key] = line;
        }
      }
      for (const auto& [key, line] : adds) newest[key] = line;
    }
    std::string bytes;
    for (const auto& [key, line] : newest) bytes += line + "\n";
    files_.Put(CompactionPath(kRoot, first, last), bytes);
  }

  void ExpectModel(const Snapshot& snapshot) {
    std::map<NaiveTable::Key, NaiveFile> files;
    snapshot.files.ForEach([&](FileRef ref) {
      const delta::AddFile add = snapshot.files.Get(ref);
      const std::string vector = add.deletion_vector.has_value() ? add.deletion_vector->UniqueId() : "";
      files[{delta::DecodePath(add.path), vector}] = {
          .path = add.path, .size = add.size_bytes, .modification_time = add.modification_time_ms};
      const auto found = snapshot.files.Find(delta::DecodePath(add.path));
      ASSERT_EQ(found, ref);
    });
    ASSERT_EQ(files, model_.files);
    ASSERT_EQ(snapshot.files.size(), model_.files.size());
    std::map<std::string, std::int64_t> transactions;
    for (const auto& [app, transaction] : snapshot.transactions) transactions[app] = transaction.version;
    ASSERT_EQ(transactions, model_.transactions);
    std::map<std::string, std::string> domains;
    for (const auto& [name, domain] : snapshot.domains) domains[name] = domain.configuration;
    ASSERT_EQ(domains, model_.domains);
    ASSERT_EQ(json(snapshot.metadata.configuration), json::parse(model_.configuration));
    ASSERT_OK_AND_ASSIGN(const auto tombstones, LoadTombstones(world_.environment, snapshot));
    std::set<NaiveTable::Key> removed;
    for (const auto& remove : tombstones) {
      removed.insert({delta::DecodePath(remove.path),
                      remove.deletion_vector.has_value() ? remove.deletion_vector->UniqueId() : ""});
    }
    ASSERT_EQ(removed, model_.tombstones);
  }

  /// One history; the state is opened, refreshed and advanced at every version.
  void Run(std::uint64_t seed) {
    random_.seed(seed);
    std::shared_ptr<const Snapshot> held;
    std::shared_ptr<const Snapshot> advanced;
    for (std::int64_t version = 0; version < 40; ++version) {
      SCOPED_TRACE(fmt::format("seed {} version {}", seed, version));
      Commit(version, MakeCommit(version));
      const std::string bytes = files_.Contents().at(CommitPath(kRoot, version));
      model_.Apply(bytes);
      if (Below(6) == 0) WriteCheckpoint(version);
      if (version > 5 && Below(6) == 0) WriteCompaction(version - 4, version - 1);
      const auto parts = version % 2 == 0 ? SnapshotParts::kFilesAndTombstones : SnapshotParts::kFiles;
      ASSERT_OK_AND_ASSIGN(const auto opened, OpenSnapshot(world_.environment, kRoot, std::nullopt, parts));
      ASSERT_EQ(opened->tombstones != nullptr, version % 2 == 0);
      ExpectModel(*opened);
      ASSERT_OK_AND_ASSIGN(held, held == nullptr ? Open() : RefreshSnapshot(world_.environment, held));
      ExpectModel(*held);
      if (advanced == nullptr) {
        advanced = opened;
      } else {
        ASSERT_OK_AND_ASSIGN(const auto actions, delta::ParseActions(bytes, "commit"));
        ASSERT_OK_AND_ASSIGN(advanced, AdvanceSnapshot(world_.environment, advanced, actions, version));
        ExpectModel(*advanced);
      }
      if (HasFatalFailure()) return;
    }
  }

  std::mt19937_64 random_;
  std::uint64_t next_path_ = 0;
  NaiveTable model_;
};

TEST_F(RandomLog, OpenedRefreshedAndAdvancedStatesAreThoseOfThePlainReplay) {
  for (std::uint64_t seed = 1; seed <= 12 && !HasFatalFailure(); ++seed) {
    for (const auto& [path, bytes] : files_.Contents()) ASSERT_OK(files_.Remove(path));
    model_ = {};
    Run(seed);
  }
}

}  // namespace
}  // namespace sluice::delta_log

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace sluice::delta_log {

/// A file as a plain replay knows it.
struct NaiveFile {
  std::string path = {};  // as in the log
  std::int64_t size = 0;
  std::int64_t modification_time = 0;
  std::map<std::string, std::optional<std::string>> partition_values = {};
  std::string stats = {};  // "" without, or in a checkpoint

  auto operator<=>(const NaiveFile& other) const = default;
};

/// The state of a table as a reader of the protocol's text would work it out, row by row; for tests. Shares nothing
/// with the room: commits are read by nlohmann, checkpoints as plain Arrow tables, from the local disk.
class NaiveTable {
 public:
  using Key = std::pair<std::string, std::string>;  // path decoded once; deletion vector, "" without

  /// The state at `version`: all commits from 0 on where they are there, else the oldest checkpoint and what follows.
  /// Throws what nlohmann, Arrow or itself throws for a log that cannot be read.
  static NaiveTable Read(const std::string& root, std::int64_t version);
  /// Carry on by one commit's text.
  void Apply(const std::string& commit);
  static std::int64_t NewestVersion(const std::string& root);

  std::map<Key, NaiveFile> files;
  std::set<Key> tombstones;
  std::map<std::string, std::int64_t> transactions;
  std::map<std::string, std::string> domains;
  std::string protocol;  // JSON, with sorted keys
  std::string metadata_id;
  std::string schema;
  std::string configuration;  // JSON, with sorted keys
  std::optional<std::int64_t> in_commit_timestamp;
  bool from_checkpoint = false;

 private:
  void ReadCheckpoint(const std::string& root, std::int64_t version);
  void ReadCheckpointFile(const std::string& root, const std::string& path);
};

}  // namespace sluice::delta_log

#include "table/change_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>

#include "delta/column_mapping.h"
#include "delta/path.h"
#include "delta/schema_json.h"
#include "delta/table_properties.h"
#include "delta_log/log_listing.h"
#include "delta_log/log_reader.h"
#include "delta_log/snapshot_reader.h"
#include "delta_log/snapshot_state.h"
#include "delta_log/time_travel.h"

namespace sluice::table {
namespace {

/// Whether rows of files that `before` describes can be read as `after`; else the reason.
std::optional<std::string> FindDifference(const std::vector<delta::Field>& before,
                                          const std::vector<delta::Field>& after);

std::optional<std::string> FindDifference(const delta::Field& before, const delta::Field& after) {
  if (before.name != after.name) return fmt::format("column '{}' became '{}'", before.name, after.name);
  if (before.nullable && !after.nullable) return fmt::format("column '{}' became NOT NULL", before.name);
  const bool same_kind = before.type.kind == after.type.kind && before.type.precision == after.type.precision &&
                         before.type.scale == after.type.scale && before.type.unknown_name == after.type.unknown_name;
  if (!same_kind) return fmt::format("column '{}' became another type", before.name);
  return FindDifference(before.type.fields, after.type.fields);
}

std::optional<std::string> FindDifference(const std::vector<delta::Field>& before,
                                          const std::vector<delta::Field>& after) {
  const auto find = [](const std::vector<delta::Field>& fields, const delta::Field& wanted) {
    const auto it = std::find_if(fields.begin(), fields.end(), [&](const delta::Field& field) {
      return field.physical_name == wanted.physical_name;
    });
    return it == fields.end() ? nullptr : &*it;
  };
  for (const delta::Field& field : before) {
    const delta::Field* later = find(after, field);
    if (!later) return fmt::format("column '{}' was dropped", field.name);
    if (auto difference = FindDifference(field, *later)) return difference;
  }
  for (const delta::Field& field : after) {
    if (!field.nullable && !find(before, field)) return fmt::format("column '{}' came, and is NOT NULL", field.name);
  }
  return std::nullopt;
}

/// Walks over the commits of the range and turns each into the files that tell its changes.
class Planner {
 public:
  Planner(const storage::Environment& environment, std::string root, std::shared_ptr<const delta_log::Snapshot> last)
      : environment_(environment), root_(std::move(root)) {
    plan_.last = std::move(last);
  }

  /// Protocol and metadata as they are at the first version.
  core::Status Start(const delta_log::Snapshot& first) {
    protocol_ = first.protocol;
    metadata_ = first.metadata;
    return CheckMetadata(first.version);
  }

  core::Status Add(std::int64_t version, std::int64_t file_time_ms, const delta::ActionSet& commit) {
    if (commit.protocol) {
      SLUICE_TRY(delta_log::CheckCanReadTable(root_, *commit.protocol));
      protocol_ = *commit.protocol;
    }
    if (commit.metadata) metadata_ = *commit.metadata;
    if (commit.protocol || commit.metadata) SLUICE_TRY(CheckMetadata(version));
    const std::size_t before = plan_.files.size();
    SLUICE_TRY(commit.cdcs.empty() ? AddDerived(version, commit) : AddTyped(commit));
    const std::int64_t timestamp_ms = TimeOf(file_time_ms, commit);
    for (std::size_t i = before; i < plan_.files.size(); ++i) {
      plan_.files[i].version = version;
      plan_.files[i].timestamp_ms = timestamp_ms;
    }
    return core::Ok();
  }

  ChangePlan Take() { return std::move(plan_); }

 private:
  core::Status CheckMetadata(std::int64_t version) {
    std::vector<std::string> notes;
    properties_ = delta::ReadProperties(metadata_.configuration, notes);
    if (!properties_.enable_change_data_feed) {
      return core::InvalidInput(fmt::format("{}: the change data feed is off in version {}", root_, version))
          .WithHint("ask for versions in which delta.enableChangeDataFeed=true");
    }
    SLUICE_ASSIGN_OR_RETURN(delta::TableSchema schema, delta::ParseSchema(metadata_.schema_string));
    SLUICE_TRY(delta::ResolveColumnMapping(schema, protocol_, metadata_.configuration));
    if (const auto difference = FindDifference(schema.fields, plan_.last->schema.fields)) {
      return core::InvalidInput(fmt::format("{}: {} between version {} and version {}", root_, *difference, version,
                                            plan_.last->version))
          .WithHint("ask for the versions before and after the change apart");
    }
    return core::Ok();
  }

  std::int64_t TimeOf(std::int64_t file_time_ms, const delta::ActionSet& commit) const {
    const auto& info = commit.commit_info;
    const bool carried = properties_.enable_in_commit_timestamps && info && info->in_commit_timestamp_ms;
    return carried ? *info->in_commit_timestamp_ms : file_time_ms;
  }

  core::Status AddTyped(const delta::ActionSet& commit) {
    for (const delta::CdcFile& cdc : commit.cdcs) {
      plan_.files.push_back(
          {.rows = ChangedFile::Rows::kTyped, .path = cdc.path, .partition_values = cdc.partition_values});
    }
    return core::Ok();
  }

  core::Status AddDerived(std::int64_t version, const delta::ActionSet& commit) {
    if (ChangedNothing(commit)) return core::Ok();
    std::map<std::string, const delta::AddFile*> added;
    for (const delta::AddFile& add : commit.adds) {
      if (add.data_change) added.emplace(delta::CanonicalPath(add.path, root_), &add);
    }
    std::vector<ChangedFile> inserted;
    for (const delta::RemoveFile& remove : commit.removes) {
      if (!remove.data_change) continue;
      const auto it = added.find(delta::CanonicalPath(remove.path, root_));
      if (it == added.end()) {
        SLUICE_TRY(AddRemoved(version, remove));
        continue;
      }
      AddUpdated(*it->second, remove, inserted);
      added.erase(it);
    }
    for (const delta::AddFile& add : commit.adds) {
      const auto it = added.find(delta::CanonicalPath(add.path, root_));
      if (it == added.end()) continue;
      inserted.push_back({.rows = ChangedFile::Rows::kLive,
                          .change_type = "insert",
                          .path = add.path,
                          .partition_values = add.partition_values,
                          .vector = add.deletion_vector});
      added.erase(it);
    }
    plan_.files.insert(plan_.files.end(), std::make_move_iterator(inserted.begin()),
                       std::make_move_iterator(inserted.end()));
    return core::Ok();
  }

  /// Spark's MERGE may rewrite files without changing a row; its metrics tell.
  static bool ChangedNothing(const delta::ActionSet& commit) {
    if (!commit.commit_info || commit.commit_info->operation != "MERGE") return false;
    constexpr std::array<std::string_view, 3> kCounts = {"numTargetRowsInserted", "numTargetRowsUpdated",
                                                         "numTargetRowsDeleted"};
    const delta::StringMap& metrics = commit.commit_info->operation_metrics;
    return std::all_of(kCounts.begin(), kCounts.end(), [&](std::string_view name) {
      const auto it = metrics.find(name);
      return it != metrics.end() && it->second == "0";
    });
  }

  /// The same file with another vector: rows are marked, or not any more.
  void AddUpdated(const delta::AddFile& add, const delta::RemoveFile& remove, std::vector<ChangedFile>& inserted) {
    ChangedFile file{.rows = ChangedFile::Rows::kMarked, .path = add.path, .partition_values = add.partition_values};
    if (add.deletion_vector) {
      file.change_type = "delete";
      file.vector = add.deletion_vector;
      file.before = remove.deletion_vector;
      plan_.files.push_back(file);
    }
    if (remove.deletion_vector) {
      file.change_type = "insert";
      file.vector = remove.deletion_vector;
      file.before = add.deletion_vector;
      inserted.push_back(file);
    }
  }

  core::Status AddRemoved(std::int64_t version, const delta::RemoveFile& remove) {
    ChangedFile file{.rows = ChangedFile::Rows::kLive,
                     .change_type = "delete",
                     .path = remove.path,
                     .vector = remove.deletion_vector};
    if (remove.partition_values) {
      file.partition_values = *remove.partition_values;
    } else if (!metadata_.partition_columns.empty()) {
      SLUICE_ASSIGN_OR_RETURN(file.partition_values, PartitionBefore(version, remove.path));
    }
    plan_.files.push_back(std::move(file));
    return core::Ok();
  }

  /// Old writers left the partition out of what they removed: the version before has it.
  core::Result<delta::PartitionValues> PartitionBefore(std::int64_t version, const std::string& path) const {
    SLUICE_ASSIGN_OR_RETURN(const auto snapshot, delta_log::OpenSnapshot(environment_, root_, version - 1));
    const auto file = snapshot->files.Find(delta::CanonicalPath(path, root_));
    if (!file) {
      return core::Corruption(
          fmt::format("{}: version {} removes {}, which version {} does not have", root_, version, path, version - 1));
    }
    return snapshot->files.Get(*file).partition_values;
  }

  const storage::Environment& environment_;
  std::string root_;
  delta::Protocol protocol_;
  delta::Metadata metadata_;
  delta::TableProperties properties_;
  ChangePlan plan_;
};

}  // namespace

core::Result<ChangePlan> PlanChanges(const storage::Environment& environment, const std::string& root,
                                     std::int64_t first, std::optional<std::int64_t> last) {
  SLUICE_ASSIGN_OR_RETURN(auto snapshot, delta_log::OpenSnapshot(environment, root, last));
  const std::int64_t last_version = snapshot->version;
  const std::string folder = snapshot->root;
  if (first < 0) return core::InvalidInput(fmt::format("there is no version {}: versions begin at 0", first));
  if (first > last_version) {
    return core::InvalidInput(fmt::format("{}: no changes from version {} on: the {} version is {}", root, first,
                                          last ? "last" : "newest", last_version))
        .WithHint("the first version of changes is not after the last one");
  }
  SLUICE_ASSIGN_OR_RETURN(const auto start,
                          delta_log::ReadTable(environment, root, first, delta_log::ReplayGoal::kProtocolAndMetadata));
  Planner planner(environment, folder, std::move(snapshot));
  SLUICE_TRY(planner.Start(*start.snapshot));
  SLUICE_ASSIGN_OR_RETURN(const auto listing, delta_log::ListLog(environment.files, root));
  std::int64_t version = first;
  for (const auto& [at, time_ms] : delta_log::FileTimes(listing)) {
    if (at < first || at > last_version) continue;
    if (at != version) break;
    SLUICE_TRY(environment.cancellation.Check());
    SLUICE_ASSIGN_OR_RETURN(const auto commit, delta_log::ReadCommit(environment, *listing.FindCommit(version)));
    SLUICE_TRY(planner.Add(version, time_ms, commit));
    ++version;
  }
  if (version <= last_version) {
    return core::NotFound(fmt::format("{}: the commit of version {} is gone", root, version));
  }
  return planner.Take();
}

}  // namespace sluice::table

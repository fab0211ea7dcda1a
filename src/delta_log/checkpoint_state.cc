#include "delta_log/checkpoint_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "delta_log/checkpoint_actions.h"
#include "delta_log/file_segment_builder.h"

namespace sluice::delta_log {
namespace {

constexpr std::int64_t kRowsReservedMax = 1024 * 1024;  // a footer may lie

/// Assign each text, integer, list or map of a field to the member of its action that `member` gives.
template <typename Member>
auto SetText(Member member) {
  return [member](std::size_t action, std::string_view text) { member(action) = std::string(text); };
}
template <typename Member>
auto SetInteger(Member member) {
  return [member](std::size_t action, std::int64_t number) { member(action) = number; };
}

/// A visitor of keys that calls `visit` for each.
template <typename Visit>
CheckpointActions::VisitKeys Each(Visit visit) {
  return [visit](std::span<const std::string_view> keys) { std::ranges::for_each(keys, visit); };
}

core::Status ReadLists(const CheckpointActions& actions, std::string_view field,
                       std::optional<std::vector<std::string>>& list) {
  return actions.TextLists(
      field, [&list](std::size_t) { list.emplace(); },
      [&list](std::size_t, std::string_view text) { list->emplace_back(text); });
}

/// A map of which NULL values are left out.
template <typename Member>
core::Status ReadMaps(const CheckpointActions& actions, std::string_view field, Member member) {
  return actions.TextMaps(
      field, [&member](std::size_t action) { member(action).emplace(); },
      [&member](std::size_t action, const std::string& key, std::optional<std::string_view> value) {
        if (value.has_value()) member(action)->insert_or_assign(key, std::string(*value));
      });
}

core::Error Second(std::string_view kind) { return core::Corruption(fmt::format("a second {} action", kind)); }
core::Error Without(std::string_view field) { return core::Corruption(fmt::format("an action without {}", field)); }

core::Status ReadProtocol(const CheckpointFile& file, int row_group, delta::ActionSet& into) {
  SLUICE_ASSIGN_OR_RETURN(const CheckpointActions actions,
                          CheckpointActions::Find(file, row_group, "protocol", "minReaderVersion"));
  if (actions.size() == 0) return core::Ok();
  if (actions.size() > 1 || into.protocol.has_value()) return Second("protocol");
  delta::Protocol& protocol = into.protocol.emplace();
  bool has_writer = false;
  SLUICE_TRY(actions.Integers("minReaderVersion", [&](std::size_t, std::int64_t version) {
    protocol.min_reader_version = static_cast<std::int32_t>(version);
  }));
  SLUICE_TRY(actions.Integers("minWriterVersion", [&](std::size_t, std::int64_t version) {
    protocol.min_writer_version = static_cast<std::int32_t>(version);
    has_writer = true;
  }));
  if (!has_writer) return Without("protocol.minWriterVersion");
  SLUICE_TRY(ReadLists(actions, "readerFeatures", protocol.reader_features));
  return ReadLists(actions, "writerFeatures", protocol.writer_features);
}

core::Status ReadMetadata(const CheckpointFile& file, int row_group, delta::ActionSet& into) {
  SLUICE_ASSIGN_OR_RETURN(const CheckpointActions actions, CheckpointActions::Find(file, row_group, "metaData", "id"));
  if (actions.size() == 0) return core::Ok();
  if (actions.size() > 1 || into.metadata.has_value()) return Second("metaData");
  delta::Metadata& metadata = into.metadata.emplace();
  std::optional<std::string> schema;
  const auto to = [](auto& member) { return [&member](std::size_t) -> auto& { return member; }; };
  SLUICE_TRY(actions.Texts("id", SetText(to(metadata.id))));
  SLUICE_TRY(actions.Texts("name", SetText(to(metadata.name))));
  SLUICE_TRY(actions.Texts("description", SetText(to(metadata.description))));
  SLUICE_TRY(actions.Texts("format", "provider", SetText(to(metadata.format_provider))));
  SLUICE_TRY(actions.Texts("schemaString", SetText(to(schema))));
  SLUICE_TRY(actions.Integers("createdTime", SetInteger(to(metadata.created_time_ms))));
  std::optional<std::vector<std::string>> partition_columns;
  std::optional<delta::StringMap> configuration;
  SLUICE_TRY(ReadLists(actions, "partitionColumns", partition_columns));
  SLUICE_TRY(ReadMaps(actions, "configuration", to(configuration)));
  if (!schema.has_value()) return Without("metaData.schemaString");
  metadata.schema_string = *std::move(schema);
  metadata.partition_columns = std::move(partition_columns).value_or(std::vector<std::string>());
  metadata.configuration = std::move(configuration).value_or(delta::StringMap());
  return core::Ok();
}

core::Status ReadTransactions(const CheckpointFile& file, int row_group, delta::ActionSet& into) {
  std::vector<delta::SetTransaction> found;
  SLUICE_ASSIGN_OR_RETURN(const CheckpointActions actions,
                          CheckpointActions::FindTexts(file, row_group, "txn", "appId", Each([&](std::string_view app) {
                                                         found.push_back({.app_id = std::string(app)});
                                                       })));
  std::size_t versions = 0;
  SLUICE_TRY(actions.Integers("version", [&](std::size_t action, std::int64_t version) {
    found[action].version = version;
    ++versions;
  }));
  if (versions != found.size()) return Without("txn.version");
  SLUICE_TRY(actions.Integers(
      "lastUpdated", SetInteger([&found](std::size_t action) -> auto& { return found[action].last_updated_ms; })));
  std::ranges::move(found, std::back_inserter(into.transactions));
  return core::Ok();
}

core::Status ReadDomains(const CheckpointFile& file, int row_group, delta::ActionSet& into) {
  std::vector<delta::DomainMetadata> found;
  SLUICE_ASSIGN_OR_RETURN(
      const CheckpointActions actions,
      CheckpointActions::FindTexts(file, row_group, "domainMetadata", "domain", Each([&](std::string_view domain) {
                                     found.push_back({.domain = std::string(domain)});
                                   })));
  SLUICE_TRY(actions.Texts("configuration",
                           SetText([&found](std::size_t action) -> auto& { return found[action].configuration; })));
  SLUICE_TRY(actions.Booleans("removed", [&](std::size_t action, bool removed) { found[action].removed = removed; }));
  std::ranges::move(found, std::back_inserter(into.domains));
  return core::Ok();
}

core::Status ReadCheckpointMetadata(const CheckpointFile& file, int row_group, delta::ActionSet& into) {
  SLUICE_ASSIGN_OR_RETURN(const CheckpointActions actions,
                          CheckpointActions::Find(file, row_group, "checkpointMetadata", "version"));
  if (actions.size() == 0) return core::Ok();
  if (actions.size() > 1 || into.checkpoint_metadata.has_value()) return Second("checkpointMetadata");
  delta::CheckpointMetadata& metadata = into.checkpoint_metadata.emplace();
  SLUICE_TRY(actions.Integers("version", SetInteger([&](std::size_t) -> auto& { return metadata.version; })));
  std::optional<delta::StringMap> tags;
  SLUICE_TRY(ReadMaps(actions, "tags", [&tags](std::size_t) -> auto& { return tags; }));
  metadata.tags = std::move(tags).value_or(delta::StringMap());
  return core::Ok();
}

core::Status ReadSidecars(const CheckpointFile& file, int row_group, delta::ActionSet& into) {
  std::vector<delta::Sidecar> found;
  SLUICE_ASSIGN_OR_RETURN(
      const CheckpointActions actions,
      CheckpointActions::FindTexts(file, row_group, "sidecar", "path",
                                   Each([&](std::string_view path) { found.push_back({.path = std::string(path)}); })));
  const auto each = [&found](auto member) {
    return [&found, member](std::size_t action) -> auto& { return found[action].*member; };
  };
  SLUICE_TRY(actions.Integers("sizeInBytes", SetInteger(each(&delta::Sidecar::size_bytes))));
  SLUICE_TRY(actions.Integers("modificationTime", SetInteger(each(&delta::Sidecar::modification_time_ms))));
  SLUICE_TRY(ReadMaps(actions, "tags", each(&delta::Sidecar::tags)));
  std::ranges::move(found, std::back_inserter(into.sidecars));
  return core::Ok();
}

/// Deletion vectors of the actions; `descriptor` makes the one of an action.
template <typename Descriptor>
core::Status ReadDeletionVectors(const CheckpointActions& actions, Descriptor descriptor) {
  std::size_t vectors = 0;
  std::size_t paths = 0;
  bool known_types = true;
  SLUICE_TRY(actions.Texts("deletionVector", "storageType", [&](std::size_t action, std::string_view type) {
    delta::DeletionVectorDescriptor& vector = descriptor(action);
    known_types = known_types && type.size() == 1;
    vector.storage_type = type.empty() ? 'u' : type.front();
    ++vectors;
  }));
  if (vectors == 0) return core::Ok();
  const auto path = [&](std::size_t action, std::string_view text) {
    descriptor(action).path_or_inline = std::string(text);
    ++paths;
  };
  const auto offset = [&](std::size_t action, std::int64_t number) {
    descriptor(action).offset = static_cast<std::int32_t>(number);
  };
  const auto size = [&](std::size_t action, std::int64_t number) {
    descriptor(action).size_bytes = static_cast<std::int32_t>(number);
  };
  const auto cardinality = [&](std::size_t action, std::int64_t number) { descriptor(action).cardinality = number; };
  SLUICE_TRY(actions.Texts("deletionVector", "pathOrInlineDv", path));
  SLUICE_TRY(actions.Integers("deletionVector", "offset", offset));
  SLUICE_TRY(actions.Integers("deletionVector", "sizeInBytes", size));
  SLUICE_TRY(actions.Integers("deletionVector", "cardinality", cardinality));
  if (!known_types || paths != vectors) return Without("the place of its deletion vector");
  return core::Ok();
}

/// Calls `put(action, values)` for each action whose file is in a partition.
template <typename Put>
core::Status ReadPartitionValues(const CheckpointActions& actions, Put put) {
  delta::PartitionValues values;
  std::optional<std::size_t> current;
  std::size_t used = 0;  // entries of `values`; the rest keeps its memory for the next action
  const auto flush = [&] {
    values.resize(used);
    if (current.has_value()) put(*current, values);
    used = 0;
  };
  SLUICE_TRY(actions.TextMaps(
      "partitionValues", [](std::size_t) {},
      [&](std::size_t action, const std::string& key, std::optional<std::string_view> value) {
        if (current != action) {
          flush();
          current = action;
        }
        if (used == values.size()) values.emplace_back();
        auto& [name, text] = values[used++];
        name = key;
        if (!value.has_value()) {
          text.reset();
        } else if (text.has_value()) {
          text->assign(*value);
        } else {
          text.emplace(*value);
        }
      }));
  flush();
  return core::Ok();
}

}  // namespace

core::Status ReadStateActions(const CheckpointFile& file, int row_group, delta::ActionSet& actions) {
  SLUICE_TRY(ReadProtocol(file, row_group, actions));
  SLUICE_TRY(ReadMetadata(file, row_group, actions));
  SLUICE_TRY(ReadTransactions(file, row_group, actions));
  SLUICE_TRY(ReadDomains(file, row_group, actions));
  SLUICE_TRY(ReadCheckpointMetadata(file, row_group, actions));
  return ReadSidecars(file, row_group, actions);
}

core::Result<std::shared_ptr<const FileSegment>> ReadAddedFiles(const CheckpointFile& file, int row_group,
                                                                const std::string& root,
                                                                const MakeStatsSource& make_stats) {
  FileSegmentBuilder builder(root);
  SLUICE_ASSIGN_OR_RETURN(const auto path_leaf, file.FindLeaf({"add", "path"}));
  const auto add_paths = [&](std::span<const std::string_view> paths) {
    if (builder.size() == 0) {
      const std::int64_t rows = std::clamp<std::int64_t>(file.rows(row_group), 0, kRowsReservedMax);
      builder.Reserve(static_cast<std::size_t>(rows), file.BytesEstimate(row_group, *path_leaf));
    }
    builder.AddPaths(paths);
  };
  SLUICE_ASSIGN_OR_RETURN(const CheckpointActions adds,
                          CheckpointActions::FindTexts(file, row_group, "add", "path", add_paths));
  if (adds.size() == 0) return std::shared_ptr<const FileSegment>();
  std::size_t sizes = 0;
  SLUICE_TRY(adds.Integers("size", [&](std::size_t row, std::int64_t bytes) {
    builder.set_size_bytes(row, bytes);
    ++sizes;
  }));
  if (sizes != adds.size()) return Without("add.size");
  SLUICE_TRY(adds.Integers("modificationTime",
                           [&](std::size_t row, std::int64_t ms) { builder.set_modification_time_ms(row, ms); }));
  SLUICE_TRY(ReadPartitionValues(adds, [&](std::size_t row, const delta::PartitionValues& values) {
    builder.SetPartition(row, builder.PartitionId(values));
  }));
  const auto extra = [&builder](auto member) {
    return [&builder, member](std::size_t row) -> auto& { return builder.Extras(row).*member; };
  };
  SLUICE_TRY(ReadDeletionVectors(adds, [&](std::size_t row) -> delta::DeletionVectorDescriptor& {
    auto& vector = builder.Extras(row).deletion_vector;
    return vector.has_value() ? *vector : vector.emplace();
  }));
  SLUICE_TRY(adds.Integers("baseRowId", SetInteger(extra(&FileExtras::base_row_id))));
  SLUICE_TRY(adds.Integers("defaultRowCommitVersion", SetInteger(extra(&FileExtras::default_row_commit_version))));
  SLUICE_TRY(adds.Texts("clusteringProvider", SetText(extra(&FileExtras::clustering_provider))));
  SLUICE_TRY(ReadMaps(adds, "tags", extra(&FileExtras::tags)));
  return builder.Build(make_stats(adds.rows()));
}

core::Result<std::vector<delta::RemoveFile>> ReadRemovedFiles(const CheckpointFile& file, int row_group) {
  std::vector<delta::RemoveFile> found;
  SLUICE_ASSIGN_OR_RETURN(
      const CheckpointActions removes,
      CheckpointActions::FindTexts(file, row_group, "remove", "path", Each([&](std::string_view path) {
                                     found.push_back({.path = std::string(path), .data_change = false});
                                   })));
  const auto each = [&found](auto member) {
    return [&found, member](std::size_t row) -> auto& { return found[row].*member; };
  };
  using delta::RemoveFile;
  SLUICE_TRY(removes.Integers("deletionTimestamp", SetInteger(each(&RemoveFile::deletion_timestamp_ms))));
  SLUICE_TRY(removes.Booleans("extendedFileMetadata",
                              [&](std::size_t row, bool there) { found[row].extended_file_metadata = there; }));
  SLUICE_TRY(removes.Integers("size", SetInteger(each(&RemoveFile::size_bytes))));
  SLUICE_TRY(ReadPartitionValues(
      removes, [&](std::size_t row, const delta::PartitionValues& values) { found[row].partition_values = values; }));
  for (RemoveFile& remove : found) {
    if (remove.extended_file_metadata && !remove.partition_values.has_value()) remove.partition_values.emplace();
  }
  SLUICE_TRY(ReadDeletionVectors(removes, [&](std::size_t row) -> delta::DeletionVectorDescriptor& {
    auto& vector = found[row].deletion_vector;
    return vector.has_value() ? *vector : vector.emplace();
  }));
  SLUICE_TRY(removes.Integers("baseRowId", SetInteger(each(&RemoveFile::base_row_id))));
  SLUICE_TRY(removes.Integers("defaultRowCommitVersion", SetInteger(each(&RemoveFile::default_row_commit_version))));
  SLUICE_TRY(ReadMaps(removes, "tags", each(&RemoveFile::tags)));
  return found;
}

}  // namespace sluice::delta_log

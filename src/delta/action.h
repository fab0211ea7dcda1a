#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sluice::delta {

/// Physical column name → value as text, nullopt for NULL; in the order of the log.
using PartitionValues = std::vector<std::pair<std::string, std::optional<std::string>>>;
/// Text → text, as tags, configuration and metrics are; sorted, so that what is written is stable.
using StringMap = std::map<std::string, std::string, std::less<>>;

/// Where a deletion vector lies (PROTOCOL.md, "Deletion Vectors").
struct DeletionVectorDescriptor {
  char storage_type = 'u';  ///< 'u' file in the table, 'p' absolute path, 'i' inline
  std::string path_or_inline = {};
  std::optional<std::int32_t> offset = {};
  std::int32_t size_bytes = 0;  ///< magic and bitmap
  std::int64_t cardinality = 0;

  bool operator==(const DeletionVectorDescriptor& other) const = default;
  /// storageType + pathOrInlineDv + ("@" + offset): with the path the key of a logical file.
  std::string UniqueId() const;
};

/// A file that becomes part of the table. `path` as in the log: a percent-encoded URI.
struct AddFile {
  std::string path = {};
  PartitionValues partition_values = {};
  std::int64_t size_bytes = 0;
  std::int64_t modification_time_ms = 0;
  bool data_change = true;
  std::optional<std::string> stats = {};  ///< JSON text
  std::optional<StringMap> tags = {};
  std::optional<DeletionVectorDescriptor> deletion_vector = {};
  std::optional<std::int64_t> base_row_id = {};
  std::optional<std::int64_t> default_row_commit_version = {};
  std::optional<std::string> clustering_provider = {};

  bool operator==(const AddFile& other) const = default;
};

/// A file that stops being part of the table: a tombstone until it expires.
struct RemoveFile {
  std::string path = {};
  std::optional<std::int64_t> deletion_timestamp_ms = {};
  bool data_change = true;
  bool extended_file_metadata = false;
  std::optional<PartitionValues> partition_values = {};
  std::optional<std::int64_t> size_bytes = {};
  std::optional<StringMap> tags = {};
  std::optional<DeletionVectorDescriptor> deletion_vector = {};
  std::optional<std::int64_t> base_row_id = {};
  std::optional<std::int64_t> default_row_commit_version = {};

  bool operator==(const RemoveFile& other) const = default;
};

/// A file of the change data feed.
struct CdcFile {
  std::string path = {};
  PartitionValues partition_values = {};
  std::int64_t size_bytes = 0;
  std::optional<StringMap> tags = {};

  bool operator==(const CdcFile& other) const = default;
};

/// What readers and writers must know. Lists are there with reader version 3 and writer version 7.
struct Protocol {
  std::int32_t min_reader_version = 1;
  std::int32_t min_writer_version = 2;
  std::optional<std::vector<std::string>> reader_features = {};
  std::optional<std::vector<std::string>> writer_features = {};

  bool operator==(const Protocol& other) const = default;
};

/// The schema and configuration of the table.
struct Metadata {
  std::string id = {};
  std::optional<std::string> name = {};
  std::optional<std::string> description = {};
  std::string format_provider = "parquet";
  StringMap format_options = {};
  std::string schema_string = {};
  std::vector<std::string> partition_columns = {};
  std::optional<std::int64_t> created_time_ms = {};
  StringMap configuration = {};

  bool operator==(const Metadata& other) const = default;
};

/// The last version that an application wrote: what makes its writes idempotent.
struct SetTransaction {
  std::string app_id = {};
  std::int64_t version = 0;
  std::optional<std::int64_t> last_updated_ms = {};

  bool operator==(const SetTransaction& other) const = default;
};

struct DomainMetadata {
  std::string domain = {};
  std::string configuration = {};
  bool removed = false;

  bool operator==(const DomainMetadata& other) const = default;
};

/// What a writer said about its commit. Values of nested maps are text; other JSON values keep their JSON text.
struct CommitInfo {
  std::optional<std::int64_t> timestamp_ms = {};
  std::optional<std::int64_t> in_commit_timestamp_ms = {};
  std::string operation = {};
  StringMap operation_parameters = {};
  std::optional<std::int64_t> read_version = {};
  std::optional<std::string> isolation_level = {};
  std::optional<bool> is_blind_append = {};
  StringMap operation_metrics = {};
  std::optional<std::string> engine_info = {};
  std::optional<std::string> txn_id = {};
  std::optional<std::string> user_metadata = {};
  StringMap tags = {};

  bool operator==(const CommitInfo& other) const = default;
};

struct CheckpointMetadata {
  std::int64_t version = 0;
  StringMap tags = {};

  bool operator==(const CheckpointMetadata& other) const = default;
};

/// A file of actions that a V2 checkpoint names; `path` is percent-encoded, below _delta_log/_sidecars/.
struct Sidecar {
  std::string path = {};
  std::int64_t size_bytes = 0;
  std::int64_t modification_time_ms = 0;
  std::optional<StringMap> tags = {};

  bool operator==(const Sidecar& other) const = default;
};

/// All actions of one log file, by kind, each kind in the order of the file.
struct ActionSet {
  std::optional<CommitInfo> commit_info = {};
  std::optional<Protocol> protocol = {};
  std::optional<Metadata> metadata = {};
  std::vector<AddFile> adds = {};
  std::vector<RemoveFile> removes = {};
  std::vector<CdcFile> cdcs = {};
  std::vector<SetTransaction> transactions = {};
  std::vector<DomainMetadata> domains = {};
  std::optional<CheckpointMetadata> checkpoint_metadata = {};
  std::vector<Sidecar> sidecars = {};

  bool operator==(const ActionSet& other) const = default;
};

}  // namespace sluice::delta

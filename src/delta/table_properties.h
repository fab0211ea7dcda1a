#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "delta/action.h"

namespace sluice::delta {

enum class CheckpointPolicy : std::uint8_t { kClassic, kV2 };
enum class IsolationLevel : std::uint8_t { kSerializable, kWriteSerializable };

/// The properties of a table that mean something here, with the defaults of the protocol. A value.
///
/// Whether a feature is active takes the protocol, too: see protocol_gate.h.
struct TableProperties {
  bool append_only = false;
  std::int64_t checkpoint_interval = 10;  ///< commits
  CheckpointPolicy checkpoint_policy = CheckpointPolicy::kClassic;
  bool checkpoint_write_stats_as_json = true;
  bool checkpoint_write_stats_as_struct = false;
  std::chrono::milliseconds checkpoint_retention = std::chrono::hours(48);
  std::int64_t stats_indexed_columns = 32;        ///< leaves with statistics; -1 = all
  std::optional<std::string> stats_columns = {};  ///< as written: paths separated by commas
  std::int64_t stats_string_prefix_length = 32;   ///< code points
  std::chrono::milliseconds deleted_file_retention = std::chrono::hours(24 * 7);
  bool enable_change_data_feed = false;
  bool enable_deletion_vectors = false;
  bool enable_expired_log_cleanup = true;
  bool enable_in_commit_timestamps = false;
  /// Both or neither; neither = since version 0.
  std::optional<std::int64_t> in_commit_timestamp_enablement_version = {};
  std::optional<std::int64_t> in_commit_timestamp_enablement_ms = {};
  bool enable_row_tracking = false;
  bool row_tracking_suspended = false;
  bool enable_type_widening = false;
  IsolationLevel isolation_level = IsolationLevel::kSerializable;
  std::chrono::milliseconds log_retention = std::chrono::hours(24 * 30);
  std::string parquet_codec = "zstd";            ///< lower case; "none" is "uncompressed"
  std::string parquet_format_version = "1.0.0";  ///< 1.0.0 = data pages V1, 2.x.y = V2
  bool randomize_file_prefixes = false;
  std::int64_t random_prefix_length = 2;
  std::int64_t require_checkpoint_protection_before_version = 0;
  std::optional<std::chrono::milliseconds> set_transaction_retention = {};  ///< unset = for ever
  std::optional<std::int64_t> target_file_size_bytes = {};
  bool write_partition_columns_to_parquet = false;
  std::string bloom_columns = {};  ///< sluice.bloom.columns
  double bloom_false_positives = 0.01;
  std::int64_t cluster_min_cube_bytes = std::int64_t{1} << 30;
  std::string cluster_curve = "hilbert";

  bool operator==(const TableProperties& other) const = default;
};

/// The properties that are in force. Keys match without case. A value that does not parse leaves the default and a note
/// that names key and value.
TableProperties ReadProperties(const StringMap& configuration, std::vector<std::string>& notes);

/// A property as it is to be stored.
struct PropertySetting {
  std::string key = {};    ///< in the spelling of the protocol
  std::string value = {};  ///< booleans, words and intervals in lower case

  bool operator==(const PropertySetting& other) const = default;
};

/// What setting `key` to `value` by a user stores. InvalidInput: a delta.* key that is not known (with the nearest one
/// as a hint), one that users may not set, or a value that its property does not take. Keys of other prefixes are free.
/// delta.feature.<name>=supported is taken for known features; it is for the protocol and not to be stored.
core::Result<PropertySetting> CheckSetting(std::string_view key, std::string_view value);

}  // namespace sluice::delta

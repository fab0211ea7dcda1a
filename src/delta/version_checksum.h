#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "delta/action.h"

namespace sluice::delta {

/// How many files of which sizes a table has. Bin i holds sizes from boundary i to below boundary i + 1.
struct FileSizeHistogram {
  std::vector<std::int64_t> boundaries = {};  ///< ascending, the first is 0
  std::vector<std::int64_t> file_counts = {};
  std::vector<std::int64_t> total_bytes = {};

  bool operator==(const FileSizeHistogram& other) const = default;
  /// Without files, with the 95 boundaries that writers agree on.
  static FileSizeHistogram Empty();
  /// Count a file; a negative `count` takes it away again.
  void Add(std::int64_t size_bytes, std::int64_t count = 1);
};

/// How many files have so many deleted rows: none, 1 … 9, 10 … 99, …, 10^7 … 2^31 - 2, more.
struct DeletedRecordCounts {
  std::array<std::int64_t, 10> files = {};

  bool operator==(const DeletedRecordCounts& other) const = default;
  void Add(std::int64_t deleted_rows, std::int64_t count = 1);
};

/// The content of a `<version>.crc` (PROTOCOL.md, "Version Checksum File"): the state of one version in short.
struct VersionChecksum {
  std::optional<std::string> txn_id = {};
  std::int64_t table_size_bytes = 0;
  std::int64_t file_count = 0;
  std::int64_t metadata_count = 1;
  std::int64_t protocol_count = 1;
  std::optional<std::int64_t> in_commit_timestamp_ms = {};
  std::optional<std::vector<SetTransaction>> transactions = {};  ///< absent: not known; empty: known to be none
  std::optional<std::vector<DomainMetadata>> domains = {};
  Metadata metadata = {};
  Protocol protocol = {};
  std::optional<std::int64_t> deleted_rows = {};
  std::optional<std::int64_t> deletion_vectors = {};
  std::optional<FileSizeHistogram> file_sizes = {};
  std::optional<DeletedRecordCounts> deleted_row_counts = {};
  std::optional<std::vector<AddFile>> files = {};  ///< all live files

  bool operator==(const VersionChecksum& other) const = default;
};

/// Corruption, with file and byte, for what is no JSON, lacks a required key, counts other than one protocol and one
/// metaData, or holds a histogram whose lists do not fit together. A reader warns and goes on without it.
core::Result<VersionChecksum> ParseVersionChecksum(std::string_view text, const std::string& file);

/// One line of JSON, without a line end.
std::string FormatVersionChecksum(const VersionChecksum& checksum);

}  // namespace sluice::delta

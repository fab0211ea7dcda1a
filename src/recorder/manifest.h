#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "storage/environment.h"

namespace sluice::recorder {

inline constexpr std::string_view kManifestName = "manifest.jsonl";

/// A published file of a recorder: a line of the manifest.
struct ManifestFile {
  std::string file = {};  ///< its name in the manifest's folder
  std::uint64_t sequence = 0;
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  std::string sha256 = {};                   ///< of the file's bytes, 64 hexadecimal digits
  std::optional<std::string> min_time = {};  ///< of the first column of times, ISO 8601; nullopt: there is none
  std::optional<std::string> max_time = {};
  std::string schema_hash = {};  ///< 16 hexadecimal digits
  std::string recorder = {};     ///< the ULID of the recorder that wrote the rows
  bool recovered = false;        ///< written from what a killed process left
  std::string created = {};      ///< ISO 8601, UTC

  bool operator==(const ManifestFile& other) const = default;
};

/// The last line of a recorder that was closed: accepted = landed + dropped.
struct ManifestClose {
  std::string recorder = {};
  std::uint64_t accepted = 0;
  std::uint64_t landed = 0;  ///< rows in published files
  std::uint64_t dropped = 0;
  std::uint64_t recovered = 0;  ///< of `landed`, those in recovered files
  std::uint64_t blocked_ns = 0;
  std::uint64_t files = 0;

  bool operator==(const ManifestClose& other) const = default;
};

/// What recorders wrote into one folder, oldest first: `manifest.jsonl`, a JSON object on each line. Keys that are not
/// known are kept out of sight and are no error. A format of ours: docs/formats/recorder.md.
struct Manifest {
  std::vector<ManifestFile> files = {};
  std::vector<ManifestClose> closes = {};

  /// The highest sequence plus 1.
  std::uint64_t NextSequence() const;
  std::string ToText() const;
};

/// Corruption with the line for one that cannot be read; a last line without its end is left out. `where` names the
/// file in errors.
core::Result<Manifest> ParseManifest(std::string_view text, const std::string& where);

/// The manifest of a folder; an empty one when there is none.
core::Result<Manifest> ReadManifest(storage::FileSystem& files, const std::string& folder);

/// Put the whole manifest in place of the old one, in one step; durable when it returns.
core::Status WriteManifest(const storage::Environment& environment, const std::string& folder,
                           const Manifest& manifest);

}  // namespace sluice::recorder

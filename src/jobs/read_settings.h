#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/byte_size.h"
#include "core/result.h"
#include "jobs/input_format.h"

namespace sluice::jobs {

/// How inputs are to be read, as a user states it; what is not stated is found by looking at the input.
struct ReadSettings {
  std::optional<InputFormat> format = {};  ///< empty = by the suffix of each input
  std::optional<char> delimiter = {};
  std::optional<char> quote = {};   ///< '\0' = no quoting
  std::optional<char> escape = {};  ///< '\0' = none; default: a doubled quote
  std::optional<bool> header = {};
  std::vector<std::string> null_texts = {};
  std::string encoding = "utf-8";
  std::uint64_t field_bytes_max = 16 * core::kMiB;
  std::uint64_t record_bytes_max = 64 * core::kMiB;
  std::uint64_t columns_max = 10'000;
  std::uint64_t inflate_ratio_max = 200;
  /// Bytes of text that are parsed as one unit; 0 = as the format's room chooses. Decides row batches, and so the bytes
  /// of the output; for tests of the seams between units.
  std::uint64_t chunk_bytes = 0;

  bool operator==(const ReadSettings& other) const = default;
};

/// The settings as texts, for a plan; only what differs from the defaults.
std::map<std::string, std::string> ToMap(const ReadSettings& settings);
core::Result<ReadSettings> ReadSettingsFromMap(const std::map<std::string, std::string>& texts);

/// Set one setting from its text, by its name in plans ("delimiter", "header", "field_bytes_max", …). InvalidInput when
/// the text does not fit; NotFound for an unknown name.
core::Status SetReadSetting(ReadSettings& settings, const std::string& name, const std::string& text);

}  // namespace sluice::jobs

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "csv/dialect.h"

namespace sluice::csv {

enum class HeaderMode : std::uint8_t { kAuto, kYes, kNo };

/// What the user said about an input, and the limits. What is not said is sniffed from the first 256 KiB.
struct CsvOptions {
  std::optional<char> delimiter = {};  ///< sniffed among , tab ; | and :
  std::optional<char> quote = {};      ///< '\0': no quoting; sniffed between " and '
  std::optional<char> escape = {};     ///< '\0': quotes are doubled; sniffed: \ when only so the sample is regular
  HeaderMode header = HeaderMode::kAuto;
  /// Texts that mean NULL in every column, quoted or not; beside them only an empty unquoted field does.
  std::vector<std::string> null_texts = {};
  /// A longer field rejects its record (--limit-field).
  std::size_t field_bytes_max = std::size_t{16} << 20;
  /// A longer record is rejected without being held (--limit-record).
  std::size_t record_bytes_max = std::size_t{64} << 20;
  /// More columns refuse the input (--limit-columns).
  std::size_t columns_max = 10'000;
  /// Bytes per unit of parallel work and per batch. Changing it changes the batches, so it is never derived from
  /// threads or memory.
  std::size_t chunk_bytes = std::size_t{4} << 20;

  /// InvalidInput when the parts contradict each other.
  core::Status Validate() const;
};

}  // namespace sluice::csv

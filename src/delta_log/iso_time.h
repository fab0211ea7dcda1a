#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace sluice::delta_log {

/// "2026-01-31" of days since 1970-01-01; nullopt outside of the years 1 to 9999.
std::optional<std::string> IsoDate(std::int64_t days);

/// "2026-01-31T23:59:59.000001" of microseconds since 1970-01-01, without a zone; nullopt as above.
std::optional<std::string> IsoTimestamp(std::int64_t micros);

}  // namespace sluice::delta_log

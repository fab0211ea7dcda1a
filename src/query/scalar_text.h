#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::query {

/// 128 bits, as HUGEINT and wide DECIMAL have; both compilers we support know them.
__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 UnsignedInt128;

/// Texts of single values, as DuckDB casts them to VARCHAR. Each appends to `out`.

void AppendInteger(Int128 value, std::string& out);
void AppendUnsigned(UnsignedInt128 value, std::string& out);
/// The shortest text that reads back as the same number; with ".0" when it is whole; "inf", "-inf", "nan".
void AppendDouble(double value, std::string& out);
void AppendFloat(float value, std::string& out);
/// `value` / 10^`scale` with all digits.
void AppendDecimal(Int128 value, int scale, std::string& out);

/// "2025-10-28"; years before 1 as "0044-03-15 (BC)"; the largest and smallest numbers are "infinity", "-infinity".
void AppendDate(std::int32_t days, std::string& out);
/// "05:00:03", with as many digits of the fraction as are needed. `units_per_second` is a power of ten.
void AppendTime(std::int64_t units, std::int64_t units_per_second, std::string& out);
/// "2025-10-28 05:00:03.25".
void AppendTimestamp(std::int64_t units, std::int64_t units_per_second, std::string& out);
/// "+07", "-03:30", "+00".
void AppendZoneOffset(std::int32_t seconds, std::string& out);
/// "1 year 2 months 3 days 04:05:06.7"; "00:00:00" when all are zero.
void AppendInterval(std::int32_t months, std::int32_t days, std::int64_t micros, std::string& out);

/// DuckDB's stored form: the upper half has its first bit flipped, so that it sorts.
void AppendUuid(std::int64_t upper, std::uint64_t lower, std::string& out);
/// Printable ASCII as it is, other bytes as \xAB.
void AppendBlob(std::string_view bytes, std::string& out);
/// DuckDB's stored form: one byte that counts the unused bits at the front, then the bits.
void AppendBits(std::string_view stored, std::string& out);

/// A JSON string in quotes.
void AppendJsonText(std::string_view text, std::string& out);

}  // namespace sluice::query

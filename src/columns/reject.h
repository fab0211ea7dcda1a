#pragma once

#include <cstdint>
#include <string>

namespace sluice::columns {

/// One record that was read and not written, and why.
struct Reject {
  std::string source = {};       ///< the input as the user named it
  std::uint64_t line = 0;        ///< physical line on which the record starts, counted from 1; Parquet: row number
  std::uint64_t byte_begin = 0;  ///< the record in the decompressed, transcoded input: first byte …
  std::uint64_t byte_end = 0;    ///< … and one past its last, its line end not included
  std::string column = {};       ///< the first column that failed; "" when the whole record did
  std::string reason = {};       ///< "not an int64", "3 fields where 4 are expected", …
  std::string text = {};         ///< the record as it stood in the input; cut after kRejectTextBytesMax
};

/// The byte range still says where the rest of a longer record is.
inline constexpr std::size_t kRejectTextBytesMax = std::size_t{64} * 1024;

/// Add one line of a rejects file with its newline: a JSON object with exactly the members above. Bytes that are not
/// UTF-8 become U+FFFD.
void AppendJsonLine(const Reject& reject, std::string* lines);

}  // namespace sluice::columns

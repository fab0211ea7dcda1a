#include "csv/csv_options.h"

#include <fmt/format.h>

namespace sluice::csv {

std::string Describe(char byte) {
  if (byte == '\0') return "none";
  if (byte == '\t') return "tab";
  return fmt::format("'{}'", byte);
}

core::Status CsvOptions::Validate() const {
  const auto ends_record = [](std::optional<char> byte) { return byte == '\n' || byte == '\r'; };
  if (ends_record(delimiter) || ends_record(quote) || ends_record(escape) || delimiter == '\0') {
    return core::InvalidInput("a delimiter, quote or escape cannot be a line end, nor a delimiter NUL");
  }
  if (delimiter && (delimiter == quote || delimiter == escape)) {
    return core::InvalidInput(fmt::format("the delimiter {} is also the quote or the escape", Describe(*delimiter)));
  }
  if (field_bytes_max == 0 || record_bytes_max == 0 || columns_max == 0 || chunk_bytes == 0) {
    return core::InvalidInput("a limit of 0 lets nothing through");
  }
  constexpr std::size_t kRecordBytesCeiling = std::size_t{1} << 30;  // positions in a chunk have 32 bits
  if (record_bytes_max > kRecordBytesCeiling || chunk_bytes > kRecordBytesCeiling) {
    return core::InvalidInput("records and chunks end at 1 GiB").WithHint("lower --limit-record");
  }
  return core::Ok();
}

}  // namespace sluice::csv

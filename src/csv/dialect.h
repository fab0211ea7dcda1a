#pragma once

#include <string>

namespace sluice::csv {

/// How fields stand in the bytes. Quotes count only where a field begins with one; elsewhere they are text. Inside
/// quotes two quotes are one, and `escape` (when it is not '\0') makes the next byte text. LF, CR and CRLF end a record
/// outside quotes, mixed too.
struct Dialect {
  char delimiter = ',';
  char quote = '"';    ///< '\0': no quoting
  char escape = '\0';  ///< '\0': none; quotes are doubled

  bool operator==(const Dialect& other) const = default;
};

/// A byte as a user reads it: ';' in quotes, "tab", "none".
std::string Describe(char byte);

}  // namespace sluice::csv

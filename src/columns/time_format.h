#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "columns/time_parser.h"
#include "core/result.h"

namespace sluice::columns {

/// A date and time format in strptime's style, compiled once.
///
/// %Y (4 digits) %y (69–99 are 19xx) %m %d %e %j %H %I %M %S (1–2 digits; all of them where another number follows at
/// once) %f (1–9 digits of a second) %b %B %a %A (English, any case) %p %z (Z, ±HH, ±HHMM, ±HH:MM) %Z (UTC, GMT, Z)
/// %F %T %R %D %%; everything else stands for itself. A weekday is read and not compared with the date.
/// Threads: any, once compiled.
class TimeFormat {
 public:
  /// InvalidInput, naming what is missing or unknown. `needs_date`: year, month and day must be in it.
  static core::Result<TimeFormat> Compile(std::string_view format, bool needs_date);
  /// False when the text is not exactly in this format, or no real moment.
  bool Parse(std::string_view text, Moment* moment) const;

 private:
  struct Step {
    char field;  ///< the letter behind '%'; '\0': `literal` stands for itself
    char literal;
    bool number_follows;  ///< take exactly the width
  };
  core::Status AddField(char field);

  std::vector<Step> steps_;
};

}  // namespace sluice::columns

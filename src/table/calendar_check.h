#pragma once

#include <arrow/type_fwd.h>

#include <string>
#include <vector>

namespace sluice::table {

/// Finds values that an old writer meant in another calendar: Spark before 3.0, and later versions that say so in the
/// file, counted days before 1582-10-15 in the Julian one. They are read as they stand.
///
/// Threads: one at a time.
class CalendarCheck {
 public:
  CalendarCheck() = default;
  /// `metadata` of the footer of the file `path`; may be nullptr.
  CalendarCheck(const arrow::KeyValueMetadata* metadata, std::string path);

  /// Look at a column of dates or timestamps, unless one was found before; others are passed by.
  void Look(const arrow::Array& values, const std::string& column);
  /// At most one.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  bool old_ = false;
  std::string path_;
  std::vector<std::string> notes_;
};

}  // namespace sluice::table

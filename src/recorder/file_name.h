#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace sluice::recorder {

/// Names of a recorder's folder and files. Ids become paths, stage names and SQL: every byte outside of A-Z a-z 0-9 . _
/// and - is percent-encoded.
class FileName {
 public:
  /// `pattern` has "{sequence}" or "{sequence:04}" once, and may have "{test_id}" and "{worker_id}". InvalidInput for
  /// others, and for one that names another folder.
  static core::Result<FileName> Parse(std::string_view pattern, std::string_view test_id, std::string_view worker_id);

  std::string Of(std::uint64_t sequence) const;
  /// Of the rows that a recorder left when it was killed.
  std::string OfRecovered(std::string_view recorder) const;

 private:
  std::string before_, after_;
  int digits_ = 0;
};

/// "qe_<test id>_<worker id>".
std::string FolderName(std::string_view test_id, std::string_view worker_id);

}  // namespace sluice::recorder

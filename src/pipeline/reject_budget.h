#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace sluice::pipeline {

/// How many rows may be rejected: a number, or a share of the rows read.
class RejectBudget {
 public:
  /// Read "0", "100" or "1%", "0.5%". InvalidInput otherwise.
  static core::Result<RejectBudget> Parse(std::string_view text);

  /// True when `rejected` of `read` rows are too many.
  bool Exceeded(std::uint64_t rejected, std::uint64_t read) const;
  /// True when it is certain before the end that the budget will be exceeded, and enough examples were seen.
  bool Hopeless(std::uint64_t rejected) const;
  /// As it was given.
  const std::string& text() const { return text_; }

 private:
  std::string text_ = "0";
  std::uint64_t rows_max_ = 0;
  double share_max_ = -1;  // < 0: a number of rows
};

/// An error names this many rejected rows.
inline constexpr std::size_t kRejectsNamedMax = 10;

}  // namespace sluice::pipeline

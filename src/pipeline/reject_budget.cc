#include "pipeline/reject_budget.h"

#include <fmt/format.h>

#include <charconv>

namespace sluice::pipeline {

core::Result<RejectBudget> RejectBudget::Parse(std::string_view text) {
  RejectBudget budget;
  budget.text_ = std::string(text);
  const bool share = text.ends_with('%');
  const std::string_view number = share ? text.substr(0, text.size() - 1) : text;
  const char* end = number.data() + number.size();
  bool valid = false;
  if (share) {
    const auto [stop, error] = std::from_chars(number.data(), end, budget.share_max_, std::chars_format::fixed);
    valid = error == std::errc() && stop == end && budget.share_max_ >= 0 && budget.share_max_ <= 100;
  } else {
    const auto [stop, error] = std::from_chars(number.data(), end, budget.rows_max_);
    valid = error == std::errc() && stop == end;
  }
  if (valid) return budget;
  return core::InvalidInput(fmt::format("'{}' is no limit of rejected rows", text))
      .WithHint("write a number of rows (100) or a share of them (1%)");
}

bool RejectBudget::Exceeded(std::uint64_t rejected, std::uint64_t read) const {
  if (share_max_ < 0) return rejected > rows_max_;
  return static_cast<double>(rejected) > share_max_ / 100 * static_cast<double>(read);
}

bool RejectBudget::Hopeless(std::uint64_t rejected) const {
  return share_max_ < 0 && rejected > rows_max_ && rejected >= kRejectsNamedMax;
}

}  // namespace sluice::pipeline

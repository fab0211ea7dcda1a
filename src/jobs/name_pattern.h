#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "jobs/date.h"

namespace sluice::jobs {

/// A path with dates in it: "reports/query_perf_daily_{date:%Y%m%d}.csv".
///
/// Between `{date:` and `}` stand strftime conversions of fixed width and other text: %Y %y %m %d %j, %G %V (ISO week
/// and its year), %W %U (week of the year from the first Monday or Sunday). `*` and `?` match within one name. Threads:
/// immutable.
class NamePattern {
 public:
  /// InvalidInput for an unknown conversion or placeholder, `**`, more than kWildcardsMax stars, or a text above
  /// kBytesMax.
  static core::Result<NamePattern> Parse(std::string_view text);

  static constexpr std::size_t kWildcardsMax = 3;
  static constexpr std::size_t kBytesMax = 4096;

  /// How a path met the pattern.
  struct Match {
    enum class Kind {
      kNo,
      kUndated,    ///< it fits, and the pattern has no date
      kDated,      ///< `date` is what the name says; a week is its first day, a month its first
      kWrongDate,  ///< it fits but for its date: digits and separators that are no date; see `reason`
    };
    Kind kind = Kind::kNo;
    Date date = {};
    std::string reason = {};
  };
  Match MatchPath(std::string_view path) const;

  /// The path for `date`; wildcards stay as they are.
  std::string Expand(Date date) const;
  /// The pattern for storage::ExpandGlob that takes every path this pattern can take, wrong dates included.
  std::string Glob() const;

  bool has_date() const { return has_date_; }
  bool has_wildcard() const { return wildcards_ > 0; }
  /// True when the conversions say which day (or week, or month) is meant, so that MatchPath can tell.
  bool determines_date() const;
  const std::string& text() const { return text_; }

  bool operator==(const NamePattern& other) const { return text_ == other.text_; }

 private:
  struct Token {
    enum class Kind { kLiteral, kField, kStar, kAny, kDigit, kDigits };
    Kind kind;
    char byte = 0;  // the literal, or the letter of the conversion
  };
  struct FieldValue {
    char letter;
    int value;
  };

  core::Status AddDate(std::string_view format);
  void Add(Token token);
  bool HasField(char letter) const;
  bool MatchFrom(std::string_view path, std::size_t token, std::vector<FieldValue>& fields, Match& best) const;
  bool MatchLoosely(std::string_view path) const;
  std::optional<Date> DateOf(const std::vector<FieldValue>& fields) const;

  std::string text_;
  std::vector<Token> tokens_;
  std::vector<Token> loose_;  // with "a digit, then digits and separators" in place of each date
  bool has_date_ = false;
  std::size_t wildcards_ = 0;
};

/// `{date:…}` in a text that is no path (a constant of the schema) replaced by `date`.
core::Result<std::string> ExpandDates(std::string_view text, Date date);

}  // namespace sluice::jobs

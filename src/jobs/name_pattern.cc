#include "jobs/name_pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "jobs/week.h"

namespace sluice::jobs {
namespace {

constexpr std::string_view kConversions = "YymdjGVWU";
constexpr std::string_view kDateOpen = "{date:";

std::size_t WidthOf(char letter) {
  if (letter == 'Y' || letter == 'G') return 4;
  return letter == 'j' ? 3 : 2;
}

int ValueOf(char letter, Date date) {
  const std::chrono::year_month_day ymd(date);
  switch (letter) {
    case 'Y': return static_cast<int>(ymd.year());
    case 'y': return static_cast<int>(ymd.year()) % 100;
    case 'm': return static_cast<int>(static_cast<unsigned>(ymd.month()));
    case 'd': return static_cast<int>(static_cast<unsigned>(ymd.day()));
    case 'j': return static_cast<int>((date - Date(ymd.year() / std::chrono::January / 1)).count() + 1);
    case 'G': return IsoWeekOf(date).year;
    case 'V': return IsoWeekOf(date).week;
    case 'W': return WeekOfYear(date, std::chrono::Monday);
    default: return WeekOfYear(date, std::chrono::Sunday);
  }
}

bool Continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// Bytes of the UTF-8 character at the front.
std::size_t CharacterBytes(std::string_view text) {
  std::size_t bytes = 1;
  while (bytes < text.size() && Continues(text[bytes])) ++bytes;
  return bytes;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsDigitOrSeparator(char c) { return IsDigit(c) || c == '-' || c == '_' || c == '.' || c == ':'; }

core::Error UnknownConversion(std::string_view format, std::size_t at) {
  return core::InvalidInput(fmt::format("'{}' in '{{date:{}}}' is not a date conversion", format.substr(at, 2), format))
      .WithHint("use %Y %y %m %d %j, %G with %V for ISO weeks, %W or %U for weeks of the year, %% for a percent sign");
}

}  // namespace

core::Status NamePattern::AddDate(std::string_view format) {
  has_date_ = true;
  loose_.push_back({Token::Kind::kDigit});
  loose_.push_back({Token::Kind::kDigits});
  if (format.find('/') != std::string_view::npos) {
    return core::InvalidInput(fmt::format("'{{date:{}}}' spans folders", format))
        .WithHint("write each folder's part by itself: {date:%Y}/{date:%m}");
  }
  for (std::size_t at = 0; at < format.size(); ++at) {
    if (format[at] != '%') {
      tokens_.push_back({Token::Kind::kLiteral, format[at]});
      continue;
    }
    if (at + 1 == format.size()) return UnknownConversion(format, at);
    const char letter = format[++at];
    if (letter == '%') {
      tokens_.push_back({Token::Kind::kLiteral, '%'});
    } else if (kConversions.find(letter) != std::string_view::npos) {
      tokens_.push_back({Token::Kind::kField, letter});
    } else {
      return UnknownConversion(format, at - 1);
    }
  }
  return core::Ok();
}

void NamePattern::Add(Token token) {
  tokens_.push_back(token);
  loose_.push_back(token);
}

core::Result<NamePattern> NamePattern::Parse(std::string_view text) {
  NamePattern pattern;
  pattern.text_ = std::string(text);
  if (text.size() > kBytesMax) return core::InvalidInput(fmt::format("a pattern of {} bytes is too long", text.size()));
  if (text.find("**") != std::string_view::npos) {
    return core::InvalidInput(fmt::format("'**' in '{}' is not supported", text)).WithHint("write one '*' per folder");
  }
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '{') {
      const std::size_t end = text.find('}', at);
      if (text.substr(at, kDateOpen.size()) != kDateOpen || end == std::string_view::npos) {
        return core::InvalidInput(
                   fmt::format("'{}' is not a placeholder", text.substr(at, end == text.npos ? end : end - at + 1)))
            .WithHint("write a date as {date:%Y%m%d}");
      }
      SLUICE_TRY(pattern.AddDate(text.substr(at + kDateOpen.size(), end - at - kDateOpen.size())));
      at = end;
    } else if (text[at] == '*') {
      pattern.Add({Token::Kind::kStar});
      ++pattern.wildcards_;
    } else if (text[at] == '?') {
      pattern.Add({Token::Kind::kAny});
      ++pattern.wildcards_;
    } else {
      pattern.Add({Token::Kind::kLiteral, text[at]});
    }
  }
  const auto stars = std::count(text.begin(), text.end(), '*');
  if (static_cast<std::size_t>(stars) > kWildcardsMax) {
    return core::InvalidInput(fmt::format("'{}' has more than {} stars", text, kWildcardsMax));
  }
  return pattern;
}

bool NamePattern::HasField(char letter) const {
  return std::any_of(tokens_.begin(), tokens_.end(),
                     [&](const Token& token) { return token.kind == Token::Kind::kField && token.byte == letter; });
}

bool NamePattern::determines_date() const { return HasField('Y') || HasField('y') || (HasField('G') && HasField('V')); }

std::string NamePattern::Expand(Date date) const {
  std::string path;
  for (const Token& token : tokens_) {
    switch (token.kind) {
      case Token::Kind::kLiteral: path += token.byte; break;
      case Token::Kind::kField: path += fmt::format("{:0{}}", ValueOf(token.byte, date), WidthOf(token.byte)); break;
      case Token::Kind::kStar: path += '*'; break;
      case Token::Kind::kAny: path += '?'; break;
      case Token::Kind::kDigit:
      case Token::Kind::kDigits: break;  // only in loose_
    }
  }
  return path;
}

std::string NamePattern::Glob() const {
  std::string glob;
  const auto add_star = [&] {
    if (!glob.ends_with('*')) glob += '*';
  };
  for (std::size_t at = 0; at < text_.size(); ++at) {
    if (text_[at] == '{') {
      add_star();
      at = text_.find('}', at);
    } else if (text_[at] == '*') {
      add_star();
    } else if (text_[at] == '[') {
      glob += "[[]";  // a bracket is only a bracket in our patterns
    } else {
      glob += text_[at];
    }
  }
  return glob;
}

// The finest fields decide; all others must then agree with the date they give.
std::optional<Date> NamePattern::DateOf(const std::vector<FieldValue>& fields) const {
  const auto value = [&](char letter) -> std::optional<int> {
    const auto found = std::find_if(fields.begin(), fields.end(), [&](FieldValue f) { return f.letter == letter; });
    return found == fields.end() ? std::nullopt : std::optional(found->value);
  };
  std::optional<int> year = value('Y');
  if (const auto two_digits = value('y'); !year && two_digits) year = *two_digits + (*two_digits < 69 ? 2000 : 1900);
  std::optional<Date> date;
  const auto at_month = [&](int month, int day) {
    const std::chrono::year_month_day ymd{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(month)),
                                          std::chrono::day(static_cast<unsigned>(day))};
    if (ymd.ok()) date = Date(ymd);
  };
  if (year && value('j')) {
    date = Date(std::chrono::year(*year) / std::chrono::January / 1) + std::chrono::days(*value('j') - 1);
  } else if (year && value('m')) {
    at_month(*value('m'), value('d').value_or(1));
  } else if (value('G') && value('V')) {
    date = MondayOf({*value('G'), *value('V')});
  } else if (year && value('W')) {
    date = FirstDayOf(*year, *value('W'), std::chrono::Monday);
  } else if (year && value('U')) {
    date = FirstDayOf(*year, *value('U'), std::chrono::Sunday);
  } else if (year) {
    at_month(1, 1);
  }
  const bool agrees = date && std::all_of(fields.begin(), fields.end(), [&](FieldValue field) {
                        return ValueOf(field.letter, *date) == field.value;
                      });
  return agrees ? date : std::nullopt;
}

bool NamePattern::MatchFrom(std::string_view path, std::size_t token, std::vector<FieldValue>& fields,
                            Match& best) const {
  if (token == tokens_.size()) {
    if (!path.empty()) return false;
    if (!has_date_) {
      best.kind = Match::Kind::kUndated;
      return true;
    }
    const std::optional<Date> date = DateOf(fields);
    if (!date) return false;
    best.kind = Match::Kind::kDated;
    best.date = *date;
    return true;
  }
  const Token& next = tokens_[token];
  switch (next.kind) {
    case Token::Kind::kLiteral:
      return !path.empty() && path.front() == next.byte && MatchFrom(path.substr(1), token + 1, fields, best);
    case Token::Kind::kAny:
      return !path.empty() && path.front() != '/' &&
             MatchFrom(path.substr(CharacterBytes(path)), token + 1, fields, best);
    case Token::Kind::kStar: {
      const std::size_t longest = std::min(path.find('/'), path.size());
      for (std::size_t length = 0; length <= longest; ++length) {
        if (MatchFrom(path.substr(length), token + 1, fields, best)) return true;
      }
      return false;
    }
    case Token::Kind::kDigit:
    case Token::Kind::kDigits:
    case Token::Kind::kField: break;
  }
  const std::size_t width = WidthOf(next.byte);
  if (path.size() < width || !std::all_of(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(width), IsDigit)) {
    return false;
  }
  int value = 0;
  for (std::size_t i = 0; i < width; ++i) value = value * 10 + (path[i] - '0');
  fields.push_back({next.byte, value});
  const bool matched = MatchFrom(path.substr(width), token + 1, fields, best);
  fields.pop_back();
  return matched;
}

// Keeps the set of positions that can be reached, so that it takes tokens × bytes steps whatever the stars are.
bool NamePattern::MatchLoosely(std::string_view path) const {
  std::vector<bool> reached(path.size() + 1, false);
  reached[0] = true;
  for (const Token& token : loose_) {
    if (token.kind == Token::Kind::kStar || token.kind == Token::Kind::kDigits) {
      const auto spreads = [&](char c) { return token.kind == Token::Kind::kStar ? c != '/' : IsDigitOrSeparator(c); };
      for (std::size_t at = 1; at <= path.size(); ++at) {
        if (reached[at - 1] && spreads(path[at - 1])) reached[at] = true;
      }
      continue;
    }
    const auto takes = [&](char c) {
      if (token.kind == Token::Kind::kDigit) return IsDigit(c);
      return token.kind == Token::Kind::kAny ? c != '/' : c == token.byte;
    };
    for (std::size_t at = path.size(); at > 0; --at) reached[at] = reached[at - 1] && takes(path[at - 1]);
    reached[0] = false;
    for (std::size_t at = 1; token.kind == Token::Kind::kAny && at < path.size(); ++at) {
      if (reached[at] && Continues(path[at])) reached[at + 1] = true;
    }
  }
  return reached[path.size()];
}

NamePattern::Match NamePattern::MatchPath(std::string_view path) const {
  Match match;
  std::vector<FieldValue> fields;
  if (MatchFrom(path, 0, fields, match) || !has_date_ || !MatchLoosely(path)) return match;
  match.kind = Match::Kind::kWrongDate;
  match.reason = fmt::format("its name has no date that fits '{}'", text_);
  return match;
}

core::Result<std::string> ExpandDates(std::string_view text, Date date) {
  std::string expanded;
  while (!text.empty()) {
    const std::size_t open = text.find(kDateOpen);
    expanded += text.substr(0, open);
    if (open == std::string_view::npos) break;
    const std::size_t end = std::min(text.find('}', open), text.size() - 1) + 1;
    SLUICE_ASSIGN_OR_RETURN(const NamePattern pattern, NamePattern::Parse(text.substr(open, end - open)));
    expanded += pattern.Expand(date);
    text.remove_prefix(end);
  }
  return expanded;
}

}  // namespace sluice::jobs

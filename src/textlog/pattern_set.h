#pragma once

#include <re2/re2.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace sluice::textlog {

/// The patterns of a text input, compiled: RE2's syntax, time linear in the line. Groups are written `(?P<name>...)` or
/// `(?<name>...)`; others only group. A pattern must match a whole line; the first that does takes it.
///
/// Threads: any, through a MatchBuffer each.
class PatternSet {
 public:
  /// Configuration, naming the pattern and RE2's message, for one that is malformed or has no named group;
  /// InvalidInput when there are none.
  static core::Result<PatternSet> Compile(std::span<const std::string> patterns);

  /// The names of all groups, in the order in which they first appear.
  const std::vector<std::string>& groups() const { return groups_; }
  /// The number, from 1, of the first pattern that has the group.
  std::size_t PatternOf(const std::string& group) const;

  /// Put the text of each of groups() into `texts`: data() == nullptr where the matching pattern lacks the group, where
  /// the group took no part, and where it is empty. False when no pattern takes the line.
  bool Match(std::string_view line, std::vector<re2::StringPiece>& buffer, std::span<std::string_view> texts) const;

 private:
  struct Pattern {
    std::unique_ptr<re2::RE2> expression;
    std::vector<std::size_t> group_of_submatch;  // index into groups_, or kNoGroup; submatch 0 is the line
  };
  static constexpr std::size_t kNoGroup = static_cast<std::size_t>(-1);
  core::Status Add(const std::string& text, std::size_t number);

  std::vector<Pattern> patterns_;
  std::vector<std::string> groups_;
};

}  // namespace sluice::textlog

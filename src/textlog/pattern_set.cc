#include "textlog/pattern_set.h"

#include <algorithm>
#include <utility>

namespace sluice::textlog {

namespace {

/// `(?<name>` as `(?P<name>`, which this RE2 knows; look-behinds, classes and escapes are left as they are.
std::string WithPythonGroups(std::string_view pattern) {
  std::string out;
  bool in_class = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    out += c;
    if (c == '\\' && i + 1 < pattern.size()) {
      out += pattern[++i];
    } else if (in_class) {
      in_class = c != ']';
    } else if (c == '[') {
      in_class = true;
      // A ']' that comes first in a class is one of its characters.
      if (pattern.substr(i + 1, 1) == "^") out += pattern[++i];
      if (pattern.substr(i + 1, 1) == "]") out += pattern[++i];
    } else if (pattern.substr(i, 3) == "(?<" && pattern.substr(i + 3, 1) != "=" && pattern.substr(i + 3, 1) != "!") {
      out += "?P";
      ++i;
    }
  }
  return out;
}

}  // namespace

core::Result<PatternSet> PatternSet::Compile(std::span<const std::string> patterns) {
  if (patterns.empty()) {
    return core::InvalidInput("a text input needs patterns that say what is in its lines")
        .WithHint("give `patterns` in the schema file: [\"(?P<at>\\\\S+) (?P<event>\\\\w+) (?P<message>.*)\"]");
  }
  PatternSet set;
  for (std::size_t i = 0; i < patterns.size(); ++i) SLUICE_TRY(set.Add(patterns[i], i + 1));
  return set;
}

core::Status PatternSet::Add(const std::string& text, std::size_t number) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  Pattern pattern;
  pattern.expression = std::make_unique<re2::RE2>(WithPythonGroups(text), options);
  const std::string where = "pattern " + std::to_string(number) + " '" + text + "'";
  if (!pattern.expression->ok()) return core::ConfigurationError(where + ": " + pattern.expression->error());
  if (pattern.expression->CapturingGroupNames().empty()) {
    return core::ConfigurationError(where + " has no named group")
        .WithHint("name what goes to a column: (?P<column>...)");
  }
  const auto submatches = static_cast<std::size_t>(pattern.expression->NumberOfCapturingGroups()) + 1;
  pattern.group_of_submatch.assign(submatches, kNoGroup);
  for (const auto& [submatch, name] : pattern.expression->CapturingGroupNames()) {
    const auto found = std::find(groups_.begin(), groups_.end(), name);
    pattern.group_of_submatch[static_cast<std::size_t>(submatch)] = static_cast<std::size_t>(found - groups_.begin());
    if (found == groups_.end()) groups_.push_back(name);
  }
  patterns_.push_back(std::move(pattern));
  return core::Ok();
}

std::size_t PatternSet::PatternOf(const std::string& group) const {
  const auto index = static_cast<std::size_t>(std::find(groups_.begin(), groups_.end(), group) - groups_.begin());
  for (std::size_t i = 0; i < patterns_.size(); ++i) {
    const std::vector<std::size_t>& groups = patterns_[i].group_of_submatch;
    if (std::find(groups.begin(), groups.end(), index) != groups.end()) return i + 1;
  }
  return 0;
}

bool PatternSet::Match(std::string_view line, std::vector<re2::StringPiece>& buffer,
                       std::span<std::string_view> texts) const {
  const re2::StringPiece text(line.data(), line.size());
  for (const Pattern& pattern : patterns_) {
    const std::size_t submatches = pattern.group_of_submatch.size();
    buffer.resize(std::max(buffer.size(), submatches));
    if (!pattern.expression->Match(text, 0, line.size(), re2::RE2::ANCHOR_BOTH, buffer.data(),
                                   static_cast<int>(submatches))) {
      continue;
    }
    std::fill(texts.begin(), texts.end(), std::string_view());
    for (std::size_t i = 1; i < submatches; ++i) {
      const std::size_t group = pattern.group_of_submatch[i];
      if (group != kNoGroup && !buffer[i].empty()) texts[group] = {buffer[i].data(), buffer[i].size()};
    }
    return true;
  }
  return false;
}

}  // namespace sluice::textlog

#include "storage/glob.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <utility>

#include "core/suggestion.h"
#include "storage/path.h"

namespace sluice::storage {
namespace {

// Bytes of the UTF-8 character at the front; 1 for what is not UTF-8, so that any bytes can be matched.
std::size_t CharacterBytes(std::string_view text) {
  std::size_t bytes = 1;
  while (bytes < text.size() && bytes < 4 && (static_cast<unsigned char>(text[bytes]) & 0xc0) == 0x80) ++bytes;
  return static_cast<unsigned char>(text[0]) < 0xc0 ? 1 : bytes;
}

std::string_view TakeCharacter(std::string_view& text) {
  const std::string_view character = text.substr(0, CharacterBytes(text));
  text.remove_prefix(character.size());
  return character;
}

// The end of the set that begins at pattern[0] == '[', or npos when it is never closed.
std::size_t SetEnd(std::string_view pattern) {
  std::size_t i = 1;
  if (i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^')) ++i;
  if (i < pattern.size() && pattern[i] == ']') ++i;
  return pattern.find(']', i);
}

// `set` is what stands between the brackets. UTF-8 sorts like its code points, so ranges compare as text.
bool SetHolds(std::string_view set, std::string_view character) {
  const bool negated = set.starts_with('!') || set.starts_with('^');
  if (negated) set.remove_prefix(1);
  bool holds = false;
  while (!set.empty()) {
    const std::string_view low = TakeCharacter(set);
    std::string_view high = low;
    if (set.size() > 1 && set[0] == '-') {
      set.remove_prefix(1);
      high = TakeCharacter(set);
    }
    holds = holds || (character >= low && character <= high);
  }
  return holds != negated;
}

// Match what is not a star at the front of both, and take it away.
bool TakeMatch(std::string_view& pattern, std::string_view& name) {
  if (pattern[0] == '[') {
    const std::size_t end = SetEnd(pattern);
    if (end != std::string_view::npos) {
      const std::string_view set = pattern.substr(1, end - 1);
      pattern.remove_prefix(end + 1);
      return SetHolds(set, TakeCharacter(name));
    }
  }
  if (pattern[0] == '?') {
    pattern.remove_prefix(1);
    TakeCharacter(name);
    return true;
  }
  return TakeCharacter(pattern) == TakeCharacter(name);
}

/// Walks the parts of a pattern through the folders that are there.
class Expansion {
 public:
  explicit Expansion(FileSystem& files) : files_(files) {}

  core::Status Walk(const std::string& directory, std::span<const std::string> parts, std::size_t depth) {
    if (depth > kGlobDepthMax) {
      return core::LimitExceeded(QuotedPath(directory) + " lies more than " + std::to_string(kGlobDepthMax) +
                                 " folders deep");
    }
    const std::string& part = parts.front();
    const bool last = parts.size() == 1;
    if (part == "**") return Descend(directory, parts, depth);
    if (!HasGlob(part)) return Visit(JoinPath(directory, part), parts, depth);
    SLUICE_ASSIGN_OR_RETURN(const std::vector<FileInfo> entries, Entries(directory));
    for (const FileInfo& entry : entries) {
      const std::string_view name = FileName(entry.path);
      if ((name.starts_with('.') && !part.starts_with('.')) || !MatchesGlob(part, name)) continue;
      if (last || entry.directory) SLUICE_TRY(Visit(JoinPath(directory, name), parts, depth));
    }
    return core::Ok();
  }

  std::set<std::string> found;
  std::optional<std::string> folder;  // a folder that matched where a file was meant

 private:
  // `path` matches the first part: go on with the rest, or keep it.
  core::Status Visit(const std::string& path, std::span<const std::string> parts, std::size_t depth) {
    if (parts.size() > 1) return Walk(path, parts.subspan(1), depth + 1);
    SLUICE_ASSIGN_OR_RETURN(const std::optional<FileInfo> info, files_.StatIfExists(path));
    if (info.has_value() && info->directory) folder = path;
    // A link to nowhere was listed: it is kept, so that reading it says what is wrong.
    if (info.has_value() ? !info->directory : HasGlob(parts.front())) found.insert(path);
    return core::Ok();
  }

  core::Status Descend(const std::string& directory, std::span<const std::string> parts, std::size_t depth) {
    const std::string path = directory.empty() ? "." : directory;
    SLUICE_ASSIGN_OR_RETURN(const std::optional<FileInfo> self, files_.StatIfExists(path));
    if (!self.has_value() || !self->directory) return core::Ok();
    // A link to a folder above it would bring the same files again, for ever.
    const std::uint64_t identity = self->identity;
    if (identity != 0 && std::ranges::find(above_, identity) != above_.end()) return core::Ok();
    above_.push_back(identity);
    core::Status descended = DescendInto(directory, parts, depth);
    above_.pop_back();
    return descended;
  }

  core::Status DescendInto(const std::string& directory, std::span<const std::string> parts, std::size_t depth) {
    static const std::string kAny = "*";
    const std::span<const std::string> rest = parts.size() > 1 ? parts.subspan(1) : std::span(&kAny, 1);
    SLUICE_TRY(Walk(directory, rest, depth));
    SLUICE_ASSIGN_OR_RETURN(const std::vector<FileInfo> entries, Entries(directory));
    for (const FileInfo& entry : entries) {
      const std::string_view name = FileName(entry.path);
      if (entry.directory && !name.starts_with('.')) SLUICE_TRY(Walk(JoinPath(directory, name), parts, depth + 1));
    }
    return core::Ok();
  }

  // What is not a folder, or is gone, has no entries.
  core::Result<std::vector<FileInfo>> Entries(const std::string& directory) {
    core::Result<std::vector<FileInfo>> entries = files_.List(directory.empty() ? "." : directory);
    if (entries.has_value()) return entries;
    const core::ErrorKind kind = entries.error().kind();
    if (kind == core::ErrorKind::kNotFound || kind == core::ErrorKind::kInvalidInput) return std::vector<FileInfo>();
    return entries;
  }

  FileSystem& files_;
  std::vector<std::uint64_t> above_;  // identities of the folders that `**` is inside of
};

std::vector<std::string> SplitParts(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (!part.empty() && part != ".") parts.emplace_back(part);
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  }
  return parts;
}

// The first part of the path that is not there, with the name beside it that looks most like it.
std::string NearestHint(FileSystem& files, const std::string& pattern) {
  std::string directory = pattern.starts_with('/') ? "/" : ".";
  for (const std::string& part : SplitParts(pattern)) {
    if (HasGlob(part)) return "the folder " + QuotedPath(directory) + " holds nothing that matches";
    const core::Result<std::vector<FileInfo>> entries = files.List(directory);
    if (!entries.has_value()) return {};
    std::vector<std::string> names;
    for (const FileInfo& entry : *entries) names.emplace_back(FileName(entry.path));
    if (std::ranges::find(names, part) == names.end()) {
      const std::string nearest = core::NearestName(part, names);
      if (nearest.empty()) return "there is nothing like it in " + QuotedPath(directory);
      return "did you mean " + QuotedPath(JoinPath(directory, nearest)) + "?";
    }
    directory = JoinPath(directory, part);
  }
  return {};
}

core::Error FolderInsteadOfFile(const std::string& path) {
  return core::InvalidInput(QuotedPath(path) + " is a folder, not a file")
      .WithHint("name a file, or a pattern such as " + QuotedPath(JoinPath(path, "*.csv")));
}

}  // namespace

bool MatchesGlob(std::string_view pattern, std::string_view name) {
  // Where to go on after a mismatch: behind the last star, one character further in the name.
  std::optional<std::pair<std::string_view, std::string_view>> retry;
  while (true) {
    if (pattern.starts_with('*')) {
      pattern.remove_prefix(1);
      retry = {pattern, name};
      continue;
    }
    if (pattern.empty() && name.empty()) return true;
    if (!pattern.empty() && !name.empty() && TakeMatch(pattern, name)) continue;
    if (!retry.has_value() || retry->second.empty()) return false;
    TakeCharacter(retry->second);
    pattern = retry->first;
    name = retry->second;
  }
}

bool HasGlob(std::string_view path) { return path.find_first_of("*?[") != std::string_view::npos; }

core::Result<std::vector<std::string>> ExpandGlob(FileSystem& files, const std::string& pattern) {
  if (pattern.empty()) return core::InvalidInput("an empty path names no file");
  SLUICE_ASSIGN_OR_RETURN(const std::optional<FileInfo> literal, files.StatIfExists(pattern));
  if (literal.has_value() && literal->directory) return FolderInsteadOfFile(pattern);
  if (literal.has_value()) return std::vector<std::string>{pattern};
  if (!HasGlob(pattern)) {
    return core::NotFound("there is no file " + QuotedPath(pattern)).WithHint(NearestHint(files, pattern));
  }
  const std::vector<std::string> parts = SplitParts(pattern);
  Expansion expansion(files);
  SLUICE_TRY(expansion.Walk(pattern.starts_with('/') ? "/" : "", parts, 0));
  if (!expansion.found.empty()) return std::vector<std::string>(expansion.found.begin(), expansion.found.end());
  if (expansion.folder.has_value()) return FolderInsteadOfFile(*expansion.folder);
  return core::NotFound("no file matches " + QuotedPath(pattern)).WithHint(NearestHint(files, pattern));
}

core::Result<std::vector<std::string>> ExpandGlobs(FileSystem& files, std::span<const std::string> patterns) {
  std::vector<std::string> paths;
  std::set<std::string> seen;
  for (const std::string& pattern : patterns) {
    if (pattern == "-") {
      if (seen.insert(pattern).second) paths.push_back(pattern);
      continue;
    }
    SLUICE_ASSIGN_OR_RETURN(std::vector<std::string> expanded, ExpandGlob(files, pattern));
    for (std::string& path : expanded) {
      if (seen.insert(NormalPath(path)).second) paths.push_back(std::move(path));
    }
  }
  return paths;
}

}  // namespace sluice::storage

#include "storage/temporary_name.h"

#include <algorithm>

#include "storage/checksum.h"
#include "storage/path.h"

namespace sluice::storage {
namespace {

constexpr std::size_t kNameBytesMax = 255;
constexpr std::string_view kTemporarySuffix = ".tmp";
constexpr std::string_view kTemporaryMark = ".sluice";
constexpr std::string_view kJournalPrefix = ".sluice-commit";
constexpr std::string_view kJournalSuffix = ".json";

bool IsToken(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

// "<rest>.<unique>.<owner>" with `rest` answered through the parameter.
std::optional<ParsedName> SplitTokens(std::string_view text, std::string_view& rest) {
  const std::size_t owner_dot = text.rfind('.');
  if (owner_dot == std::string_view::npos || owner_dot == 0) return std::nullopt;
  const std::size_t unique_dot = text.rfind('.', owner_dot - 1);
  if (unique_dot == std::string_view::npos) return std::nullopt;
  const ParsedName parsed{text.substr(unique_dot + 1, owner_dot - unique_dot - 1), text.substr(owner_dot + 1)};
  if (!IsToken(parsed.unique) || !IsToken(parsed.owner)) return std::nullopt;
  rest = text.substr(0, unique_dot);
  return parsed;
}

// The longest prefix of at most `bytes` that does not end inside a UTF-8 character.
std::string_view CutText(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xc0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

}  // namespace

std::string TemporaryPath(std::string_view final_path, std::string_view unique, std::string_view owner) {
  const std::string_view name = FileName(final_path);
  std::string tail(kTemporaryMark);
  tail.append(".").append(unique).append(".").append(owner).append(kTemporarySuffix);
  std::string temporary = ".";
  if (1 + name.size() + tail.size() <= kNameBytesMax) {
    temporary.append(name);
  } else {
    const std::string told_apart = "~" + ChecksumOfBytes(name).substr(0, 16);
    const std::size_t taken = 1 + told_apart.size() + tail.size();
    temporary.append(CutText(name, taken < kNameBytesMax ? kNameBytesMax - taken : 0)).append(told_apart);
  }
  return JoinPath(ParentPath(final_path), temporary + tail);
}

std::string JournalPath(std::string_view directory, std::string_view id, std::string_view owner) {
  std::string name(kJournalPrefix);
  name.append(".").append(id).append(".").append(owner).append(kJournalSuffix);
  return JoinPath(directory, name);
}

std::optional<ParsedName> ParseTemporaryName(std::string_view name) {
  if (!name.starts_with('.') || !name.ends_with(kTemporarySuffix)) return std::nullopt;
  name.remove_suffix(kTemporarySuffix.size());
  std::string_view rest;
  const std::optional<ParsedName> parsed = SplitTokens(name, rest);
  if (!parsed.has_value() || !rest.ends_with(kTemporaryMark) || rest.size() <= kTemporaryMark.size() + 1) {
    return std::nullopt;
  }
  return parsed;
}

std::optional<ParsedName> ParseJournalName(std::string_view name) {
  if (!name.ends_with(kJournalSuffix)) return std::nullopt;
  name.remove_suffix(kJournalSuffix.size());
  std::string_view rest;
  const std::optional<ParsedName> parsed = SplitTokens(name, rest);
  if (!parsed.has_value() || rest != kJournalPrefix) return std::nullopt;
  return parsed;
}

}  // namespace sluice::storage

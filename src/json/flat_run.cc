#include "json/flat_run.h"

#include <algorithm>
#include <cstring>

#include "json/number_text.h"

namespace sluice::json {

// The tokens of a record of n members: '{', then n times key, ':', value and ',' or (the last) '}'. Records of an array
// have one more between them, a ','.

bool FlatRun::Holds(const std::uint32_t* tokens, std::uint32_t end) const {
  const std::size_t last = 4 * members_;
  return text_[tokens[0]] == '{' && tokens[last] < end && text_[tokens[last]] == '}';
}

void FlatRun::Begin(const Cursor& cursor, std::uint32_t block_begin, std::span<const columns::RecordSpan> records) {
  text_ = cursor.text();
  tokens_ = cursor.tokens();
  count_ = 0;
  const std::uint32_t first_end = records.front().end - block_begin;
  const auto first_tokens =
      static_cast<std::size_t>(std::lower_bound(tokens_.begin(), tokens_.end(), first_end) - tokens_.begin());
  members_ = first_tokens / 4;
  if (first_tokens % 4 != 1 || members_ == 0) return;
  const bool has_next = records.size() > 1 && first_tokens < tokens_.size();
  stride_ = first_tokens + (has_next && tokens_[first_tokens] < records[1].begin - block_begin ? 1 : 0);
  while (count_ < records.size()) {
    const std::size_t next = count_ * stride_ + first_tokens;
    const std::uint32_t end = records[count_].end - block_begin;
    if (next > tokens_.size() || (next < tokens_.size() && tokens_[next] < end)) break;
    if (!Holds(&tokens_[count_ * stride_], end)) break;
    ++count_;
  }
  FindEscapes(block_begin, records.first(count_));
}

void FlatRun::FindEscapes(std::uint32_t block_begin, std::span<const columns::RecordSpan> records) {
  any_escape_ = false;
  if (records.empty()) return;
  const char* const end = text_ + (records.back().end - block_begin);
  const char* at = text_ + (records.front().begin - block_begin);
  for (std::size_t i = 0; at < end; at = text_ + (records[i].end - block_begin)) {
    const void* found = std::memchr(at, '\\', static_cast<std::size_t>(end - at));
    if (found == nullptr) return;
    const auto position = static_cast<std::uint32_t>(static_cast<const char*>(found) - text_);
    if (!any_escape_) escapes_.assign(records.size(), 0);
    any_escape_ = true;
    while (records[i].end - block_begin <= position) ++i;
    escapes_[i] = 1;
  }
}

inline bool FlatRun::ReadValue(std::uint32_t begin, std::uint32_t end, std::uint8_t kinds,
                               std::string_view& text) const {
  const char* const at = text_ + begin;
  const std::uint32_t size = end - begin;
  switch (*at) {
    case '"':
      // The index has no token between the opening quote and `end`: a quote right before `end` is the closing one.
      if ((kinds & kStrings) == 0 || size < 2 || at[size - 1] != '"') return false;
      text = {at + 1, size - 2};
      return true;
    case 't': text = {at, size}; return (kinds & kBools) != 0 && text == "true";
    case 'f': text = {at, size}; return (kinds & kBools) != 0 && text == "false";
    case 'n': text = {}; return size == 4 && std::memcmp(at, "null", 4) == 0;
    default: text = {at, size}; return (kinds & kNumbers) != 0 && NumberEnd(at) == at + size;
  }
}

std::size_t FlatRun::Read(std::size_t member, const KeyText& key, std::uint8_t kinds, TextArena& arena,
                          std::span<std::string_view> texts) const {
  const char separator = member + 1 == members_ ? '}' : ',';
  const std::uint32_t* tokens = &tokens_[4 * member + 1];
  for (std::size_t i = 0; i < texts.size(); ++i, tokens += stride_) {
    if (text_[tokens[0]] != '"' || tokens[2] - tokens[0] <= key.size() || !key.StandsAt(text_ + tokens[0] + 1))
      return i;
    if (text_[tokens[3]] != separator || !ReadValue(tokens[2], tokens[3], kinds, texts[i])) return i;
    if (!any_escape_ || escapes_[i] == 0 || text_[tokens[2]] != '"') continue;
    if (texts[i].find('\\') != std::string_view::npos && !arena.Unescape(texts[i], texts[i])) return i;
  }
  return texts.size();
}

}  // namespace sluice::json

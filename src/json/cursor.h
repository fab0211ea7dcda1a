#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "json/key_text.h"
#include "json/structural_index.h"

namespace sluice::json {

/// Arrays and objects inside one another; a deeper value rejects its record.
inline constexpr int kDepthMax = 64;

/// Reads the tokens of one record after the other, checking each against RFC 8259.
///
/// The text of a record must come from one indexed block; kTextPadding zero bytes follow the block. A method that
/// returns false has put the reason in flaw(). Views point into the block. Threads: one at a time; a copy reads again.
class Cursor {
 public:
  Cursor() = default;
  Cursor(std::string_view block, const StructuralIndex& index);

  /// Go to the record in [begin, end) of the block; records come in ascending order.
  void BeginRecord(std::uint32_t begin, std::uint32_t end);

  /// The first byte of the token here; '\0' after the last one.
  char Peek() const { return *at_ < end_ ? text_[*at_] : '\0'; }
  /// Where the token here begins in the block; the record's end after the last one.
  std::uint32_t position() const { return *at_ < end_ ? *at_ : end_; }
  bool Take(char c) {
    if (Peek() != c) return false;
    ++at_;
    return true;
  }
  /// When the token here is the key and a colon is right behind it, take both.
  bool TakeKey(const KeyText& key) {
    const std::uint32_t begin = *at_ + 1;  // the padding covers a key at the block's end
    if (begin + key.size() > end_ || text_[*at_] != '"' || !key.StandsAt(text_ + begin)) return false;
    at_ += 2;
    return true;
  }

  /// The string here, without quotes and as it stands; `escaped` when it holds a backslash.
  bool ReadString(std::string_view& raw, bool& escaped);
  bool ReadNumber(std::string_view& token);
  /// `word` is true, false or null.
  bool ReadLiteral(std::string_view word);
  /// Any value, checked but for its escapes; `raw` is its text.
  bool ReadRaw(std::string_view& raw, int depth);
  /// Nothing but white space is left of the record.
  bool AtEnd() const { return *at_ >= end_; }

  const char* text() const { return text_; }
  /// The positions of the tokens from here to the block's end.
  std::span<const std::uint32_t> tokens() const { return {at_, tokens_end_}; }
  void SkipTokens(std::size_t count) { at_ += count; }
  /// The text between two positions of this block.
  std::string_view Text(std::uint32_t begin, std::uint32_t end) const { return {text_ + begin, end - begin}; }

  bool Fail(const char* flaw) {
    flaw_ = flaw;
    return false;
  }
  const char* flaw() const { return flaw_; }

 private:
  bool EndsToken(std::uint32_t position) const;
  bool SkipValue(int depth, std::uint32_t& value_end);
  bool SkipObject(int depth);
  bool SkipArray(int depth);
  bool SkipString();

  const char* text_ = nullptr;
  const std::uint32_t* at_ = nullptr;
  const std::uint32_t* tokens_end_ = nullptr;
  std::uint32_t end_ = 0;
  std::uint32_t block_end_ = 0;
  std::uint32_t backslash_ = 0;  // no backslash between the last string asked about and here
  const char* flaw_ = "";
};

}  // namespace sluice::json

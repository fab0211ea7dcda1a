#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "columns/line_chunker.h"
#include "json/cursor.h"
#include "json/key_text.h"
#include "json/unescape.h"

namespace sluice::json {

/// Kinds of values, to be joined with |.
enum Kinds : std::uint8_t { kStrings = 1, kNumbers = 2, kBools = 4 };

/// Records one after the other that are objects of equally many scalars: their tokens lie in the structural index like
/// the cells of a table, so that one member after the other can be read from all of them. That spares the processor the
/// guesses that a walk from member to member costs it.
///
/// Whatever is unusual ends the run; the records behind it are for the one that reads record by record. Nothing is
/// taken for granted but what the index says: what is read was checked as Cursor does. Order: (Begin Read*)*. Threads:
/// one at a time.
class FlatRun {
 public:
  /// Find how many of `records`, from the first on, can be of the run; the cursor is at the first one. The offsets of
  /// `records` are those of the chunk, in which the cursor's block begins at `block_begin`.
  void Begin(const Cursor& cursor, std::uint32_t block_begin, std::span<const columns::RecordSpan> records);
  /// Members of each record.
  std::size_t members() const { return members_; }
  std::size_t count() const { return count_; }

  /// Read the value of the `member`th key from each of the first `texts.size()` records: the contents of strings, the
  /// tokens of numbers, true and false, and {} for null. Returns how many records have `key` there and a value of
  /// `kinds` or null, counted up to the first one that has not. Unescaped strings live in `arena`.
  std::size_t Read(std::size_t member, const KeyText& key, std::uint8_t kinds, TextArena& arena,
                   std::span<std::string_view> texts) const;
  /// Move the cursor behind the first `count` records.
  void Leave(Cursor& cursor, std::size_t count) const { cursor.SkipTokens(count * stride_); }

 private:
  bool Holds(const std::uint32_t* tokens, std::uint32_t end) const;
  void FindEscapes(std::uint32_t block_begin, std::span<const columns::RecordSpan> records);
  bool ReadValue(std::uint32_t begin, std::uint32_t end, std::uint8_t kinds, std::string_view& text) const;

  const char* text_ = nullptr;
  std::span<const std::uint32_t> tokens_;  // from the first record on, to the block's end
  std::size_t members_ = 0;
  std::size_t stride_ = 0;  // from the begin of a record's tokens to that of the next one's
  std::size_t count_ = 0;
  bool any_escape_ = false;
  std::vector<std::uint8_t> escapes_;  // per record: it holds a backslash
};

}  // namespace sluice::json

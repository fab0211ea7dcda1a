#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "delta/action.h"
#include "json/cursor.h"
#include "json/structural_index.h"

namespace sluice::delta {

/// Reads typed values from JSON text, checking all of it against RFC 8259.
///
/// Order: Load (BeginRecord Read*)*. A method that returns false has put the reason in flaw() and position() is where
/// it stands. Threads: one at a time. Limits: 4 GiB of text, values 64 deep.
class JsonReader {
 public:
  /// Copy and index `text`; false when it is no JSON: not UTF-8, a string that is not closed, nothing but white space.
  bool Load(std::string_view text);
  /// Read what is in [begin, end) next; without a call, the whole text. Records come in ascending order.
  void BeginRecord(std::uint32_t begin, std::uint32_t end) { cursor_.BeginRecord(begin, end); }
  bool AtEnd() const { return cursor_.AtEnd(); }
  /// Of the value that is read next, in the text.
  std::uint32_t position() const { return loaded_ ? cursor_.position() : 0; }

  /// Take a null; false, and nothing taken, when something else is here.
  bool TakeNull();
  bool Read(std::string& value);
  bool Read(std::int64_t& value);
  bool Read(std::int32_t& value);
  bool Read(bool& value);
  bool Read(std::vector<std::string>& value);
  /// A key with null as its value is left out.
  bool Read(StringMap& value);
  bool Read(PartitionValues& value);
  /// As Read(StringMap), but values that are no strings keep their JSON text and of equal keys the last counts.
  bool ReadAnyValues(StringMap& value);
  /// Any value as it stands in the text; the view lives until the next Load.
  bool ReadRaw(std::string_view& raw);
  bool Skip();
  /// The first byte of the next value; '\0' at the end.
  char Peek() const { return cursor_.Peek(); }

  /// Call `visit(key)` for each key of the object here; it reads the value and returns whether it could. `key` lives
  /// until the value is read.
  template <typename Visit>
  bool ReadObject(Visit&& visit) {
    if (!cursor_.Take('{')) return Fail("an object is expected");
    if (cursor_.Take('}')) return true;
    do {
      std::string_view key;
      if (!ReadKey(key) || !visit(key)) return false;
    } while (cursor_.Take(','));
    return cursor_.Take('}') || Fail("',' or '}' is expected");
  }
  /// Call `visit()` for each element of the array here; it reads the element and returns whether it could.
  template <typename Visit>
  bool ReadArray(Visit&& visit) {
    if (!cursor_.Take('[')) return Fail("an array is expected");
    if (cursor_.Take(']')) return true;
    do {
      if (!visit()) return false;
    } while (cursor_.Take(','));
    return cursor_.Take(']') || Fail("',' or ']' is expected");
  }

  bool Fail(std::string flaw);
  /// Say which field the reason is about; the innermost one first.
  bool FailIn(std::string_view place);
  /// The last reason: "add.size: an integer is expected".
  std::string flaw() const { return place_.empty() ? flaw_ : place_ + ": " + flaw_; }

 private:
  bool ReadKey(std::string_view& key);
  bool FailAsCursor() { return Fail(cursor_.flaw()); }

  bool loaded_ = false;
  json::StructuralIndex index_;
  json::Cursor cursor_;
  std::string text_;  // with the padding that the cursor asks for
  std::string key_;   // unescaped
  std::string place_;
  std::string flaw_;
};

}  // namespace sluice::delta

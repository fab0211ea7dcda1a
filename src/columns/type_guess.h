#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "columns/time_parser.h"
#include "schema/type.h"

namespace sluice::columns {

/// What the texts of one column have in common: the narrowest type that holds every one without loss.
///
/// A number is what JSON calls one (so no "5.", ".5", "+5", "05"); true and false are bool in lower case, upper case
/// and capitalized; a moment is YYYY-MM-DD, then 'T' or one space, HH:MM or HH:MM:SS and up to 9 digits of a second,
/// then nothing, Z, +00, +0000 or +00:00 (another offset would be lost: text); a time of day has its seconds. Steps:
/// bool → text; int64 → decimal(38,0) → text; int64 → float64 when every text survives the round trip, else
/// decimal(p,s) → text; date → timestamp without zone; timestamps with and without a zone never mix: text. Leading
/// zeros, plus signs, separators, hexadecimal, spaces are text. The result does not depend on the order of the texts,
/// so guesses of chunks can be merged. Threads: one at a time.
class TypeGuess {
 public:
  /// Look at one more text. data() == nullptr is NULL and says nothing about the type. Same padding as ScalarBuilder.
  void Observe(std::string_view text);
  void Observe(std::span<const std::string_view> texts);
  /// JSON tells text and literals apart: a string that looks like a number is still text. Dates and times are looked
  /// for.
  void ObserveJsonString(std::string_view text);
  void ObserveJsonNumber(std::string_view token);
  void ObserveJsonBool();
  /// Several at once; data() == nullptr is left out.
  void ObserveJsonStrings(std::span<const std::string_view> texts);
  void ObserveJsonNumbers(std::span<const std::string_view> tokens);
  void ObserveNull();

  void Merge(const TypeGuess& other);

  /// The type of what was seen; nullopt when only NULLs were.
  std::optional<schema::Type> Resolve() const;
  bool saw_null() const { return nulls_ > 0; }
  /// True when nothing but text can come out any more: further texts need not be observed.
  bool settled() const;

 private:
  void ObserveText(std::string_view text);
  void ObserveNumber(std::string_view text);
  bool ObserveShortNumber(std::string_view token);
  void ObserveInteger(std::string_view text, std::string_view digits, std::uint64_t value);
  void ObserveFraction(std::string_view text, std::string_view integer, std::string_view fraction,
                       std::uint64_t digits);
  void ObserveMoment(std::string_view text);
  void ObserveTimeOfDay(std::string_view text);
  std::optional<schema::Type> ResolveNumber() const;
  std::optional<schema::Type> ResolveMoment() const;

  std::uint32_t kinds_ = 0;  ///< a bit per kind of value seen
  std::uint64_t nulls_ = 0;
  std::int32_t integer_digits_max_ = 0;
  std::int32_t scale_max_ = 0;
  bool survives_double_ = true;
  MomentParser moment_parser_;
};

/// The type both can be widened to without loss; text when there is no narrower one. Commutative and associative.
schema::Type Widen(const schema::Type& a, const schema::Type& b);

}  // namespace sluice::columns

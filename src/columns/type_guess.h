#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "schema/type.h"

namespace sluice::columns {

/// What the texts of one column have in common: the narrowest type that holds every one without loss.
///
/// Steps: bool → text; int64 → decimal(38,0) → text; int64 → float64 when every text survives the round trip, else
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
  void ObserveNull();

  void Merge(const TypeGuess& other);

  /// The type of what was seen; nullopt when only NULLs were.
  std::optional<schema::Type> Resolve() const;
  bool saw_null() const { return nulls_ > 0; }

 private:
  void ObserveText(std::string_view text);

  std::uint32_t kinds_ = 0;  ///< a bit per kind of value seen
  std::uint64_t nulls_ = 0;
  std::int32_t integer_digits_max_ = 0;
  std::int32_t scale_max_ = 0;
  bool survives_double_ = true;
};

/// The type both can be widened to without loss; text when there is no narrower one. Commutative and associative.
schema::Type Widen(const schema::Type& a, const schema::Type& b);

}  // namespace sluice::columns

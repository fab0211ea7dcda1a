#pragma once

#include "columns/swar.h"

namespace sluice::json {

/// One past the run of digits at `at`. 8 bytes behind the run are readable.
inline const char* SkipDigits(const char* at) {
  while (true) {
    const std::size_t count = columns::swar::LeadingDigits(columns::swar::Load(at));
    at += count;
    if (count < 8) return at;
  }
}

/// One past the JSON number at `at`, or nullptr when there is none. 8 bytes behind the number are readable, and what is
/// behind it ends every run of digits.
inline const char* NumberEnd(const char* at) {
  if (*at == '-') ++at;
  const char* const integer = at;
  at = SkipDigits(at);
  if (at == integer || (*integer == '0' && at - integer > 1)) return nullptr;
  if (*at == '.') {
    const char* const fraction = ++at;
    at = SkipDigits(at);
    if (at == fraction) return nullptr;
  }
  if ((*at | 0x20) == 'e') {
    ++at;
    if (*at == '+' || *at == '-') ++at;
    const char* const exponent = at;
    at = SkipDigits(at);
    if (at == exponent) return nullptr;
  }
  return at;
}

}  // namespace sluice::json

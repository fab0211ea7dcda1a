#include "columns/double_survival.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "columns/number_parser.h"

namespace sluice::columns {
namespace {

constexpr std::size_t kDigitsMax = 17;  // no shortest form has more

/// A number as 0.DIGITS · 10^exponent without zeros at either end.
struct Normal {
  std::array<char, kDigitsMax> digits{};
  std::size_t count = 0;
  std::int64_t exponent = 0;
};

/// False when there are more significant digits than a double's shortest form has.
bool Normalize(std::string_view text, Normal* normal) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const std::size_t mark = text.find_first_of("eE");
  if (mark != std::string_view::npos) {
    std::string_view power = text.substr(mark + 1);
    if (power.starts_with('+')) power.remove_prefix(1);
    const auto [at, error] = std::from_chars(power.data(), power.data() + power.size(), normal->exponent);
    if (error != std::errc()) return false;
    text = text.substr(0, mark);
  }
  bool in_fraction = false;
  std::size_t zeros = 0;  // seen since the last other digit
  for (const char c : text) {
    if (c == '.') {
      in_fraction = true;
      continue;
    }
    if (normal->count == 0 && c == '0') {
      normal->exponent -= in_fraction ? 1 : 0;
      continue;
    }
    normal->exponent += in_fraction ? 0 : 1;
    if (c == '0') {
      ++zeros;
      continue;
    }
    if (normal->count + zeros >= kDigitsMax) return false;
    for (; zeros > 0; --zeros) normal->digits[normal->count++] = '0';
    normal->digits[normal->count++] = c;
  }
  return true;
}

}  // namespace

bool SurvivesDouble(std::string_view text) {
  double value = 0;
  if (ParseFloat64(text, &value) != Fault::kNone || !std::isfinite(value)) return false;
  Normal written;
  if (!Normalize(text, &written)) return false;
  if (written.count == 0) return true;  // some zero; the double keeps its sign
  std::array<char, 32> shortest;
  const auto printed =
      std::to_chars(shortest.data(), shortest.data() + shortest.size(), value, std::chars_format::scientific);
  Normal kept;
  if (!Normalize({shortest.data(), static_cast<std::size_t>(printed.ptr - shortest.data())}, &kept)) return false;
  return written.exponent == kept.exponent && written.count == kept.count && written.digits == kept.digits;
}

}  // namespace sluice::columns

#include "core/run_id.h"

#include <string_view>

namespace sluice::core {

std::string NewRunId(const Clock& clock, Random& random) {
  constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  const auto millis =
      static_cast<std::uint64_t>(std::chrono::floor<std::chrono::milliseconds>(clock.Now()).time_since_epoch().count());
  std::string id(26, '0');
  for (std::size_t i = 0; i < 10; ++i) id[i] = kAlphabet[(millis >> (45 - 5 * i)) & 31];
  const std::uint64_t high = random.Next();
  const std::uint64_t low = random.Next();
  for (std::size_t i = 0; i < 8; ++i) {
    id[10 + i] = kAlphabet[(high >> (5 * i)) & 31];
    id[18 + i] = kAlphabet[(low >> (5 * i)) & 31];
  }
  return id;
}

}  // namespace sluice::core

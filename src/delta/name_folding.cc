#include "delta/name_folding.h"

#include <algorithm>

#include "core/ascii.h"

namespace sluice::delta {

std::string FoldName(std::string_view name) { return core::LowerAscii(name); }

bool SameName(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return core::LowerAscii(x) == core::LowerAscii(y); });
}

}  // namespace sluice::delta

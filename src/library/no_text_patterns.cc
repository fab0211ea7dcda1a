#include "columns/text_pattern.h"

// In libsluice.so this stands for the room's own: RE2 is a static archive that no shared library can take
// (cmake/Re2.cmake), and nothing in the public headers names a pattern.
namespace sluice::columns {

core::Result<std::unique_ptr<const TextPattern>> TextPattern::Compile(const std::string&, const std::string& column) {
  return core::Unsupported("column '" + column + "': the library matches no patterns")
      .WithHint("the command sluice does");
}

}  // namespace sluice::columns

#include "query/identifier.h"

#include <algorithm>
#include <cstddef>

#include "storage/path.h"

namespace sluice::query {
namespace {

constexpr std::size_t kNameBytesMax = 255;

std::string Quote(std::string_view text, char quote) {
  std::string quoted(1, quote);
  for (const char c : text) {
    if (c == quote) quoted += quote;
    quoted += c;
  }
  return quoted + quote;
}

}  // namespace

std::string QuoteIdentifier(std::string_view name) { return Quote(name, '"'); }

std::string QuoteText(std::string_view text) { return Quote(text, '\''); }

core::Status CheckName(std::string_view name, std::string_view what) {
  const bool printable = std::ranges::none_of(
      name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7f; });
  if (!name.empty() && name.size() <= kNameBytesMax && printable) return core::Ok();
  return core::InvalidInput(storage::QuotedPath(name) + " cannot name a " + std::string(what))
      .WithHint("a name has 1 to 255 bytes and no control characters");
}

}  // namespace sluice::query

#include "warehouse/qualified_name.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

namespace sluice::warehouse {
namespace {

/// Take one part off the front; false when it is not well formed.
bool TakePart(std::string_view& text, std::string& part) {
  if (!text.starts_with('"')) {
    const std::size_t end = std::min(text.find('.'), text.size());
    part = text.substr(0, end);
    text.remove_prefix(end);
    return !part.empty() && part.find('"') == std::string::npos;
  }
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '"' && (at + 1 == text.size() || text[at + 1] != '"')) {
      text.remove_prefix(at + 1);
      return !part.empty();
    }
    if (text[at] == '"') ++at;
    part += text[at];
  }
  return false;
}

}  // namespace

core::Result<QualifiedName> ParseQualifiedName(std::string_view text, std::string_view default_schema) {
  std::vector<std::string> parts;
  std::string_view rest = text;
  bool whole = true;
  do {
    if (!parts.empty()) rest.remove_prefix(1);
    whole = TakePart(rest, parts.emplace_back());
  } while (whole && rest.starts_with('.'));
  if (!whole || !rest.empty() || parts.size() > 2) {
    return core::InvalidInput(fmt::format("'{}' is not the name of a table", text))
        .WithHint("say t or schema.t; parts with dots in double quotes");
  }
  if (parts.size() == 1) return QualifiedName{.schema = std::string(default_schema), .table = std::move(parts[0])};
  return QualifiedName{.schema = std::move(parts[0]), .table = std::move(parts[1])};
}

}  // namespace sluice::warehouse

#include "postgres/sql_text.h"

namespace sluice::postgres {
namespace {

std::string Doubled(std::string_view text, std::string_view doubled) {
  std::string out;
  for (const char byte : text) {
    out += byte;
    if (doubled.find(byte) != std::string_view::npos) out += byte;
  }
  return out;
}

}  // namespace

std::string QuoteIdentifier(std::string_view name) { return "\"" + Doubled(name, "\"") + "\""; }

std::string QuoteText(std::string_view text) {
  const bool escaped = text.find('\\') != std::string_view::npos;
  return (escaped ? " E'" : "'") + Doubled(text, "'\\") + "'";
}

}  // namespace sluice::postgres

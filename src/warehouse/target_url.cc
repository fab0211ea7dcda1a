#include "warehouse/target_url.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <system_error>
#include <utility>

#include "core/ascii.h"

namespace sluice::warehouse {
namespace {

core::Result<std::string> Decode(std::string_view text) {
  std::string decoded;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      decoded += text[at];
      continue;
    }
    unsigned char byte = 0;
    const char* const begin = text.data() + at + 1;
    const char* const end = begin + std::min<std::size_t>(2, text.size() - at - 1);
    const auto [stop, failure] = std::from_chars(begin, end, byte, 16);
    if (failure != std::errc() || stop != begin + 2) return core::UsageError("the target holds a '%' that is no %XX");
    decoded += static_cast<char>(byte);
    at += 2;
  }
  return decoded;
}

}  // namespace

core::Result<std::string> TargetUrl::Take(const std::string& key) {
  const auto found = parameters.find(key);
  if (found == parameters.end() || found->second.empty()) {
    return core::UsageError(fmt::format("the target names no {}", key)).WithHint(fmt::format("add ?{}=…", key));
  }
  std::string value = std::move(found->second);
  parameters.erase(found);
  return value;
}

core::Status TargetUrl::CheckAllTaken() const {
  if (parameters.empty()) return core::Ok();
  return core::UsageError(fmt::format("{}: knows no '{}'", scheme, parameters.begin()->first))
      .WithHint("docs/guide/load.md lists what each target takes");
}

core::Result<TargetUrl> ParseTargetUrl(std::string_view text) {
  const std::size_t colon = text.find(':');
  const auto is_letter = [](char byte) {
    return (core::LowerAscii(byte) >= 'a' && core::LowerAscii(byte) <= 'z') || byte == '+';
  };
  if (colon == std::string_view::npos || colon == 0 || !std::ranges::all_of(text.substr(0, colon), is_letter)) {
    return core::UsageError("the target is no URL")
        .WithHint("postgresql://…/db?table=s.t, duckdb:FILE?table=t, delta:DIR, snowflake://…");
  }
  TargetUrl url{.scheme = core::LowerAscii(text.substr(0, colon))};
  text.remove_prefix(colon + 1);
  const std::size_t question = std::min(text.find('?'), text.size());
  url.rest = text.substr(0, question);
  text.remove_prefix(std::min(question + 1, text.size()));
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    SLUICE_ASSIGN_OR_RETURN(std::string key, Decode(pair.substr(0, equals)));
    SLUICE_ASSIGN_OR_RETURN(url.parameters[key], Decode(pair.substr(std::min(equals + 1, pair.size()))));
  }
  return url;
}

std::string CanonicalPath(const std::string& path) {
  // Absolute first: of what is not there yet the standard library would keep a relative name.
  std::error_code failure;
  std::filesystem::path canonical = std::filesystem::absolute(path, failure);
  if (!failure) canonical = std::filesystem::weakly_canonical(canonical, failure);
  return failure ? path : canonical.string();
}

}  // namespace sluice::warehouse

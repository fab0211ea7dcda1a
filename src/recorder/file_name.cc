#include "recorder/file_name.h"

#include <fmt/format.h>

#include <charconv>

namespace sluice::recorder {
namespace {

constexpr int kDigitsMax = 18;

std::string Encode(std::string_view id) {
  std::string text;
  for (const char c : id) {
    const bool plain =
        (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    text += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return text;
}

void Replace(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

}  // namespace

core::Result<FileName> FileName::Parse(std::string_view pattern, std::string_view test_id, std::string_view worker_id) {
  std::string text(pattern);
  Replace(text, "{test_id}", Encode(test_id));
  Replace(text, "{worker_id}", Encode(worker_id));
  const auto wrong = [&](std::string_view what) {
    return core::InvalidInput(fmt::format("file pattern '{}': {}", pattern, what))
        .WithHint("as qe_{test_id}_{worker_id}_{sequence:04}.parquet");
  };
  const std::size_t begin = text.find("{sequence");
  const std::size_t end = begin == std::string::npos ? begin : text.find('}', begin);
  if (end == std::string::npos) return wrong("{sequence} is missing");
  FileName name;
  const std::string_view format = std::string_view(text).substr(begin + 9, end - begin - 9);
  if (!format.empty()) {
    const auto parsed = std::from_chars(format.data() + 1, format.data() + format.size(), name.digits_);
    const bool whole = parsed.ec == std::errc() && parsed.ptr == format.data() + format.size();
    if (format.front() != ':' || !whole || name.digits_ > kDigitsMax) return wrong("{sequence:04} gives 4 digits");
  }
  name.before_ = text.substr(0, begin);
  name.after_ = text.substr(end + 1);
  const std::string rest = name.before_ + name.after_;
  if (rest.find('{') != std::string::npos || rest.find('}') != std::string::npos)
    return wrong("an unknown name in braces");
  if (rest.find('/') != std::string::npos) return wrong("a name of a file, without folders");
  if (name.before_.starts_with('.')) return wrong("hidden files are not seen by readers");
  if (!name.after_.ends_with(".parquet")) return wrong("it ends in .parquet");
  return name;
}

std::string FileName::Of(std::uint64_t sequence) const {
  return fmt::format("{}{:0{}}{}", before_, sequence, digits_, after_);
}

std::string FileName::OfRecovered(std::string_view recorder) const {
  return fmt::format("{}{}_recovered{}", before_, recorder, after_);
}

std::string FolderName(std::string_view test_id, std::string_view worker_id) {
  return fmt::format("qe_{}_{}", Encode(test_id), Encode(worker_id));
}

}  // namespace sluice::recorder

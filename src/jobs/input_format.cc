#include "jobs/input_format.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "core/ascii.h"

namespace sluice::jobs {
namespace {

// The first name of a format is its canonical one.
constexpr std::array<std::pair<std::string_view, InputFormat>, 9> kNames{{{"csv", InputFormat::kCsv},
                                                                          {"tsv", InputFormat::kTsv},
                                                                          {"json", InputFormat::kJson},
                                                                          {"ndjson", InputFormat::kNdjson},
                                                                          {"jsonl", InputFormat::kNdjson},
                                                                          {"txt", InputFormat::kText},
                                                                          {"text", InputFormat::kText},
                                                                          {"log", InputFormat::kText},
                                                                          {"parquet", InputFormat::kParquet}}};

std::string_view FileName(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string_view WithoutCompression(std::string_view name) {
  for (const std::string_view suffix : {".gz", ".zst"}) {
    if (core::LowerAscii(name).ends_with(suffix)) return name.substr(0, name.size() - suffix.size());
  }
  return name;
}

}  // namespace

core::Result<InputFormat> ParseInputFormat(std::string_view name) {
  for (const auto& [known, format] : kNames) {
    if (known == core::LowerAscii(name)) return format;
  }
  return core::UsageError(fmt::format("'{}' is not a format", name))
      .WithHint("formats are csv, tsv, json, ndjson, txt, parquet");
}

std::string_view InputFormatName(InputFormat format) {
  for (const auto& [name, known] : kNames) {
    if (known == format) return name;
  }
  return "csv";
}

core::Result<InputFormat> InputFormatOf(std::string_view path) {
  if (path.starts_with("delta:")) return InputFormat::kDelta;
  const std::string name = core::LowerAscii(WithoutCompression(FileName(path)));
  const std::size_t dot = name.rfind('.');
  if (dot != std::string::npos) {
    for (const auto& [known, format] : kNames) {
      if (name.substr(dot + 1) == known) return format;
    }
  }
  const std::string_view shown = path == "-" ? "standard input" : path;
  return core::UsageError(fmt::format("{}: its name does not tell the format", shown))
      .WithHint("say --format csv, tsv, json, ndjson, txt or parquet");
}

std::string StemOf(std::string_view path) {
  std::string_view name = WithoutCompression(FileName(path));
  const std::size_t dot = name.rfind('.');
  if (dot != std::string_view::npos && dot > 0 && InputFormatOf(name)) name = name.substr(0, dot);
  return std::string(name.empty() ? "part" : name);
}

}  // namespace sluice::jobs

#include "parquet/write_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "core/suggestion.h"

namespace sluice::parquet {
namespace {

struct CodecEntry {
  Codec codec;
  std::string_view name;
  int level_min;  // 0 with level_max 0: the codec has no levels
  int level_max;
  int level_default;
};

constexpr std::array<CodecEntry, 5> kCodecs = {{{Codec::kNone, "none", 0, 0, 0},
                                                {Codec::kSnappy, "snappy", 0, 0, 0},
                                                {Codec::kLz4, "lz4", 0, 0, 0},
                                                {Codec::kGzip, "gzip", 1, 9, 6},
                                                {Codec::kZstd, "zstd", 1, 22, 3}}};

struct EncodingEntry {
  Encoding encoding;
  std::string_view name;
};

constexpr std::array<EncodingEntry, 4> kEncodings = {{{Encoding::kPlain, "plain"},
                                                      {Encoding::kDictionary, "dict"},
                                                      {Encoding::kDelta, "delta"},
                                                      {Encoding::kByteStreamSplit, "bss"}}};

const CodecEntry& EntryOf(Codec codec) {
  return *std::find_if(kCodecs.begin(), kCodecs.end(), [&](const CodecEntry& entry) { return entry.codec == codec; });
}

template <typename Entries>
std::string HintFor(std::string_view word, const Entries& entries) {
  std::vector<std::string> names;
  std::string list;
  for (const auto& entry : entries) {
    names.emplace_back(entry.name);
    list += fmt::format("{}{}", list.empty() ? "" : ", ", entry.name);
  }
  const std::string nearest = core::NearestName(word, names);
  return nearest.empty() ? "one of " + list : fmt::format("did you mean {}? One of {}", nearest, list);
}

core::Status CheckLevel(const CodecEntry& entry, int level) {
  if (entry.level_max == 0) {
    return core::InvalidInput(fmt::format("codec {} has no levels", entry.name))
        .WithHint(fmt::format("write --codec {}", entry.name));
  }
  if (level < entry.level_min || level > entry.level_max) {
    return core::InvalidInput(fmt::format("codec level {}:{} is out of range", entry.name, level))
        .WithHint(fmt::format("levels of {} are {} to {}", entry.name, entry.level_min, entry.level_max));
  }
  return core::Ok();
}

core::Status CheckAtLeastOne(std::uint64_t value, std::string_view name, std::string_view flag) {
  if (value > 0) return core::Ok();
  return core::InvalidInput(fmt::format("{} is 0", name)).WithHint(fmt::format("give {} a value above 0", flag));
}

}  // namespace

core::Result<CodecSpec> ParseCodec(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  const auto* entry = std::find_if(kCodecs.begin(), kCodecs.end(), [&](const CodecEntry& e) { return e.name == name; });
  if (entry == kCodecs.end()) {
    return core::InvalidInput(fmt::format("unknown codec '{}'", text)).WithHint(HintFor(name, kCodecs));
  }
  CodecSpec spec{entry->codec, {}};
  if (entry->level_max > 0) spec.level = entry->level_default;
  if (colon == std::string_view::npos) return spec;
  const std::string_view digits = text.substr(colon + 1);
  int level = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), level);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    return core::InvalidInput(fmt::format("codec '{}' has no number after the colon", text))
        .WithHint("write it like zstd:3");
  }
  SLUICE_TRY(CheckLevel(*entry, level));
  spec.level = level;
  return spec;
}

std::string FormatCodec(const CodecSpec& codec) {
  const CodecEntry& entry = EntryOf(codec.codec);
  if (entry.level_max == 0) return std::string(entry.name);
  return fmt::format("{}:{}", entry.name, codec.level.value_or(entry.level_default));
}

core::Result<Encoding> ParseEncoding(std::string_view text) {
  for (const EncodingEntry& entry : kEncodings) {
    if (entry.name == text) return entry.encoding;
  }
  return core::InvalidInput(fmt::format("unknown encoding '{}'", text)).WithHint(HintFor(text, kEncodings));
}

std::string_view FormatEncoding(Encoding encoding) {
  for (const EncodingEntry& entry : kEncodings) {
    if (entry.encoding == encoding) return entry.name;
  }
  return "plain";
}

core::Status WriteOptions::Validate() const {
  if (codec.level) SLUICE_TRY(CheckLevel(EntryOf(codec.codec), *codec.level));
  SLUICE_TRY(CheckAtLeastOne(row_group_bytes_max, "the row group size", "--row-group-size"));
  SLUICE_TRY(CheckAtLeastOne(row_group_rows_max, "the number of rows in a row group", "--row-group-rows"));
  SLUICE_TRY(CheckAtLeastOne(page_bytes_max, "the page size", "page_bytes_max"));
  SLUICE_TRY(CheckAtLeastOne(page_rows_max, "the number of rows in a page", "page_rows_max"));
  if (page_bytes_max > core::kGiB) {
    return core::InvalidInput("the page size is above 1 GiB").WithHint("about 1MiB serves readers best");
  }
  return core::Ok();
}

}  // namespace sluice::parquet

#include "jobs/write_settings.h"

#include <fmt/format.h>

#include <charconv>
#include <string_view>
#include <vector>

#include "core/byte_size.h"

namespace sluice::jobs {
namespace {

std::vector<std::string> SplitAtCommas(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    if (comma > 0) parts.emplace_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return parts;
}

core::Status AddEncoding(parquet::WriteOptions& options, const std::string& text) {
  const std::size_t equals = text.rfind('=');
  if (equals == std::string::npos || equals == 0) {
    return core::InvalidInput(fmt::format("encoding '{}' has no COLUMN=ENCODING", text))
        .WithHint("write --encoding id=delta; encodings are plain, dict, delta, bss");
  }
  SLUICE_ASSIGN_OR_RETURN(const parquet::Encoding encoding, parquet::ParseEncoding(text.substr(equals + 1)));
  options.encodings.emplace_back(text.substr(0, equals), encoding);
  return core::Ok();
}

}  // namespace

core::Status SetWriteSetting(parquet::WriteOptions& options, const std::string& name, const std::string& text) {
  if (name == "codec") {
    SLUICE_ASSIGN_OR_RETURN(options.codec, parquet::ParseCodec(text));
  } else if (name == "row_group_bytes") {
    SLUICE_ASSIGN_OR_RETURN(options.row_group_bytes_max, core::ParseByteSize(text));
  } else if (name == "row_group_rows") {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), options.row_group_rows_max);
    if (error != std::errc() || end != text.data() + text.size() || options.row_group_rows_max == 0) {
      return core::InvalidInput(fmt::format("'{}' is not a number of rows", text));
    }
  } else if (name == "bloom") {
    options.bloom_columns = SplitAtCommas(text);
  } else if (name == "encoding") {
    for (const std::string& part : SplitAtCommas(text)) SLUICE_TRY(AddEncoding(options, part));
  } else {
    return core::NotFound(fmt::format("there is no write setting '{}'", name));
  }
  return core::Ok();
}

std::map<std::string, std::string> ToMap(const parquet::WriteOptions& options) {
  std::map<std::string, std::string> texts;
  texts["codec"] = parquet::FormatCodec(options.codec);
  texts["row_group_bytes"] = fmt::format("{}", options.row_group_bytes_max);
  texts["row_group_rows"] = fmt::format("{}", options.row_group_rows_max);
  std::string bloom;
  for (const std::string& column : options.bloom_columns) bloom += (bloom.empty() ? "" : ",") + column;
  if (!bloom.empty()) texts["bloom"] = bloom;
  std::string encodings;
  for (const auto& [column, encoding] : options.encodings) {
    encodings += fmt::format("{}{}={}", encodings.empty() ? "" : ",", column, parquet::FormatEncoding(encoding));
  }
  if (!encodings.empty()) texts["encoding"] = encodings;
  return texts;
}

core::Result<parquet::WriteOptions> WriteOptionsFromMap(const std::map<std::string, std::string>& texts) {
  parquet::WriteOptions options;
  for (const auto& [name, text] : texts) SLUICE_TRY(SetWriteSetting(options, name, text));
  return options;
}

}  // namespace sluice::jobs

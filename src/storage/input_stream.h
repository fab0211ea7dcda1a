#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/result.h"
#include "storage/compression.h"
#include "storage/file_system.h"
#include "storage/transcode.h"

namespace sluice::storage {

/// How a text input is to be opened.
struct InputStreamOptions {
  /// nullopt: by the name's suffix, and for standard input by its first bytes.
  std::optional<Compression> compression = std::nullopt;
  TextEncoding encoding = TextEncoding::kUtf8;
  /// Limits of inflating; `name` is filled in from the path.
  InflateOptions inflate = {};
  /// Inflate and transcode in a thread of their own, ahead of the reader.
  bool read_ahead = false;
};

/// A path ("-" is standard input) as a stream of UTF-8 text: inflated, transcoded, with UTF-16 that was not declared
/// refused. Errors name the path.
core::Result<std::unique_ptr<ByteStream>> OpenInputStream(FileSystem& files, const std::string& path,
                                                          InputStreamOptions options = {});

/// `source` with its next bytes looked at: `head` holds up to `bytes` of them, and `stream` still delivers all.
struct PeekedStream {
  std::string head;
  std::unique_ptr<ByteStream> stream;
};
core::Result<PeekedStream> Peek(std::unique_ptr<ByteStream> source, std::size_t bytes);

}  // namespace sluice::storage

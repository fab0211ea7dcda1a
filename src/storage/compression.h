#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/byte_size.h"
#include "core/result.h"
#include "storage/byte_stream.h"

namespace sluice::storage {

/// How the bytes of an input file are packed.
enum class Compression : std::uint8_t { kNone, kGzip, kZstd };

/// By the name's suffix, in any case: .gz, .zst; else kNone.
Compression CompressionOfName(std::string_view path);

/// By the first bytes of the file; four are enough.
Compression CompressionOfBytes(std::string_view head);

/// "a.csv.gz" → "a.csv"; other names stay as they are.
std::string_view WithoutCompressionSuffix(std::string_view path);

/// Limits of inflating. A small file may not become an endless one.
struct InflateOptions {
  /// What errors call the input: a quoted path.
  std::string name = "the input";
  /// Bytes out per byte in at most, once more than `ratio_free_bytes` came out. Flag --limit-ratio.
  std::uint64_t ratio_max = 200;
  std::uint64_t ratio_free_bytes = 16 * core::kMiB;
  /// The largest zstd window accepted, which is the memory that inflating takes.
  std::uint64_t window_bytes_max = 128 * core::kMiB;
};

/// The inflated bytes of `source`: gzip (RFC 1952, by ISA-L) or zstd (RFC 8878), one or more members or frames in a
/// row, checksums and lengths verified. kNone gives `source` back.
///
/// Errors: Corruption with the offset in the packed input for a truncated or damaged input or bytes after its end (what
/// was read before stays good up to that place); LimitExceeded above a limit.
std::unique_ptr<ByteStream> Inflate(Compression compression, std::unique_ptr<ByteStream> source,
                                    InflateOptions options = {});

/// One packing format, as Inflate drives it. Threads: one at a time.
class Inflator {
 public:
  struct Step {
    std::size_t consumed = 0;
    std::size_t produced = 0;
    bool member_ended = false;
  };
  virtual ~Inflator() = default;
  /// What errors call the format: "gzip".
  virtual std::string_view format() const = 0;
  /// Inflate some of `in` into `out`; no progress means that more input is needed. The error's message is completed by
  /// the caller with name and offset.
  virtual core::Result<Step> Inflate(std::span<const char> in, std::span<char> out) = 0;
  /// Begin the next member.
  virtual void Restart() = 0;
};

}  // namespace sluice::storage

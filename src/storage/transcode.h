#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"
#include "storage/byte_stream.h"

namespace sluice::storage {

/// How text is coded in an input file; everything behind the storage room sees UTF-8.
enum class TextEncoding : std::uint8_t {
  kUtf8,
  kLatin1,   ///< ISO 8859-1: byte = code point.
  kCp1252,   ///< Windows-1252; its five unassigned bytes are errors.
  kUtf16,    ///< Byte order by the byte-order mark, which must be there.
  kUtf16Le,  ///< A matching byte-order mark is skipped.
  kUtf16Be,
};

/// "utf-8", "latin-1", "cp1252", "utf-16", "utf-16le", "utf-16be" and their usual other spellings; InvalidInput with
/// the nearest name else.
core::Result<TextEncoding> ParseTextEncoding(std::string_view name);
std::string_view TextEncodingName(TextEncoding encoding);

/// The bytes of `source` as UTF-8. kUtf8 gives `source` back unchecked: whether text is valid is decided per row.
/// Nothing is replaced or guessed: a byte or unit without a meaning is Corruption with its offset. `name` is what
/// errors call the input.
std::unique_ptr<ByteStream> TranscodeToUtf8(TextEncoding encoding, std::unique_ptr<ByteStream> source,
                                            std::string name);

/// What the first bytes of a file say about its encoding. Four bytes are enough.
enum class ByteOrderMark : std::uint8_t { kNone, kUtf8, kUtf16Le, kUtf16Be, kUtf32 };
ByteOrderMark DetectByteOrderMark(std::string_view head);

/// InvalidInput when an input declared as UTF-8 begins like UTF-16 or UTF-32: with such a mark, or with a zero byte in
/// every second place. `head` should hold some dozens of bytes.
core::Status RefuseWideText(std::string_view head, const std::string& name);

}  // namespace sluice::storage

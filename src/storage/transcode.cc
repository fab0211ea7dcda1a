#include "storage/transcode.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "core/ascii.h"
#include "core/byte_size.h"
#include "core/suggestion.h"

namespace sluice::storage {
namespace {

constexpr std::size_t kInputBytes = 64 * core::kKiB;

// Code points of the bytes 0x80 to 0x9f of Windows-1252; 0 where it has none. Source: the WHATWG encoding index, less
// its fallback to C1 controls.
constexpr std::array<char16_t, 32> kCp1252High = {0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
                                                  0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017d, 0,
                                                  0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                                  0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178};

struct EncodingName {
  std::string_view name;
  TextEncoding encoding;
};
// The first name of an encoding is the one that is shown.
constexpr std::array kEncodingNames = {
    EncodingName{"utf-8", TextEncoding::kUtf8},       EncodingName{"utf8", TextEncoding::kUtf8},
    EncodingName{"ascii", TextEncoding::kUtf8},       EncodingName{"latin-1", TextEncoding::kLatin1},
    EncodingName{"latin1", TextEncoding::kLatin1},    EncodingName{"iso-8859-1", TextEncoding::kLatin1},
    EncodingName{"cp1252", TextEncoding::kCp1252},    EncodingName{"windows-1252", TextEncoding::kCp1252},
    EncodingName{"utf-16", TextEncoding::kUtf16},     EncodingName{"utf16", TextEncoding::kUtf16},
    EncodingName{"utf-16le", TextEncoding::kUtf16Le}, EncodingName{"utf-16-le", TextEncoding::kUtf16Le},
    EncodingName{"utf-16be", TextEncoding::kUtf16Be}, EncodingName{"utf-16-be", TextEncoding::kUtf16Be}};

char* AppendUtf8(std::uint32_t code_point, char* to) {
  const auto put = [&to](std::uint32_t byte) { *to++ = static_cast<char>(byte); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xc0 | (code_point >> 6));
    put(0x80 | (code_point & 0x3f));
  } else if (code_point < 0x10000) {
    put(0xe0 | (code_point >> 12));
    put(0x80 | ((code_point >> 6) & 0x3f));
    put(0x80 | (code_point & 0x3f));
  } else {
    put(0xf0 | (code_point >> 18));
    put(0x80 | ((code_point >> 12) & 0x3f));
    put(0x80 | ((code_point >> 6) & 0x3f));
    put(0x80 | (code_point & 0x3f));
  }
  return to;
}

/// The shared part: reads blocks of the source, hands the converted bytes out.
class TranscodeStream : public ByteStream {
 public:
  TranscodeStream(std::unique_ptr<ByteStream> source, std::string name)
      : source_(std::move(source)), name_(std::move(name)), input_(kInputBytes), output_(3 * kInputBytes + 4) {}

  core::Result<std::size_t> Read(std::span<char> out) final {
    std::size_t filled = 0;
    while (filled < out.size()) {
      if (ready_.empty()) {
        if (ended_) break;
        SLUICE_TRY(Advance());
        continue;
      }
      const std::size_t count = std::min(out.size() - filled, ready_.size());
      std::memcpy(out.data() + filled, ready_.data(), count);
      ready_ = ready_.subspan(count);
      filled += count;
    }
    return filled;
  }
  std::uint64_t stored_bytes_read() const final { return source_->stored_bytes_read(); }
  void Interrupt() final { source_->Interrupt(); }

 protected:
  /// Convert `in` to `to` (3 bytes of room per byte in); returns the end of what was written. `last`: no more follows.
  virtual core::Result<char*> Convert(std::string_view in, bool last, char* to) = 0;

  /// `position` counts within the block being converted.
  core::Error Failure(std::size_t position, std::string_view what) const {
    return core::Corruption(name_ + ": byte " + std::to_string(block_offset_ + position) + ": " + std::string(what));
  }
  std::uint64_t block_offset() const { return block_offset_; }

 private:
  core::Status Advance() {
    block_offset_ += block_bytes_;
    SLUICE_ASSIGN_OR_RETURN(block_bytes_, source_->Read(input_));
    ended_ = block_bytes_ < input_.size();
    SLUICE_ASSIGN_OR_RETURN(const char* end, Convert({input_.data(), block_bytes_}, ended_, output_.data()));
    ready_ = {output_.data(), end};
    return core::Ok();
  }

  std::unique_ptr<ByteStream> source_;
  std::string name_;
  std::vector<char> input_;
  std::vector<char> output_;
  std::span<const char> ready_;  // what is left of output_
  std::uint64_t block_offset_ = 0;
  std::size_t block_bytes_ = 0;
  bool ended_ = false;
};

class SingleByteStream final : public TranscodeStream {
 public:
  SingleByteStream(TextEncoding encoding, std::unique_ptr<ByteStream> source, std::string name)
      : TranscodeStream(std::move(source), std::move(name)), cp1252_(encoding == TextEncoding::kCp1252) {}

 private:
  core::Result<char*> Convert(std::string_view in, bool /*last*/, char* to) override {
    constexpr std::uint64_t kHighBits = 0x8080808080808080U;
    std::size_t i = 0;
    while (i < in.size()) {
      std::uint64_t word = kHighBits;
      if (in.size() - i >= sizeof word) std::memcpy(&word, in.data() + i, sizeof word);
      if ((word & kHighBits) == 0) {
        std::memcpy(to, &word, sizeof word);
        to += sizeof word;
        i += sizeof word;
        continue;
      }
      const auto byte = static_cast<unsigned char>(in[i]);
      std::uint32_t code_point = byte;
      if (cp1252_ && byte >= 0x80 && byte < 0xa0) {
        code_point = kCp1252High[byte - 0x80U];
        if (code_point == 0) return Failure(i, "not a character of cp1252");
      }
      to = AppendUtf8(code_point, to);
      ++i;
    }
    return to;
  }

  bool cp1252_;
};

class Utf16Stream final : public TranscodeStream {
 public:
  Utf16Stream(TextEncoding encoding, std::unique_ptr<ByteStream> source, std::string name)
      : TranscodeStream(std::move(source), std::move(name)),
        big_endian_(encoding == TextEncoding::kUtf16Be),
        order_known_(encoding != TextEncoding::kUtf16) {}

 private:
  // Blocks are of even size, so a unit never lies across two of them; a surrogate pair can.
  core::Result<char*> Convert(std::string_view in, bool last, char* to) override {
    std::size_t i = 0;
    if (block_offset() == 0 && !in.empty()) {
      SLUICE_ASSIGN_OR_RETURN(i, SkipMark(in));
    }
    for (; i + 1 < in.size(); i += 2) {
      const std::uint32_t unit = UnitAt(in, i);
      if (high_ != 0) {
        if (unit < 0xdc00 || unit > 0xdfff) return Failure(i, "a high surrogate is not followed by a low one");
        to = AppendUtf8(0x10000 + ((high_ - 0xd800) << 10) + (unit - 0xdc00), to);
        high_ = 0;
      } else if (unit >= 0xd800 && unit < 0xdc00) {
        high_ = unit;
      } else if (unit >= 0xdc00 && unit <= 0xdfff) {
        return Failure(i, "a low surrogate stands alone");
      } else {
        to = AppendUtf8(unit, to);
      }
    }
    if (i < in.size()) return Failure(i, "UTF-16 ends with half a unit; the file is truncated");
    if (last && high_ != 0) return Failure(in.size(), "UTF-16 ends with half a surrogate pair");
    return to;
  }

  std::uint32_t UnitAt(std::string_view in, std::size_t i) const {
    const std::uint32_t first = static_cast<unsigned char>(in[i]);
    const std::uint32_t second = static_cast<unsigned char>(in[i + 1]);
    return big_endian_ ? first << 8 | second : second << 8 | first;
  }

  core::Result<std::size_t> SkipMark(std::string_view in) {
    const ByteOrderMark mark = DetectByteOrderMark(in);
    const bool marked = mark == ByteOrderMark::kUtf16Le || mark == ByteOrderMark::kUtf16Be;
    if (mark == ByteOrderMark::kUtf32) return Failure(0, "this is UTF-32, not UTF-16");
    if (!order_known_) {
      if (!marked) {
        return Failure(0, "no byte-order mark").WithHint("say --encoding-in utf-16le or --encoding-in utf-16be");
      }
      big_endian_ = mark == ByteOrderMark::kUtf16Be;
    } else if (marked && big_endian_ != (mark == ByteOrderMark::kUtf16Be)) {
      return Failure(0, "the byte-order mark contradicts the declared byte order").WithHint("say --encoding-in utf-16");
    }
    return std::size_t{marked ? 2U : 0U};
  }

  bool big_endian_;
  bool order_known_;
  std::uint32_t high_ = 0;  // a high surrogate that waits for its low one; 0 when none
};

// Zero in every second byte, text in the others, over all of `head`: what Western text in UTF-16 looks like.
bool LooksLikeUtf16(std::string_view head, std::size_t zero_at) {
  if (head.size() < 8) return false;
  for (std::size_t i = 0; i + 1 < head.size(); i += 2) {
    if (head[i + zero_at] != '\0' || head[i + 1 - zero_at] == '\0') return false;
  }
  return true;
}

}  // namespace

core::Result<TextEncoding> ParseTextEncoding(std::string_view name) {
  std::string folded = core::LowerAscii(name);
  std::ranges::replace(folded, '_', '-');
  std::vector<std::string> known;
  for (const EncodingName& entry : kEncodingNames) {
    if (entry.name == folded) return entry.encoding;
    known.emplace_back(entry.name);
  }
  const std::string nearest = core::NearestName(folded, known);
  return core::InvalidInput("unknown text encoding '" + std::string(name) + "'")
      .WithHint((nearest.empty() ? "" : "did you mean " + nearest + "? ") +
                "known are utf-8, latin-1, cp1252, utf-16, utf-16le, utf-16be");
}

std::string_view TextEncodingName(TextEncoding encoding) {
  return std::ranges::find(kEncodingNames, encoding, &EncodingName::encoding)->name;
}

std::unique_ptr<ByteStream> TranscodeToUtf8(TextEncoding encoding, std::unique_ptr<ByteStream> source,
                                            std::string name) {
  switch (encoding) {
    case TextEncoding::kUtf8: break;
    case TextEncoding::kLatin1:
    case TextEncoding::kCp1252: return std::make_unique<SingleByteStream>(encoding, std::move(source), std::move(name));
    case TextEncoding::kUtf16:
    case TextEncoding::kUtf16Le:
    case TextEncoding::kUtf16Be: return std::make_unique<Utf16Stream>(encoding, std::move(source), std::move(name));
  }
  return source;
}

ByteOrderMark DetectByteOrderMark(std::string_view head) {
  using namespace std::string_view_literals;
  if (head.starts_with("\xef\xbb\xbf"sv)) return ByteOrderMark::kUtf8;
  if (head.starts_with("\xff\xfe\0\0"sv) || head.starts_with("\0\0\xfe\xff"sv)) return ByteOrderMark::kUtf32;
  if (head.starts_with("\xff\xfe"sv)) return ByteOrderMark::kUtf16Le;
  if (head.starts_with("\xfe\xff"sv)) return ByteOrderMark::kUtf16Be;
  return ByteOrderMark::kNone;
}

core::Status RefuseWideText(std::string_view head, const std::string& name) {
  const auto refuse = [&name](std::string_view what, std::string hint) {
    return core::InvalidInput(name + " looks like " + std::string(what) + ", and utf-8 is in force")
        .WithHint(std::move(hint));
  };
  switch (DetectByteOrderMark(head)) {
    case ByteOrderMark::kUtf16Le:
    case ByteOrderMark::kUtf16Be: return refuse("UTF-16", "say --encoding-in utf-16");
    case ByteOrderMark::kUtf32: return refuse("UTF-32", "convert it to UTF-8 first: iconv -f utf-32 -t utf-8");
    case ByteOrderMark::kUtf8: return core::Ok();
    case ByteOrderMark::kNone: break;
  }
  if (LooksLikeUtf16(head, 1)) return refuse("UTF-16", "say --encoding-in utf-16le");
  if (LooksLikeUtf16(head, 0)) return refuse("UTF-16", "say --encoding-in utf-16be");
  return core::Ok();
}

}  // namespace sluice::storage

#include "delta/hint_checksum.h"

#include <openssl/evp.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "core/byte_size.h"
#include "delta/json_reader.h"
#include "json/cursor.h"

namespace sluice::delta {

namespace {

constexpr std::size_t kCanonicalBytesMax = 64 * core::kMiB;

/// In quotes, every byte as %XX but the unreserved characters of URIs (RFC 3986).
void AppendEncoded(std::string_view text, std::string& out) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  out += '"';
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
      continue;
    }
    out += '%';
    out += kDigits[static_cast<unsigned char>(c) >> 4];
    out += kDigits[static_cast<unsigned char>(c) & 15];
  }
  out += '"';
}

/// Walks over the value and keeps a line for each scalar. Numbers keep the spelling of the text.
class Canonicalizer {
 public:
  explicit Canonicalizer(JsonReader& in) : in_(in) {}

  bool ReadDocument() { return ReadObject() && (in_.AtEnd() || in_.Fail("something follows the object")); }
  bool too_large() const { return bytes_ > kCanonicalBytesMax; }
  std::string Take();

 private:
  bool ReadObject();
  bool ReadArray();
  bool ReadValue();
  bool ReadScalar();

  JsonReader& in_;
  std::string path_;
  int depth_ = 0;
  std::size_t bytes_ = 0;
  std::vector<std::string> lines_;
};

bool Canonicalizer::ReadObject() {
  std::set<std::string, std::less<>> keys;
  const std::size_t parent = path_.size();
  return in_.ReadObject([&](std::string_view key) {
    if (!keys.emplace(key).second) return in_.Fail("the key '" + std::string(key) + "' is there twice");
    if (depth_ == 0 && key == "checksum") return in_.Skip();
    if (parent > 0) path_ += '+';
    AppendEncoded(key, path_);
    const bool good = ReadValue();
    path_.resize(parent);
    return good;
  });
}

bool Canonicalizer::ReadArray() {
  const std::size_t parent = path_.size();
  std::size_t index = 0;
  return in_.ReadArray([&] {
    path_ += '+' + std::to_string(index++);
    const bool good = ReadValue();
    path_.resize(parent);
    return good;
  });
}

bool Canonicalizer::ReadValue() {
  if (depth_ == json::kDepthMax) return in_.Fail("nested deeper than 64");
  ++depth_;
  const char first = in_.Peek();
  const bool good = first == '{' ? ReadObject() : first == '[' ? ReadArray() : ReadScalar();
  --depth_;
  return good;
}

bool Canonicalizer::ReadScalar() {
  std::string line = path_ + '=';
  if (in_.Peek() == '"') {
    std::string text;
    if (!in_.Read(text)) return false;
    AppendEncoded(text, line);
  } else {
    std::string_view raw;
    if (!in_.ReadRaw(raw)) return false;
    line += raw;
  }
  bytes_ += sizeof line + line.size();
  if (too_large()) return in_.Fail("its canonical text is too large");
  lines_.push_back(std::move(line));
  return true;
}

std::string Canonicalizer::Take() {
  std::sort(lines_.begin(), lines_.end());
  std::string text;
  for (const std::string& line : lines_) {
    if (!text.empty()) text += ',';
    text += line;
  }
  return text;
}

}  // namespace

core::Result<std::string> CanonicalHintText(std::string_view json) {
  JsonReader in;
  if (!in.Load(json)) return core::Corruption(in.flaw());
  Canonicalizer canonicalizer(in);
  if (canonicalizer.ReadDocument()) return canonicalizer.Take();
  if (canonicalizer.too_large()) return core::LimitExceeded(in.flaw());
  return core::Corruption("byte " + std::to_string(in.position()) + ": " + in.flaw());
}

core::Result<std::string> HintChecksum(std::string_view json) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  SLUICE_ASSIGN_OR_RETURN(const std::string text, CanonicalHintText(json));
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest, &size, EVP_md5(), nullptr) != 1) {
    return core::Unsupported("the cryptographic library refuses to compute an MD5 checksum");
  }
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) {
    hex += kDigits[digest[i] >> 4];
    hex += kDigits[digest[i] & 15];
  }
  return hex;
}

}  // namespace sluice::delta

#include "storage/checksum.h"

#include <xxhash.h>

#include <new>
#include <vector>

#include "core/byte_size.h"

namespace sluice::storage {

// The library's own allocation: its state must lie on 64-byte boundaries.
struct Checksum::State {
  XXH3_state_t* const xxh = XXH3_createState();
  State() {
    if (xxh == nullptr) throw std::bad_alloc();
    XXH3_128bits_reset(xxh);
  }
  ~State() { XXH3_freeState(xxh); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

Checksum::Checksum() : state_(std::make_unique<State>()) {}
Checksum::~Checksum() = default;
Checksum::Checksum(Checksum&&) noexcept = default;
Checksum& Checksum::operator=(Checksum&&) noexcept = default;

void Checksum::Append(std::string_view bytes) { XXH3_128bits_update(state_->xxh, bytes.data(), bytes.size()); }

std::string Checksum::Hex() const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state_->xxh));
  std::string hex;
  for (const unsigned char byte : canonical.digest) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

std::string ChecksumOfBytes(std::string_view bytes) {
  Checksum checksum;
  checksum.Append(bytes);
  return checksum.Hex();
}

core::Result<std::string> ChecksumOfFile(FileSystem& files, const std::string& path) {
  SLUICE_ASSIGN_OR_RETURN(const std::unique_ptr<ByteStream> stream, files.OpenStream(path));
  Checksum checksum;
  std::vector<char> buffer(256 * core::kKiB);
  while (true) {
    SLUICE_ASSIGN_OR_RETURN(const std::size_t got, stream->Read(buffer));
    checksum.Append({buffer.data(), got});
    if (got < buffer.size()) return checksum.Hex();
  }
}

}  // namespace sluice::storage

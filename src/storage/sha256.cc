#include "storage/sha256.h"

#include <openssl/evp.h>

#include <new>
#include <vector>

#include "core/byte_size.h"

namespace sluice::storage {

struct Sha256::State {
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  State() {
    if (context == nullptr || EVP_DigestInit_ex(context, EVP_sha256(), nullptr) != 1) throw std::bad_alloc();
  }
  ~State() { EVP_MD_CTX_free(context); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::Append(std::string_view bytes) { EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()); }

std::array<std::uint8_t, 32> Sha256::Finish() {
  std::array<std::uint8_t, 32> digest{};
  unsigned int bytes = 0;
  EVP_DigestFinal_ex(state_->context, digest.data(), &bytes);
  return digest;
}

std::string Sha256::FinishHex() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const std::uint8_t byte : Finish()) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

core::Result<std::string> Sha256OfFile(FileSystem& files, const std::string& path) {
  SLUICE_ASSIGN_OR_RETURN(const std::unique_ptr<ByteStream> stream, files.OpenStream(path));
  Sha256 digest;
  std::vector<char> buffer(256 * core::kKiB);
  while (true) {
    SLUICE_ASSIGN_OR_RETURN(const std::size_t got, stream->Read(buffer));
    digest.Append({buffer.data(), got});
    if (got < buffer.size()) return digest.FinishHex();
  }
}

}  // namespace sluice::storage

#include "recorder/sha256.h"

#include <openssl/evp.h>

#include <array>
#include <vector>

#include "core/byte_size.h"

namespace sluice::recorder {

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
};

Sha256::Sha256() : state_(std::make_unique<State>()) { EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr); }

Sha256::~Sha256() { EVP_MD_CTX_free(state_->context); }

void Sha256::Append(std::string_view bytes) { EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()); }

std::string Sha256::Hex() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_DigestFinal_ex(state_->context, digest.data(), &size);
  std::string text;
  for (unsigned int i = 0; i < size; ++i) {
    text += kDigits[digest[i] >> 4U];
    text += kDigits[digest[i] & 0xFU];
  }
  return text;
}

core::Result<std::string> Sha256OfFile(storage::FileSystem& files, const std::string& path) {
  SLUICE_ASSIGN_OR_RETURN(const auto stream, files.OpenStream(path));
  Sha256 hash;
  std::vector<char> buffer(core::kMiB);
  while (true) {
    SLUICE_ASSIGN_OR_RETURN(const std::size_t got, stream->Read(buffer));
    hash.Append({buffer.data(), got});
    if (got < buffer.size()) return hash.Hex();
  }
}

}  // namespace sluice::recorder

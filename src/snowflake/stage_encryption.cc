#include "snowflake/stage_encryption.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <nlohmann/json.hpp>

#include "snowflake/digest.h"

namespace sluice::snowflake {

using core::Internal;
using core::Result;
using core::Status;

namespace {

const unsigned char* Unsigned(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

std::string RandomBytes(std::size_t size, core::Random& random) {
  std::string bytes;
  while (bytes.size() < size) {
    const std::uint64_t drawn = random.Next();
    for (int shift = 0; shift < 64 && bytes.size() < size; shift += 8) bytes += static_cast<char>(drawn >> shift);
  }
  return bytes;
}

/// Feed `bytes` through `context` and append what comes out.
Status Feed(EVP_CIPHER_CTX* context, std::string_view bytes, std::string& out) {
  const std::size_t before = out.size();
  out.resize(before + bytes.size() + EVP_MAX_BLOCK_LENGTH);
  int made = 0;
  if (EVP_EncryptUpdate(context, reinterpret_cast<unsigned char*>(out.data() + before), &made, Unsigned(bytes),
                        static_cast<int>(bytes.size())) != 1) {
    return Internal("AES refuses to encrypt");
  }
  out.resize(before + static_cast<std::size_t>(made));
  return core::Ok();
}

Status FeedLast(EVP_CIPHER_CTX* context, std::string& out) {
  const std::size_t before = out.size();
  out.resize(before + EVP_MAX_BLOCK_LENGTH);
  int made = 0;
  if (EVP_EncryptFinal_ex(context, reinterpret_cast<unsigned char*>(out.data() + before), &made) != 1) {
    return Internal("AES refuses the last block");
  }
  out.resize(before + static_cast<std::size_t>(made));
  return core::Ok();
}

}  // namespace

struct CbcEncryption::State {
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  bool ready = false;
};

CbcEncryption::CbcEncryption(const FileKey& key) : state_(new State) {
  const std::string& bytes = key.key.Reveal();
  const EVP_CIPHER* cipher = bytes.size() == 32 ? EVP_aes_256_cbc() : EVP_aes_128_cbc();
  state_->ready = (bytes.size() == 16 || bytes.size() == 32) && key.iv.size() == 16 &&
                  EVP_EncryptInit_ex(state_->context, cipher, nullptr, Unsigned(bytes), Unsigned(key.iv)) == 1;
}

CbcEncryption::~CbcEncryption() {
  EVP_CIPHER_CTX_free(state_->context);
  delete state_;
}

Status CbcEncryption::Update(std::string_view bytes, std::string& out) {
  if (!state_->ready) return Internal("AES-CBC needs a key of 16 or 32 bytes and an IV of 16");
  return Feed(state_->context, bytes, out);
}

Status CbcEncryption::Finish(std::string& out) {
  if (!state_->ready) return Internal("AES-CBC needs a key of 16 or 32 bytes and an IV of 16");
  return FeedLast(state_->context, out);
}

FileKey NewFileKey(const EncryptionMaterial& material, core::Random& random) {
  return {.key = core::Secret(RandomBytes(material.master_key.Reveal().size(), random)), .iv = RandomBytes(16, random)};
}

Result<EncryptionRecord> Describe(const EncryptionMaterial& material, const FileKey& key) {
  const std::string& master = material.master_key.Reveal();
  const EVP_CIPHER* cipher = master.size() == 32 ? EVP_aes_256_ecb() : EVP_aes_128_ecb();
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  std::string wrapped;
  Status done = EVP_EncryptInit_ex(context, cipher, nullptr, Unsigned(master), nullptr) == 1
                    ? Feed(context, key.key.Reveal(), wrapped)
                    : Internal("AES-ECB refuses the master key");
  if (done) done = FeedLast(context, wrapped);
  EVP_CIPHER_CTX_free(context);
  SLUICE_TRY(std::move(done));
  const nlohmann::json description{
      {"queryId", material.query_id}, {"smkId", material.smk_id}, {"keySize", std::to_string(master.size() * 8)}};
  return EncryptionRecord{.wrapped_key = Base64(wrapped), .iv = Base64(key.iv), .description = description.dump()};
}

}  // namespace sluice::snowflake

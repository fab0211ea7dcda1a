#include "snowflake/web_token.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "snowflake/digest.h"

namespace sluice::snowflake {

using core::PermissionError;
using core::Result;
using core::Secret;

namespace {

constexpr std::chrono::seconds kLifetime{60};

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(BIO* bio) const { BIO_free_all(bio); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;

/// Called by OpenSSL for an encrypted key; without one it would ask the terminal.
int GivePassphrase(char* out, int size, int, void* user) {
  const std::string& passphrase = static_cast<const Secret*>(user)->Reveal();
  if (static_cast<int>(passphrase.size()) > size) return -1;
  std::copy(passphrase.begin(), passphrase.end(), out);
  return static_cast<int>(passphrase.size());
}

Result<Key> ReadKey(const Secret& pem, const Secret& passphrase) {
  const std::unique_ptr<BIO, FreeKey> bio(BIO_new_mem_buf(pem.Reveal().data(), static_cast<int>(pem.Reveal().size())));
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, GivePassphrase, const_cast<Secret*>(&passphrase)));
  if (key == nullptr) {
    return PermissionError("the private key cannot be read")
        .WithHint("it must be a PEM file (PKCS#8); an encrypted one needs its passphrase");
  }
  if (EVP_PKEY_base_id(key.get()) != EVP_PKEY_RSA) return PermissionError("the private key is not an RSA key");
  return key;
}

Result<std::string> Fingerprint(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  if (size <= 0) return PermissionError("the private key has no public half");
  const std::string digest = Sha256({reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  return Base64(digest);
}

Result<std::string> Signature(EVP_PKEY* key, std::string_view text) {
  const std::unique_ptr<EVP_MD_CTX, FreeKey> context(EVP_MD_CTX_new());
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t size = 0;
  std::string signature;
  bool signed_it = EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
                   EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) == 1;
  if (signed_it) {
    signature.resize(size);
    signed_it = EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes,
                               text.size()) == 1;
  }
  if (!signed_it) return PermissionError("the private key cannot sign");
  signature.resize(size);
  return signature;
}

std::string UpperAscii(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return text;
}

}  // namespace

std::string AccountWithoutRegion(const std::string& account) {
  const char mark = account.find(".global") != std::string::npos ? '-' : '.';
  return account.substr(0, account.find(mark));
}

Result<Secret> MakeWebToken(const Secret& private_key, const Secret& passphrase, const std::string& account,
                            const std::string& user, core::Timestamp now) {
  SLUICE_ASSIGN_OR_RETURN(const Key key, ReadKey(private_key, passphrase));
  SLUICE_ASSIGN_OR_RETURN(const std::string fingerprint, Fingerprint(key.get()));
  const std::string subject = UpperAscii(AccountWithoutRegion(account) + "." + user);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  const nlohmann::json claims{{"iss", subject + ".SHA256:" + fingerprint},
                              {"sub", subject},
                              {"iat", seconds},
                              {"exp", seconds + kLifetime.count()}};
  const std::string text = Base64Url(R"({"alg":"RS256","typ":"JWT"})") + "." + Base64Url(claims.dump());
  SLUICE_ASSIGN_OR_RETURN(const std::string signature, Signature(key.get(), text));
  return Secret(text + "." + Base64Url(signature));
}

}  // namespace sluice::snowflake

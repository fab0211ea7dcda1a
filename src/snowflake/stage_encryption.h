#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/random.h"
#include "core/result.h"
#include "core/secret.h"

namespace sluice::snowflake {

/// What a PUT answer hands out for client-side encryption.
struct EncryptionMaterial {
  core::Secret master_key;  ///< 16 or 32 bytes; its length is that of the file keys
  std::string query_id;
  std::string smk_id;  ///< a number above 2^53, kept as its digits
};

/// The key of one file; never used for other content.
struct FileKey {
  core::Secret key;
  std::string iv;  ///< 16 bytes
};

/// What goes beside the object, so that whoever has the master key can read it.
struct EncryptionRecord {
  std::string wrapped_key;  ///< base64
  std::string iv;           ///< base64
  std::string description;  ///< JSON
};

/// A new key as long as the master key.
FileKey NewFileKey(const EncryptionMaterial& material, core::Random& random);

/// The file key under AES-ECB with the master key, and the description with its texts.
core::Result<EncryptionRecord> Describe(const EncryptionMaterial& material, const FileKey& key);

/// The size of `plain_bytes` after AES-CBC with PKCS#7.
constexpr std::uint64_t EncryptedSize(std::uint64_t plain_bytes) { return (plain_bytes / 16 + 1) * 16; }

/// AES-CBC with PKCS#7 over bytes as they come. Threads: one at a time.
class CbcEncryption {
 public:
  explicit CbcEncryption(const FileKey& key);
  ~CbcEncryption();
  CbcEncryption(const CbcEncryption&) = delete;
  CbcEncryption& operator=(const CbcEncryption&) = delete;
  /// Append to `out` what `bytes` make; Internal when OpenSSL refuses.
  core::Status Update(std::string_view bytes, std::string& out);
  /// Append the last block.
  core::Status Finish(std::string& out);

 private:
  struct State;
  State* state_;
};

}  // namespace sluice::snowflake

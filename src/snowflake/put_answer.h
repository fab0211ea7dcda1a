#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "core/result.h"
#include "core/secret.h"
#include "snowflake/sigv4.h"
#include "snowflake/stage_encryption.h"

namespace sluice::snowflake {

enum class StorageKind : std::uint8_t { kS3, kAzure, kGcs, kLocal };

/// What a storage service lets us in with; those of the other kinds are empty.
struct StorageCredentials {
  S3Credentials s3;
  core::Secret sas;            ///< Azure, without a leading '?'
  core::Secret gcs_token;      ///< GCS
  core::Secret presigned_url;  ///< GCS: for one object
};

/// The answer to a PUT statement: where the file goes, and how it is encrypted.
struct PutAnswer {
  StorageKind kind = StorageKind::kS3;
  std::string container;  ///< bucket or container; for kLocal the whole folder
  std::string prefix;     ///< of object names, "" or ending with '/'
  std::string region;
  std::string end_point;  ///< "" or the host that replaces the usual one
  std::string storage_account;
  bool virtual_hosts = false;  ///< GCS: the bucket is a part of the host's name
  StorageCredentials credentials;
  std::optional<EncryptionMaterial> encryption;
  std::uint64_t threshold_bytes = 0;  ///< from here on in parts

  /// From the `data` of an answer to a PUT of `local_path`. Corruption for what is missing or does not fit.
  static core::Result<PutAnswer> Parse(const nlohmann::json& data, const std::string& local_path);
};

}  // namespace sluice::snowflake

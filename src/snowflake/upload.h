#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "core/result.h"
#include "snowflake/endpoint.h"
#include "snowflake/put_answer.h"
#include "snowflake/staged_body.h"

namespace sluice::snowflake {

/// The statement that asks where a file goes.
std::string PutStatement(const std::string& local_path, const std::string& stage_path);

/// A file, its digest, and the key that it is encrypted with; nullopt uploads it as it is.
struct UploadSource {
  std::string local_path;
  std::string object_name;
  std::string digest;
  std::optional<FileKey> key;
};

/// Send the file to where `place` says; returns the bytes stored. Each request is tried five times; when the
/// credentials expire, `renew` brings others, and everything else stays as it was: key, place and bytes.
///
/// Errors: Unavailable when storage is away, Permission when it refuses us, Corruption when it refuses the bytes.
core::Result<std::uint64_t> Upload(const UploadSource& source, const PutAnswer& place,
                                   const std::function<core::Result<StorageCredentials>()>& renew,
                                   const SessionOptions& options, const SessionEnvironment& environment,
                                   Endpoint& endpoint);

}  // namespace sluice::snowflake

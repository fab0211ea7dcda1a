#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "http/request.h"
#include "snowflake/put_answer.h"

namespace sluice::snowflake {

/// What is stored beside an object's bytes.
struct ObjectRecord {
  std::string digest;  ///< base64 of the SHA-256 of the plain bytes
  std::optional<EncryptionRecord> encryption;
};

/// What a storage service said.
enum class StorageVerdict : std::uint8_t { kStored, kTryAgain, kExpired, kRefused };

/// One part that was taken: what the last request names it by.
struct StoredPart {
  std::uint64_t number = 0;  ///< from 1
  std::string tag;
};

/// How one kind of storage is spoken to: builds requests and reads answers, sends nothing. Threads: any.
///
/// One request takes a whole object; where `in_parts`, a larger one is begun, sent part by part, and finished.
class StorageDialect {
 public:
  virtual ~StorageDialect() = default;
  virtual bool in_parts() const = 0;
  virtual http::Request Whole(const StorageCredentials& credentials, core::Timestamp now) const = 0;
  /// nullopt where nothing need be said before the parts.
  virtual std::optional<http::Request> Begin(const StorageCredentials& credentials, core::Timestamp now) const = 0;
  /// What names this upload in the requests that follow: read from the answer to Begin.
  virtual std::string UploadIdOf(const http::Response& response) const = 0;
  virtual http::Request Part(const StorageCredentials& credentials, core::Timestamp now, const std::string& upload_id,
                             std::uint64_t number) const = 0;
  virtual std::string TagOf(const http::Response& response, std::uint64_t number) const = 0;
  virtual http::Request Finish(const StorageCredentials& credentials, core::Timestamp now, const std::string& upload_id,
                               const std::vector<StoredPart>& parts) const = 0;
  /// Forget the parts; nullopt where they vanish by themselves.
  virtual std::optional<http::Request> Discard(const StorageCredentials& credentials, core::Timestamp now,
                                               const std::string& upload_id) const = 0;
  virtual StorageVerdict Judge(const http::Response& response) const = 0;
};

/// The dialect for one object `name` (the file's) below the answer's prefix; not for kLocal. `allow_plain_http` lets an
/// end point with "http://" pass, for tests.
core::Result<std::unique_ptr<StorageDialect>> DialectFor(const PutAnswer& answer, const std::string& name,
                                                         ObjectRecord record, bool allow_plain_http);

std::unique_ptr<StorageDialect> NewS3Dialect(const PutAnswer& answer, const std::string& name, ObjectRecord record);
std::unique_ptr<StorageDialect> NewAzureDialect(const PutAnswer& answer, const std::string& name, ObjectRecord record);
std::unique_ptr<StorageDialect> NewGcsDialect(const PutAnswer& answer, const std::string& name, ObjectRecord record);

/// The verdict that all kinds agree on: 2xx stored; 408, 429 and 5xx later; the rest refused.
StorageVerdict VerdictOfStatus(int status);

/// The document that Azure and GCS store for an encrypted object.
std::string EncryptionDocument(const EncryptionRecord& record);

/// "https://" + `host_and_path`, unless it brings a scheme of its own.
std::string WithScheme(const std::string& host_and_path);

}  // namespace sluice::snowflake

#include "snowflake/storage_dialect.h"

#include <nlohmann/json.hpp>

namespace sluice::snowflake {

using core::Result;

Result<std::unique_ptr<StorageDialect>> DialectFor(const PutAnswer& answer, const std::string& name,
                                                   ObjectRecord record, bool allow_plain_http) {
  const bool plain =
      answer.end_point.starts_with("http://") || answer.credentials.presigned_url.Reveal().starts_with("http://");
  if (plain && !allow_plain_http) {
    return core::PermissionError("the service asks for an upload over plain http; refused");
  }
  switch (answer.kind) {
    case StorageKind::kS3: return NewS3Dialect(answer, name, std::move(record));
    case StorageKind::kAzure: return NewAzureDialect(answer, name, std::move(record));
    case StorageKind::kGcs: return NewGcsDialect(answer, name, std::move(record));
    case StorageKind::kLocal: break;
  }
  return core::Internal("a local stage has no dialect");
}

StorageVerdict VerdictOfStatus(int status) {
  if (status >= 200 && status < 300) return StorageVerdict::kStored;
  if (status == 408 || status == 429 || status >= 500) return StorageVerdict::kTryAgain;
  return StorageVerdict::kRefused;
}

std::string EncryptionDocument(const EncryptionRecord& record) {
  // The names of algorithms are constants of the format, whatever the key's length.
  return nlohmann::json{{"EncryptionMode", "FullBlob"},
                        {"WrappedContentKey",
                         {{"KeyId", "symmKey1"}, {"EncryptedKey", record.wrapped_key}, {"Algorithm", "AES_CBC_256"}}},
                        {"EncryptionAgent", {{"Protocol", "1.0"}, {"EncryptionAlgorithm", "AES_CBC_256"}}},
                        {"ContentEncryptionIV", record.iv},
                        {"KeyWrappingMetadata", {{"EncryptionLibrary", "sluice"}}}}
      .dump();
}

std::string WithScheme(const std::string& host_and_path) {
  return host_and_path.find("://") == std::string::npos ? "https://" + host_and_path : host_and_path;
}

}  // namespace sluice::snowflake

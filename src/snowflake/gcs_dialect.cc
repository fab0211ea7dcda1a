#include "http/url_text.h"
#include "snowflake/storage_dialect.h"

namespace sluice::snowflake {

using core::Secret;
using http::Request;
using http::Response;

namespace {

/// One PUT whatever the size, with a bearer token or to a URL that was signed for this object.
class GcsDialect final : public StorageDialect {
 public:
  GcsDialect(const PutAnswer& answer, const std::string& name, ObjectRecord record) : record_(std::move(record)) {
    const std::string object = http::PercentEncoded(answer.prefix + name, true);
    if (!answer.end_point.empty()) {
      url_ = WithScheme(answer.end_point) + "/" + answer.container + "/" + object;
    } else if (answer.virtual_hosts) {
      url_ = "https://" + answer.container + ".storage.googleapis.com/" + object;
    } else {
      url_ = "https://storage.googleapis.com/" + answer.container + "/" + object;
    }
  }

  bool in_parts() const override { return false; }

  Request Whole(const StorageCredentials& credentials, core::Timestamp) const override {
    Request request;
    request.method = "PUT";
    if (credentials.gcs_token.empty()) {
      request.url = credentials.presigned_url;
    } else {
      request.url = Secret(url_);
      request.headers.push_back({"Authorization", "Bearer " + credentials.gcs_token.Reveal()});
    }
    request.headers.push_back({"x-goog-meta-sfc-digest", record_.digest});
    if (record_.encryption) {
      request.headers.push_back({"x-goog-meta-encryptiondata", EncryptionDocument(*record_.encryption)});
      request.headers.push_back({"x-goog-meta-matdesc", record_.encryption->description});
    }
    return request;
  }
  std::optional<Request> Begin(const StorageCredentials&, core::Timestamp) const override { return std::nullopt; }
  std::string UploadIdOf(const Response&) const override { return {}; }
  Request Part(const StorageCredentials& credentials, core::Timestamp now, const std::string&,
               std::uint64_t) const override {
    return Whole(credentials, now);
  }
  std::string TagOf(const Response&, std::uint64_t) const override { return {}; }
  Request Finish(const StorageCredentials& credentials, core::Timestamp now, const std::string&,
                 const std::vector<StoredPart>&) const override {
    return Whole(credentials, now);
  }
  std::optional<Request> Discard(const StorageCredentials&, core::Timestamp, const std::string&) const override {
    return std::nullopt;
  }
  StorageVerdict Judge(const Response& response) const override {
    const bool presigned = response.status == 400 && response.body.find("ExpiredToken") != std::string::npos;
    return response.status == 401 || presigned ? StorageVerdict::kExpired : VerdictOfStatus(response.status);
  }

 private:
  ObjectRecord record_;
  std::string url_;
};

}  // namespace

std::unique_ptr<StorageDialect> NewGcsDialect(const PutAnswer& answer, const std::string& name, ObjectRecord record) {
  return std::make_unique<GcsDialect>(answer, name, std::move(record));
}

}  // namespace sluice::snowflake

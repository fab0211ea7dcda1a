#include <fmt/format.h>

#include "http/url_text.h"
#include "snowflake/digest.h"
#include "snowflake/storage_dialect.h"

namespace sluice::snowflake {

using core::Secret;
using http::Header;
using http::Request;
using http::Response;

namespace {

/// Block blobs with a shared access signature; parts are blocks, named by their number.
class AzureDialect final : public StorageDialect {
 public:
  AzureDialect(const PutAnswer& answer, const std::string& name, ObjectRecord record) : record_(std::move(record)) {
    const std::string end_point = answer.end_point.empty() ? "core.windows.net" : answer.end_point;
    url_ = WithScheme(answer.storage_account + ".blob." + end_point) + "/" + answer.container + "/" +
           http::PercentEncoded(answer.prefix + name, true);
  }

  bool in_parts() const override { return true; }

  Request Whole(const StorageCredentials& credentials, core::Timestamp) const override {
    Request request = To("", credentials);
    request.headers = Metadata();
    request.headers.push_back({"x-ms-blob-type", "BlockBlob"});
    return request;
  }
  std::optional<Request> Begin(const StorageCredentials&, core::Timestamp) const override { return std::nullopt; }
  std::string UploadIdOf(const Response&) const override { return {}; }
  Request Part(const StorageCredentials& credentials, core::Timestamp, const std::string&,
               std::uint64_t number) const override {
    return To("comp=block&blockid=" + http::PercentEncoded(BlockId(number)), credentials);
  }
  std::string TagOf(const Response&, std::uint64_t number) const override { return BlockId(number); }
  Request Finish(const StorageCredentials& credentials, core::Timestamp, const std::string&,
                 const std::vector<StoredPart>& parts) const override {
    Request request = To("comp=blocklist", credentials);
    request.headers = Metadata();
    request.body = R"(<?xml version="1.0" encoding="utf-8"?><BlockList>)";
    for (const StoredPart& part : parts) request.body += "<Latest>" + part.tag + "</Latest>";
    request.body += "</BlockList>";
    return request;
  }
  std::optional<Request> Discard(const StorageCredentials&, core::Timestamp, const std::string&) const override {
    return std::nullopt;
  }
  StorageVerdict Judge(const Response& response) const override {
    const bool signature = response.header("x-ms-error-code") == "AuthenticationFailed" ||
                           response.body.find("AuthenticationFailed") != std::string::npos ||
                           response.body.find("specified time frame") != std::string::npos;
    return response.status == 403 && signature ? StorageVerdict::kExpired : VerdictOfStatus(response.status);
  }

 private:
  /// All ids of a blob must have one length.
  static std::string BlockId(std::uint64_t number) { return Base64(fmt::format("{:08}", number)); }
  std::vector<Header> Metadata() const {
    std::vector<Header> headers{{"x-ms-meta-sfcdigest", record_.digest}};
    if (record_.encryption) {
      headers.push_back({"x-ms-meta-encryptiondata", EncryptionDocument(*record_.encryption)});
      headers.push_back({"x-ms-meta-matdesc", record_.encryption->description});
    }
    return headers;
  }
  Request To(const std::string& query, const StorageCredentials& credentials) const {
    Request request;
    request.method = "PUT";
    request.url = Secret(url_ + "?" + query + (query.empty() ? "" : "&") + credentials.sas.Reveal());
    return request;
  }

  ObjectRecord record_;
  std::string url_;
};

}  // namespace

std::unique_ptr<StorageDialect> NewAzureDialect(const PutAnswer& answer, const std::string& name, ObjectRecord record) {
  return std::make_unique<AzureDialect>(answer, name, std::move(record));
}

}  // namespace sluice::snowflake

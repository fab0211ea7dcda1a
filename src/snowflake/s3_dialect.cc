#include <fmt/format.h>

#include "http/url_text.h"
#include "snowflake/storage_dialect.h"

namespace sluice::snowflake {

using core::Secret;
using http::Header;
using http::Request;
using http::Response;

namespace {

/// The text between <name> and </name>; "" when there is none.
std::string TextOfElement(const std::string& document, const std::string& name) {
  const std::string open = "<" + name + ">";
  const std::size_t begin = document.find(open);
  const std::size_t end = document.find("</" + name + ">");
  if (begin == std::string::npos || end == std::string::npos || end < begin) return {};
  return document.substr(begin + open.size(), end - begin - open.size());
}

/// Virtual-host style, SigV4; parts by the multipart upload of S3.
class S3Dialect final : public StorageDialect {
 public:
  S3Dialect(const PutAnswer& answer, const std::string& name, ObjectRecord record)
      : region_(answer.region),
        path_("/" + http::PercentEncoded(answer.prefix + name, true)),
        record_(std::move(record)) {
    const std::string suffix = region_.starts_with("cn-") ? ".amazonaws.com.cn" : ".amazonaws.com";
    host_ = answer.container + "." + (answer.end_point.empty() ? "s3." + region_ + suffix : answer.end_point);
  }

  bool in_parts() const override { return true; }

  Request Whole(const StorageCredentials& credentials, core::Timestamp now) const override {
    return Signed("PUT", "", Metadata(), credentials, now);
  }
  std::optional<Request> Begin(const StorageCredentials& credentials, core::Timestamp now) const override {
    return Signed("POST", "uploads=", Metadata(), credentials, now);
  }
  std::string UploadIdOf(const Response& response) const override { return TextOfElement(response.body, "UploadId"); }
  Request Part(const StorageCredentials& credentials, core::Timestamp now, const std::string& upload_id,
               std::uint64_t number) const override {
    const std::string query = fmt::format("partNumber={}&uploadId={}", number, http::PercentEncoded(upload_id));
    return Signed("PUT", query, {}, credentials, now);
  }
  std::string TagOf(const Response& response, std::uint64_t) const override {
    return std::string(response.header("etag"));
  }
  Request Finish(const StorageCredentials& credentials, core::Timestamp now, const std::string& upload_id,
                 const std::vector<StoredPart>& parts) const override {
    Request request = Signed("POST", "uploadId=" + http::PercentEncoded(upload_id), {}, credentials, now);
    request.body = "<CompleteMultipartUpload>";
    for (const StoredPart& part : parts) {
      request.body += fmt::format("<Part><ETag>{}</ETag><PartNumber>{}</PartNumber></Part>", part.tag, part.number);
    }
    request.body += "</CompleteMultipartUpload>";
    return request;
  }
  std::optional<Request> Discard(const StorageCredentials& credentials, core::Timestamp now,
                                 const std::string& upload_id) const override {
    return Signed("DELETE", "uploadId=" + http::PercentEncoded(upload_id), {}, credentials, now);
  }
  StorageVerdict Judge(const Response& response) const override {
    if (response.status == 400 && TextOfElement(response.body, "Code") == "ExpiredToken") {
      return StorageVerdict::kExpired;
    }
    // Completing a multipart upload may fail with 200 and an error document.
    if (response.status == 200 && response.body.find("<Error>") != std::string::npos) return StorageVerdict::kTryAgain;
    return VerdictOfStatus(response.status);
  }

 private:
  std::vector<Header> Metadata() const {
    std::vector<Header> headers{{"x-amz-meta-sfc-digest", record_.digest}};
    if (record_.encryption) {
      headers.push_back({"x-amz-meta-x-amz-key", record_.encryption->wrapped_key});
      headers.push_back({"x-amz-meta-x-amz-iv", record_.encryption->iv});
      headers.push_back({"x-amz-meta-x-amz-matdesc", record_.encryption->description});
    }
    return headers;
  }
  Request Signed(const std::string& method, const std::string& query, std::vector<Header> headers,
                 const StorageCredentials& credentials, core::Timestamp now) const {
    Request request;
    request.method = method;
    request.url = Secret("https://" + host_ + path_ + (query.empty() ? "" : "?" + query));
    request.headers = SignForS3({.method = method,
                                 .host = host_,
                                 .path = path_,
                                 .query = query,
                                 .region = region_,
                                 .headers = std::move(headers)},
                                credentials.s3, now);
    request.headers.push_back({"Content-Type", "application/octet-stream"});
    return request;
  }

  std::string region_;
  std::string path_;
  ObjectRecord record_;
  std::string host_;
};

}  // namespace

std::unique_ptr<StorageDialect> NewS3Dialect(const PutAnswer& answer, const std::string& name, ObjectRecord record) {
  return std::make_unique<S3Dialect>(answer, name, std::move(record));
}

}  // namespace sluice::snowflake

#include "snowflake/sigv4.h"

#include <fmt/format.h>

#include <algorithm>

#include "snowflake/digest.h"

namespace sluice::snowflake {

using http::Header;

namespace {

constexpr std::string_view kPayload = "UNSIGNED-PAYLOAD";

/// "20261121T015605Z".
std::string CompactTime(core::Timestamp time) {
  std::string text = core::FormatTimestamp(time);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

std::string SignedNames(const std::vector<Header>& headers) {
  std::string names;
  for (const Header& header : headers) names += (names.empty() ? "" : ";") + header.name;
  return names;
}

}  // namespace

std::string CanonicalRequest(const SignedRequest& request, const std::vector<Header>& all_headers) {
  std::string lines;
  for (const Header& header : all_headers) lines += header.name + ":" + header.value + "\n";
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, request.path, request.query, lines,
                     SignedNames(all_headers), kPayload);
}

std::vector<Header> SignForS3(const SignedRequest& request, const S3Credentials& credentials, core::Timestamp now) {
  const std::string time = CompactTime(now);
  const std::string date = time.substr(0, 8);
  std::vector<Header> headers = request.headers;
  headers.push_back({"x-amz-content-sha256", std::string(kPayload)});
  headers.push_back({"x-amz-date", time});
  if (!credentials.token.empty()) headers.push_back({"x-amz-security-token", credentials.token.Reveal()});
  headers.push_back({"host", request.host});
  std::ranges::sort(headers, {}, &Header::name);

  const std::string scope = fmt::format("{}/{}/s3/aws4_request", date, request.region);
  const std::string text =
      fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", time, scope, Hex(Sha256(CanonicalRequest(request, headers))));
  std::string key = HmacSha256("AWS4" + credentials.secret.Reveal(), date);
  for (const std::string& part : {request.region, std::string("s3"), std::string("aws4_request")}) {
    key = HmacSha256(key, part);
  }
  const std::string authorization =
      fmt::format("AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}", credentials.key_id, scope,
                  SignedNames(headers), Hex(HmacSha256(key, text)));
  std::erase_if(headers, [](const Header& header) { return header.name == "host"; });
  headers.push_back({"Authorization", authorization});
  return headers;
}

}  // namespace sluice::snowflake

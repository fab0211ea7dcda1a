#include "snowflake/sigv4.h"

#include <gtest/gtest.h>

#include "snowflake/digest.h"

namespace sluice::snowflake {
namespace {

/// A captured upload of another client, with its credentials replaced; the hashes were computed independently.
SignedRequest CapturedPut() {
  return {.method = "PUT",
          .host = "bkt.s3.sluice.test",
          .path = "/stages/abc/run1/rows.parquet",
          .query = "",
          .region = "us-west-2",
          .headers = {{"x-amz-meta-sfc-digest", "bINy1fSfW3GDxq49c/ZdZSJjptWnfTxtvu2kWoI2ffI="},
                      {"x-amz-meta-x-amz-key", "uXIXlr19T3OG7/NneAEoRZVPZPLk6G6e7oLSAhZoSJk="},
                      {"x-amz-meta-x-amz-iv", "ezqOdnqRb9/xAMpIefG+mg=="},
                      {"x-amz-meta-x-amz-matdesc",
                       R"({"queryId":"010996dc-c099-4377-a59b-ac3ab8636ec5","smkId":"9223372036854775001",)"
                       R"("keySize":"128"})"}}};
}

core::Timestamp CapturedTime() { return core::Timestamp(std::chrono::seconds(1'795'226'165)); }

std::string ValueOf(const std::vector<http::Header>& headers, const std::string& name) {
  for (const http::Header& header : headers) {
    if (header.name == name) return header.value;
  }
  return {};
}

TEST(SigV4, SignsACapturedUploadAsItsClientDid) {
  const S3Credentials credentials{
      .key_id = "id", .secret = core::Secret("secretkey"), .token = core::Secret("sessiontok0")};
  const auto headers = SignForS3(CapturedPut(), credentials, CapturedTime());
  EXPECT_EQ(ValueOf(headers, "x-amz-date"), "20261121T015605Z");
  EXPECT_EQ(ValueOf(headers, "Authorization"),
            "AWS4-HMAC-SHA256 Credential=id/20261121/us-west-2/s3/aws4_request, "
            "SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-meta-sfc-digest;x-amz-meta-x-amz-iv;"
            "x-amz-meta-x-amz-key;x-amz-meta-x-amz-matdesc;x-amz-security-token, "
            "Signature=2c1a24b248d0e81e5a7642264e1a740358ec61a71af4bd9177c5b9e8b6ee61d0");
}

TEST(SigV4, TheHostIsSignedButLeftToTheTransport) {
  const auto headers =
      SignForS3(CapturedPut(), {.key_id = "id", .secret = core::Secret("s"), .token = {}}, CapturedTime());
  EXPECT_EQ(ValueOf(headers, "host"), "");
  EXPECT_NE(ValueOf(headers, "Authorization").find("SignedHeaders=host;"), std::string::npos);
  EXPECT_EQ(ValueOf(headers, "x-amz-security-token"), "");
}

}  // namespace
}  // namespace sluice::snowflake

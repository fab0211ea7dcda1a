#pragma once

#include <string>
#include <vector>

#include "core/clock.h"
#include "core/secret.h"
#include "http/request.h"

namespace sluice::snowflake {

struct S3Credentials {
  std::string key_id;
  core::Secret secret;
  core::Secret token;
};

/// What a signature covers besides the credentials.
struct SignedRequest {
  std::string method;
  std::string host;
  std::string path;   ///< percent-encoded, with its first '/'
  std::string query;  ///< canonical: names sorted, encoded, "a=&b=c"
  std::string region;
  std::vector<http::Header> headers;  ///< those to sign besides host and x-amz-*; names in lower case
};

/// The headers of a request to S3 with AWS Signature Version 4 (docs.aws.amazon.com, "Authenticating Requests"): the
/// given ones, x-amz-content-sha256 (UNSIGNED-PAYLOAD, so that TLS keeps the body whole), x-amz-date,
/// x-amz-security-token and Authorization.
std::vector<http::Header> SignForS3(const SignedRequest& request, const S3Credentials& credentials,
                                    core::Timestamp now);

/// What the signature is a hash over: the request with all signed headers, those of the credentials among them, in
/// order.
std::string CanonicalRequest(const SignedRequest& request, const std::vector<http::Header>& all_headers);

}  // namespace sluice::snowflake

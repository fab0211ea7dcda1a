#include "snowflake/put_answer.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "snowflake/answer.h"
#include "snowflake/digest.h"

namespace sluice::snowflake {

using core::Corruption;
using core::Result;
using core::Secret;
using core::Status;
using nlohmann::json;

namespace {

constexpr std::uint64_t kThresholdBytes = 200 * core::kMiB;  ///< what the service says usually

Result<StorageKind> KindOf(const std::string& name) {
  if (name == "S3") return StorageKind::kS3;
  if (name == "AZURE") return StorageKind::kAzure;
  if (name == "GCS") return StorageKind::kGcs;
  if (name == "LOCAL_FS") return StorageKind::kLocal;
  return core::Unsupported(fmt::format("the stage lies in storage of the kind '{}'", name));
}

Status ReadLocation(const json& info, PutAnswer& answer) {
  const std::string location = TextMember(info, "location");
  if (location.empty()) return Corruption("the answer to PUT names no location");
  if (answer.kind == StorageKind::kLocal) {
    answer.container = location;
    return core::Ok();
  }
  const std::size_t slash = location.find('/');
  answer.container = location.substr(0, slash);
  if (slash != std::string::npos) answer.prefix = location.substr(slash + 1);
  if (!answer.prefix.empty() && !answer.prefix.ends_with('/')) answer.prefix += '/';
  return core::Ok();
}

StorageCredentials ReadCredentials(const json& info) {
  StorageCredentials credentials;
  credentials.presigned_url = Secret(TextMember(info, "presignedUrl"));
  const auto creds = info.find("creds");
  if (creds == info.end() || !creds->is_object()) return credentials;
  credentials.s3 = {.key_id = TextMember(*creds, "AWS_KEY_ID"),
                    .secret = Secret(TextMember(*creds, "AWS_SECRET_KEY")),
                    .token = Secret(TextMember(*creds, "AWS_TOKEN"))};
  std::string sas = TextMember(*creds, "AZURE_SAS_TOKEN");
  if (sas.starts_with('?')) sas.erase(0, 1);
  credentials.sas = Secret(std::move(sas));
  credentials.gcs_token = Secret(TextMember(*creds, "GCS_ACCESS_TOKEN"));
  return credentials;
}

Result<std::optional<EncryptionMaterial>> ReadEncryption(const json& data, const json& info) {
  const auto found = data.find("encryptionMaterial");
  if (found == data.end() || !found->is_object()) return std::optional<EncryptionMaterial>();
  const auto client_side = info.find("isClientSideEncrypted");
  if (client_side != info.end() && client_side->is_boolean() && !client_side->get<bool>()) {
    return std::optional<EncryptionMaterial>();
  }
  auto key = DecodeBase64(TextMember(*found, "queryStageMasterKey"));
  if (!key || (key->size() != 16 && key->size() != 32)) {
    return Corruption("the answer to PUT holds no master key of 128 or 256 bits");
  }
  return std::optional(EncryptionMaterial{.master_key = Secret(*std::move(key)),
                                          .query_id = TextMember(*found, "queryId"),
                                          .smk_id = TextMember(*found, "smkId")});
}

/// The server repeats the path that it was given; another one is nothing that we upload.
Status CheckSource(const json& data, const std::string& local_path) {
  const auto sources = data.find("src_locations");
  const std::string name = local_path.substr(local_path.rfind('/') + 1);
  if (sources == data.end() || !sources->is_array() || sources->size() != 1 || !sources->front().is_string() ||
      !sources->front().get<std::string>().ends_with(name)) {
    return Corruption(fmt::format("the answer to PUT is not about {}", local_path));
  }
  return core::Ok();
}

}  // namespace

Result<PutAnswer> PutAnswer::Parse(const json& data, const std::string& local_path) {
  const auto info = data.is_object() ? data.find("stageInfo") : data.end();
  if (!data.is_object() || TextMember(data, "command") != "UPLOAD" || info == data.end() || !info->is_object()) {
    return Corruption("the answer to PUT holds no place to upload to");
  }
  SLUICE_TRY(CheckSource(data, local_path));
  PutAnswer answer;
  SLUICE_ASSIGN_OR_RETURN(answer.kind, KindOf(TextMember(*info, "locationType")));
  SLUICE_TRY(ReadLocation(*info, answer));
  answer.region = TextMember(*info, "region");
  answer.end_point = TextMember(*info, "endPoint");
  answer.storage_account = TextMember(*info, "storageAccount");
  answer.virtual_hosts = FlagMember(*info, "useVirtualUrl");
  answer.credentials = ReadCredentials(*info);
  SLUICE_ASSIGN_OR_RETURN(answer.encryption, ReadEncryption(data, *info));
  const auto threshold = data.find("threshold");
  answer.threshold_bytes =
      threshold != data.end() && threshold->is_number_unsigned() ? threshold->get<std::uint64_t>() : kThresholdBytes;
  return answer;
}

}  // namespace sluice::snowflake

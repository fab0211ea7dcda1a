#include "snowflake/upload.h"

#include <fmt/format.h>

#include <algorithm>

#include "http/url_text.h"
#include "snowflake/sql_text.h"
#include "snowflake/storage_dialect.h"

namespace sluice::snowflake {

using core::ErrorKind;
using core::Result;
using core::Status;
using http::Request;
using http::Response;

namespace {

constexpr int kTriesMax = 5;
constexpr int kRenewalsMax = 3;
constexpr std::uint64_t kPartsMax = 10'000;

/// A part that lies in memory already, sent without a copy.
class PartBody final : public http::BodySource {
 public:
  explicit PartBody(std::string_view bytes) : bytes_(bytes) {}
  std::uint64_t size() const override { return bytes_.size(); }
  Result<std::size_t> Read(std::span<char> out) override {
    const std::size_t count = std::min(out.size(), bytes_.size() - given_);
    std::copy_n(bytes_.data() + given_, count, out.data());
    given_ += count;
    return count;
  }
  Status Rewind() override {
    given_ = 0;
    return core::Ok();
  }

 private:
  std::string_view bytes_;
  std::size_t given_ = 0;
};

/// One object on its way.
class ObjectUpload {
 public:
  ObjectUpload(const StorageDialect& dialect, StagedBody& body, StorageCredentials credentials,
               const std::function<Result<StorageCredentials>()>& renew, const SessionEnvironment& environment,
               Endpoint& endpoint)
      : dialect_(dialect),
        body_(body),
        credentials_(std::move(credentials)),
        renew_(renew),
        environment_(environment),
        endpoint_(endpoint) {}

  Status SendWhole() {
    SLUICE_ASSIGN_OR_RETURN(const Response response, SendUntilStored([&] {
                              Request request = dialect_.Whole(credentials_, environment_.clock.Now());
                              request.upload = &body_;
                              return request;
                            }));
    (void)response;
    return core::Ok();
  }

  Status SendInParts(std::uint64_t part_bytes) {
    std::string upload_id;
    if (dialect_.Begin(credentials_, environment_.clock.Now())) {
      SLUICE_ASSIGN_OR_RETURN(const Response response,
                              SendUntilStored([&] { return *dialect_.Begin(credentials_, environment_.clock.Now()); }));
      upload_id = dialect_.UploadIdOf(response);
      if (upload_id.empty()) return core::Corruption("storage began an upload in parts without naming it");
    }
    Status sent = SendPartsAndFinish(upload_id, part_bytes);
    if (!sent) {
      // What was sent would be paid for until somebody removes it.
      const auto discard = dialect_.Discard(credentials_, environment_.clock.Now(), upload_id);
      if (discard) (void)environment_.transport.Send(*discard, environment_.cancellation);
    }
    return sent;
  }

 private:
  Status SendPartsAndFinish(const std::string& upload_id, std::uint64_t part_bytes) {
    std::vector<StoredPart> parts;
    std::string part;
    for (std::uint64_t sent = 0; sent < body_.size(); sent += part.size()) {
      part.resize(std::min(part_bytes, body_.size() - sent));
      SLUICE_ASSIGN_OR_RETURN(const std::size_t bytes, body_.Read(part));
      if (bytes != part.size()) return core::IoError("the file became shorter while it was uploaded");
      const std::uint64_t number = parts.size() + 1;
      PartBody part_body(part);
      SLUICE_ASSIGN_OR_RETURN(const Response response, SendUntilStored([&] {
                                Request request =
                                    dialect_.Part(credentials_, environment_.clock.Now(), upload_id, number);
                                request.upload = &part_body;
                                return request;
                              }));
      parts.push_back({.number = number, .tag = dialect_.TagOf(response, number)});
    }
    SLUICE_ASSIGN_OR_RETURN(const Response response, SendUntilStored([&] {
                              return dialect_.Finish(credentials_, environment_.clock.Now(), upload_id, parts);
                            }));
    (void)response;
    return core::Ok();
  }

  /// Send what `make` builds, anew for each try, because a signature has a time and credentials may change.
  Result<Response> SendUntilStored(const std::function<Request()>& make) {
    int renewals = 0;
    for (int attempt = 1;; ++attempt) {
      const Request request = make();
      auto response = environment_.transport.Send(request, environment_.cancellation);
      if (!response && response.error().kind() != ErrorKind::kUnavailable &&
          response.error().kind() != ErrorKind::kOutcomeUnknown) {
        return response;
      }
      const StorageVerdict verdict = response ? dialect_.Judge(*response) : StorageVerdict::kTryAgain;
      const std::string url = http::PublicPartOfUrl(request.url.Reveal());
      if (verdict == StorageVerdict::kStored) return response;
      if (verdict == StorageVerdict::kRefused) return ErrorOfRefusal(*response, url);
      if (verdict == StorageVerdict::kExpired && renewals++ < kRenewalsMax) {
        SLUICE_ASSIGN_OR_RETURN(credentials_, renew_());
        --attempt;
        continue;
      }
      const std::string said = response ? fmt::format("HTTP {}", response->status) : response.error().message();
      if (attempt == kTriesMax || verdict == StorageVerdict::kExpired) {
        return core::Unavailable(fmt::format("{}: not stored after {} tries: {}", url, attempt, said));
      }
      SLUICE_TRY(environment_.waiter.Wait(endpoint_.WaitBefore(attempt), environment_.cancellation));
    }
  }

  static core::Error ErrorOfRefusal(const Response& response, const std::string& url) {
    const std::string text = fmt::format("{}: storage refused the object with HTTP {}", url, response.status);
    if (response.status == 401 || response.status == 403) {
      return core::PermissionError(text).WithHint(
          "the stage's storage does not let this machine in: network policy, "
          "private link, or the clock");
    }
    return core::Corruption(text);
  }

  const StorageDialect& dialect_;
  StagedBody& body_;
  StorageCredentials credentials_;
  const std::function<Result<StorageCredentials>()>& renew_;
  const SessionEnvironment& environment_;
  Endpoint& endpoint_;
};

/// Copy the file into the folder that the service named, under a temporary name first.
Result<std::uint64_t> CopyLocally(const PutAnswer& place, StagedBody& body, const std::string& name,
                                  const SessionOptions& options, storage::FileSystem& files) {
  const std::string root = options.local_stage_root + (options.local_stage_root.ends_with('/') ? "" : "/");
  if (options.local_stage_root.empty() || !place.container.starts_with(root) ||
      place.container.find("/../") != std::string::npos) {
    return core::PermissionError("the service asks for a copy to a folder of this machine; refused")
        .WithHint("local stages are accepted below 'local_stage_root' only");
  }
  SLUICE_TRY(files.CreateDirectories(place.container));
  const std::string target = place.container + (place.container.ends_with('/') ? "" : "/") + name;
  SLUICE_ASSIGN_OR_RETURN(const auto file, files.Create(target + ".tmp"));
  std::string block(256 * core::kKiB, '\0');
  std::uint64_t copied = 0;
  while (true) {
    SLUICE_ASSIGN_OR_RETURN(const std::size_t bytes, body.Read(block));
    if (bytes == 0) break;
    SLUICE_TRY(file->Append(std::string_view(block).substr(0, bytes)));
    copied += bytes;
  }
  SLUICE_TRY(file->Sync());
  SLUICE_TRY(file->Close());
  SLUICE_TRY(files.Rename(target + ".tmp", target));
  return copied;
}

}  // namespace

std::string PutStatement(const std::string& local_path, const std::string& stage_path) {
  return fmt::format("PUT {} {} AUTO_COMPRESS=FALSE OVERWRITE=TRUE", SqlLiteral("file://" + local_path),
                     SqlLiteral(stage_path));
}

Result<std::uint64_t> Upload(const UploadSource& source, const PutAnswer& place,
                             const std::function<Result<StorageCredentials>()>& renew, const SessionOptions& options,
                             const SessionEnvironment& environment, Endpoint& endpoint) {
  const std::string& name = source.object_name;
  SLUICE_ASSIGN_OR_RETURN(const auto body, StagedBody::Open(environment.files, source.local_path, source.key));
  if (place.kind == StorageKind::kLocal) return CopyLocally(place, *body, name, options, environment.files);
  ObjectRecord record{.digest = source.digest, .encryption = {}};
  if (source.key) {
    SLUICE_ASSIGN_OR_RETURN(record.encryption, Describe(*place.encryption, *source.key));
  }
  const bool plain_http = options.BaseUrl().starts_with("http://");
  SLUICE_ASSIGN_OR_RETURN(const auto dialect, DialectFor(place, name, std::move(record), plain_http));
  ObjectUpload upload(*dialect, *body, place.credentials, renew, environment, endpoint);
  if (dialect->in_parts() && body->size() >= place.threshold_bytes) {
    const std::uint64_t part = std::max(options.part_bytes, body->size() / kPartsMax + 1);
    SLUICE_TRY(upload.SendInParts(part));
  } else {
    SLUICE_TRY(upload.SendWhole());
  }
  return body->size();
}

}  // namespace sluice::snowflake

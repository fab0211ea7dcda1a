#include "http/curl_transport.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <vector>

#include "core/ascii.h"
#include "http/libcurl.h"
#include "http/url_text.h"

namespace sluice::http {

using core::Error;
using core::Result;

namespace {

/// Everything that the callbacks of one exchange need.
struct Exchange {
  const Request& request;
  const core::Cancellation& cancellation;
  Response response;
  std::size_t body_sent = 0;
  std::optional<Error> failure;
};

Exchange& ExchangeOf(void* pointer) { return *static_cast<Exchange*>(pointer); }

std::size_t TakeHeader(char* data, std::size_t unit, std::size_t count, void* user) {
  Exchange& exchange = ExchangeOf(user);
  std::string_view line(data, unit * count);
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) {
    exchange.response.headers.clear();  // an interim answer came before
  } else if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
    std::string_view value = line.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    exchange.response.headers.push_back({core::LowerAscii(line.substr(0, colon)), std::string(value)});
  }
  return unit * count;
}

std::size_t TakeBody(char* data, std::size_t unit, std::size_t count, void* user) {
  Exchange& exchange = ExchangeOf(user);
  const std::size_t bytes = unit * count;
  if (exchange.response.body.size() + bytes > exchange.request.response_bytes_max) {
    exchange.failure = core::LimitExceeded(fmt::format("{}: the answer has more than {} bytes",
                                                       PublicPartOfUrl(exchange.request.url.Reveal()),
                                                       exchange.request.response_bytes_max));
    return CURL_WRITEFUNC_ERROR;
  }
  exchange.response.body.append(data, bytes);
  return bytes;
}

std::size_t GiveBody(char* out, std::size_t unit, std::size_t count, void* user) {
  Exchange& exchange = ExchangeOf(user);
  if (exchange.request.upload == nullptr) {
    const std::string_view rest = std::string_view(exchange.request.body).substr(exchange.body_sent);
    const std::size_t bytes = std::min(rest.size(), unit * count);
    std::copy_n(rest.data(), bytes, out);
    exchange.body_sent += bytes;
    return bytes;
  }
  auto bytes = exchange.request.upload->Read({out, unit * count});
  if (!bytes) {
    exchange.failure = std::move(bytes).error();
    return CURL_READFUNC_ABORT;
  }
  return *bytes;
}

/// A kept connection may turn out dead after a part of the body went out; libcurl then begins again.
int SeekBody(void* user, curl_off_t offset, int origin) {
  Exchange& exchange = ExchangeOf(user);
  if (offset != 0 || origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
  exchange.body_sent = 0;
  if (exchange.request.upload == nullptr) return CURL_SEEKFUNC_OK;
  auto rewound = exchange.request.upload->Rewind();
  if (!rewound) exchange.failure = std::move(rewound).error();
  return exchange.failure ? CURL_SEEKFUNC_FAIL : CURL_SEEKFUNC_OK;
}

int Progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return ExchangeOf(user).cancellation.cancelled() ? 1 : 0;
}

Error ErrorOfCurl(const Libcurl& libcurl, CURLcode code, const char* detail, const Request& request) {
  const std::string text =
      fmt::format("{} {}: {}", request.method, PublicPartOfUrl(request.url.Reveal()),
                  detail[0] != '\0' ? std::string(detail) : std::string(libcurl.easy_strerror(code)));
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PROXY:
      return core::Unavailable(text).WithHint("check the host name, the network and the proxy settings");
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return core::PermissionError(text).WithHint(
          "the certificate is not trusted; name the file of the authority that signed it");
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_SEND_FAIL_REWIND:
    case CURLE_BAD_CONTENT_ENCODING: return core::OutcomeUnknown(text);
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL: return core::ConfigurationError(text);
    case CURLE_OUT_OF_MEMORY: return core::LimitExceeded(text);
    case CURLE_ABORTED_BY_CALLBACK: return core::Cancelled(text);
    default: return core::Internal(fmt::format("{} (libcurl code {})", text, static_cast<int>(code)));
  }
}

}  // namespace

/// The library, and handles that rest between requests, each with its open connections.
class CurlTransport::Handles {
 public:
  ~Handles() {
    for (CURL* handle : idle_) libcurl_->easy_cleanup(handle);
  }
  core::Result<std::shared_ptr<const Libcurl>> Library() {
    const std::lock_guard lock(mutex_);
    if (libcurl_ == nullptr) {
      SLUICE_ASSIGN_OR_RETURN(libcurl_, Libcurl::Load());
    }
    return libcurl_;
  }
  CURL* Take() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return libcurl_->easy_init();
    CURL* handle = idle_.back();
    idle_.pop_back();
    return handle;
  }
  void GiveBack(CURL* handle) {
    libcurl_->easy_reset(handle);  // options only: connections stay
    const std::lock_guard lock(mutex_);
    idle_.push_back(handle);
  }

 private:
  std::mutex mutex_;
  std::shared_ptr<const Libcurl> libcurl_;
  std::vector<CURL*> idle_;
};

CurlTransport::CurlTransport(CurlOptions options)
    : options_(std::move(options)), handles_(std::make_unique<Handles>()) {}

CurlTransport::~CurlTransport() = default;

namespace {

void SetMethod(const Libcurl& libcurl, CURL* handle, Exchange& exchange) {
  const Request& request = exchange.request;
  const std::uint64_t bytes = request.upload != nullptr ? request.upload->size() : request.body.size();
  if (request.method == "HEAD") {
    libcurl.easy_setopt(handle, CURLOPT_NOBODY, 1L);
  } else if (request.method == "PUT" || request.method == "POST") {
    libcurl.easy_setopt(handle, CURLOPT_UPLOAD, 1L);
    libcurl.easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    libcurl.easy_setopt(handle, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(bytes));
    libcurl.easy_setopt(handle, CURLOPT_READFUNCTION, GiveBody);
    libcurl.easy_setopt(handle, CURLOPT_READDATA, &exchange);
    libcurl.easy_setopt(handle, CURLOPT_SEEKFUNCTION, SeekBody);
    libcurl.easy_setopt(handle, CURLOPT_SEEKDATA, &exchange);
  } else {
    libcurl.easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
}

void SetOptions(const Libcurl& libcurl, CURL* handle, Exchange& exchange, const CurlOptions& options, char* detail) {
  libcurl.easy_setopt(handle, CURLOPT_ERRORBUFFER, detail);
  libcurl.easy_setopt(handle, CURLOPT_URL, exchange.request.url.Reveal().c_str());
  libcurl.easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  libcurl.easy_setopt(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  libcurl.easy_setopt(handle, CURLOPT_USERAGENT, options.user_agent.c_str());
  libcurl.easy_setopt(handle, CURLOPT_PATH_AS_IS, 1L);
  libcurl.easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  libcurl.easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
  libcurl.easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(exchange.request.timeout.count()));
  libcurl.easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
  libcurl.easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, static_cast<long>(options.stall_timeout.count()));
  libcurl.easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
  if (!options.authorities_file.empty()) {
    libcurl.easy_setopt(handle, CURLOPT_CAINFO, options.authorities_file.c_str());
  }
  libcurl.easy_setopt(handle, CURLOPT_HEADERFUNCTION, TakeHeader);
  libcurl.easy_setopt(handle, CURLOPT_HEADERDATA, &exchange);
  libcurl.easy_setopt(handle, CURLOPT_WRITEFUNCTION, TakeBody);
  libcurl.easy_setopt(handle, CURLOPT_WRITEDATA, &exchange);
  libcurl.easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, Progress);
  libcurl.easy_setopt(handle, CURLOPT_XFERINFODATA, &exchange);
  libcurl.easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
}

struct FreeList {
  const Libcurl* libcurl;
  void operator()(curl_slist* list) const { libcurl->slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

/// Null when memory is out or a header would break the line.
HeaderList HeaderListOf(const Libcurl& libcurl, const std::vector<Header>& headers) {
  // No waiting for "100 Continue", no invented Content-Type.
  HeaderList list(libcurl.slist_append(nullptr, "Expect:"), FreeList{&libcurl});
  for (const Header& header : headers) {
    if ((header.name + header.value).find_first_of("\r\n") != std::string::npos) return {nullptr, FreeList{&libcurl}};
    // libcurl sends a header without a value only when it ends with a semicolon.
    const std::string line = header.value.empty() ? header.name + ";" : header.name + ": " + header.value;
    if (list == nullptr || libcurl.slist_append(list.get(), line.c_str()) == nullptr) {
      return {nullptr, FreeList{&libcurl}};
    }
  }
  return list;
}

}  // namespace

Result<Response> CurlTransport::Send(const Request& request, const core::Cancellation& cancellation) {
  SLUICE_TRY(cancellation.Check());
  SLUICE_ASSIGN_OR_RETURN(const std::shared_ptr<const Libcurl> libcurl, handles_->Library());
  const HeaderList headers = HeaderListOf(*libcurl, request.headers);
  if (headers == nullptr) return core::InvalidInput("a header's name or value holds a line break");
  if (request.upload != nullptr) SLUICE_TRY(request.upload->Rewind());
  CURL* handle = handles_->Take();
  if (handle == nullptr) return core::LimitExceeded("libcurl gives no handle: memory is out");
  char detail[CURL_ERROR_SIZE] = "";
  Exchange exchange{.request = request, .cancellation = cancellation, .response = {}, .failure = {}};
  SetOptions(*libcurl, handle, exchange, options_, detail);
  SetMethod(*libcurl, handle, exchange);
  libcurl->easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
  const CURLcode code = libcurl->easy_perform(handle);
  long status = 0;
  libcurl->easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  handles_->GiveBack(handle);
  if (exchange.failure) return *std::move(exchange.failure);
  if (code != CURLE_OK) return ErrorOfCurl(*libcurl, code, detail, request);
  exchange.response.status = static_cast<int>(status);
  return std::move(exchange.response);
}

}  // namespace sluice::http

#include "http/libcurl.h"

#include <array>
#include <string>

#include "core/shared_library.h"

namespace sluice::http {

core::Result<std::shared_ptr<const Libcurl>> Libcurl::Load() {
  // The builds of one interface with other TLS libraries behind it.
  const std::array<std::string, 3> candidates{"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl-nss.so.4"};
  auto library = core::SharedLibrary::Open("libcurl", candidates);
  if (!library.has_value()) return std::move(library).error().WithHint("install libcurl4");
  auto functions = std::make_shared<Libcurl>();
  library->Find("curl_global_init", functions->global_init);
  library->Find("curl_easy_init", functions->easy_init);
  library->Find("curl_easy_setopt", functions->easy_setopt);
  library->Find("curl_easy_perform", functions->easy_perform);
  library->Find("curl_easy_getinfo", functions->easy_getinfo);
  library->Find("curl_easy_reset", functions->easy_reset);
  library->Find("curl_easy_cleanup", functions->easy_cleanup);
  library->Find("curl_easy_strerror", functions->easy_strerror);
  library->Find("curl_slist_append", functions->slist_append);
  library->Find("curl_slist_free_all", functions->slist_free_all);
  SLUICE_TRY(library->CheckFound());
  // libcurl wants this once per process, before threads use it.
  static const CURLcode initialised = functions->global_init(CURL_GLOBAL_DEFAULT);
  if (initialised != CURLE_OK) return core::Internal("libcurl could not be set up");
  return std::shared_ptr<const Libcurl>(std::move(functions));
}

}  // namespace sluice::http

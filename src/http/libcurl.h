#pragma once

#include <curl/curl.h>

#include <memory>

#include "core/result.h"

namespace sluice::http {

/// The functions of libcurl that this room calls, by their names without the prefix `curl_`. Their contracts are those
/// of curl.h.
struct Libcurl {
  /// Open libcurl, when the first request is made: a command that asks nobody does not wait for libcurl and the thirty
  /// libraries behind it. NotFound when it is not installed.
  static core::Result<std::shared_ptr<const Libcurl>> Load();

  decltype(&curl_global_init) global_init;
  decltype(&curl_easy_init) easy_init;
  decltype(&curl_easy_setopt) easy_setopt;
  decltype(&curl_easy_perform) easy_perform;
  decltype(&curl_easy_getinfo) easy_getinfo;
  decltype(&curl_easy_reset) easy_reset;
  decltype(&curl_easy_cleanup) easy_cleanup;
  decltype(&curl_easy_strerror) easy_strerror;
  decltype(&curl_slist_append) slist_append;
  decltype(&curl_slist_free_all) slist_free_all;
};

}  // namespace sluice::http

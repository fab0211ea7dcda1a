#include "warehouse/open_target.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "http/curl_transport.h"
#include "http/url_text.h"
#include "query/library.h"
#include "warehouse/clickhouse_target.h"
#include "warehouse/delta_target.h"
#include "warehouse/duckdb_target.h"
#include "warehouse/postgres_target.h"
#include "warehouse/snowflake_url.h"
#include "warehouse/target_url.h"

namespace sluice::warehouse {
namespace {

core::Result<std::unique_ptr<LoadTarget>> OpenDuckDb(const storage::Environment& environment, TargetUrl url,
                                                     const OpenTargetOptions& options) {
  SLUICE_ASSIGN_OR_RETURN(const std::string table, url.Take("table"));
  SLUICE_TRY(url.CheckAllTaken());
  if (url.rest.empty())
    return core::UsageError("duckdb: names no file")
        .WithHint("postgresql://host/db?table=s.t, duckdb:FILE?table=t, delta:DIR");
  SLUICE_ASSIGN_OR_RETURN(auto library, query::Library::Load());
  return OpenDuckDbTarget(std::move(library), {.database = url.rest,
                                               .create = options.create,
                                               .dry_run = options.dry_run,
                                               .table = table,
                                               .threads = environment.executor.threads(),
                                               .memory_bytes_max = environment.memory_bytes});
}

core::Result<std::unique_ptr<LoadTarget>> OpenDelta(const storage::Environment& environment, const TargetUrl& url) {
  SLUICE_TRY(url.CheckAllTaken());
  if (url.rest.empty()) return core::UsageError("delta: names no folder").WithHint("delta:DIR");
  return OpenDeltaTarget(environment, url.rest);
}

/// "//user@host:port/database".
core::Result<std::unique_ptr<LoadTarget>> OpenClickHouse(const storage::Environment& environment, TargetUrl url,
                                                         const OpenTargetOptions& options) {
  ClickHouseTargetOptions server;
  SLUICE_ASSIGN_OR_RETURN(server.table, url.Take("table"));
  SLUICE_TRY(url.CheckAllTaken());
  std::string_view rest = url.rest;
  const bool plain = url.scheme == "clickhouse+http";
  if (!rest.starts_with("//")) {
    return core::UsageError("clickhouse: names no server").WithHint("clickhouse://user@host/database?table=t");
  }
  rest.remove_prefix(2);
  if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) {
    server.user = rest.substr(0, at);
    rest.remove_prefix(at + 1);
    if (server.user.find(':') != std::string::npos) {
      return core::UsageError("clickhouse: a password does not belong into a command line")
          .WithHint("put it into CLICKHOUSE_PASSWORD");
    }
  }
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  std::string host(rest.substr(0, slash));
  if (host.empty()) return core::UsageError("clickhouse: names no server");
  if (slash + 1 < rest.size()) server.database = rest.substr(slash + 1);
  if (host.find(':', host.find(']') == std::string::npos ? 0 : host.find(']')) == std::string::npos) {
    host += plain ? ":8123" : ":8443";
  }
  server.server = (plain ? "http://" : "https://") + host;
  if (options.variable) server.password = core::Secret(options.variable("CLICKHOUSE_PASSWORD").value_or(""));
  return OpenClickHouseTarget(environment, std::make_unique<http::CurlTransport>(http::CurlOptions{}),
                              std::move(server));
}

/// What is not ours is libpq's.
core::Result<std::unique_ptr<LoadTarget>> OpenPostgres(const storage::Environment& environment, TargetUrl url,
                                                       const OpenTargetOptions& options) {
  SLUICE_ASSIGN_OR_RETURN(const std::string table, url.Take("table"));
  std::string server = "postgresql:" + url.rest;
  char separator = '?';
  // Its own variable libpq finds by itself; a caller's may be another. What the URL says is stronger than both.
  const std::string_view user = std::string_view(url.rest).substr(0, url.rest.rfind('@') + 1);
  const bool stated = url.parameters.contains("password") || user.find(':') != std::string_view::npos;
  if (options.variable && !stated) {
    if (const auto password = options.variable("PGPASSWORD")) url.parameters["password"] = *password;
  }
  for (const auto& [key, value] : url.parameters) {
    server += separator + http::PercentEncoded(key) + "=" + http::PercentEncoded(value);
    separator = '&';
  }
  return OpenPostgresTarget(
      environment,
      {.connection = {.url = server, .application = "sluice load"}, .table = table, .parallel = options.parallel});
}

core::Result<std::unique_ptr<LoadTarget>> OpenSnowflake(const storage::Environment& environment, TargetUrl url,
                                                        const OpenTargetOptions& options) {
  SLUICE_ASSIGN_OR_RETURN(SnowflakeTargetOptions snowflake,
                          SnowflakeOptionsOf(std::move(url), options.variable, environment.files));
  snowflake.create_stage = options.create;
  snowflake.skip_bad_rows = options.skip_bad_rows;
  snowflake.parallel = options.parallel;
  return OpenSnowflakeTarget(environment, std::move(snowflake));
}

}  // namespace

core::Status CheckTargetUrl(const std::string& url, bool skip_bad_rows) {
  constexpr std::array<std::string_view, 7> kSchemes{"duckdb",     "delta",           "postgresql", "postgres",
                                                     "clickhouse", "clickhouse+http", "snowflake"};
  SLUICE_ASSIGN_OR_RETURN(const TargetUrl parsed, ParseTargetUrl(url));
  if (std::ranges::find(kSchemes, parsed.scheme) == kSchemes.end()) {
    return core::UsageError(fmt::format("nothing is loaded into '{}:'", parsed.scheme))
        .WithHint("postgresql:, snowflake:, clickhouse:, duckdb: or delta:; docs/guide/load.md has examples");
  }
  if (skip_bad_rows && parsed.scheme != "snowflake") {
    return core::UsageError(fmt::format("{}: takes a file whole or not at all", parsed.scheme))
        .WithHint("only snowflake: leaves rows out (on_error: continue)");
  }
  const auto table = parsed.parameters.find("table");
  if (parsed.scheme == "delta" || (table != parsed.parameters.end() && !table->second.empty())) return core::Ok();
  return core::UsageError("the target names no table").WithHint("add ?table=…");
}

core::Result<std::unique_ptr<LoadTarget>> OpenTarget(const storage::Environment& environment, const std::string& url,
                                                     const OpenTargetOptions& options) {
  SLUICE_TRY(CheckTargetUrl(url, options.skip_bad_rows));
  SLUICE_ASSIGN_OR_RETURN(TargetUrl parsed, ParseTargetUrl(url));
  if (parsed.scheme == "duckdb") return OpenDuckDb(environment, std::move(parsed), options);
  if (parsed.scheme == "delta") return OpenDelta(environment, parsed);
  if (parsed.scheme == "postgresql" || parsed.scheme == "postgres") {
    return OpenPostgres(environment, std::move(parsed), options);
  }
  if (parsed.scheme == "clickhouse" || parsed.scheme == "clickhouse+http") {
    return OpenClickHouse(environment, std::move(parsed), options);
  }
  return OpenSnowflake(environment, std::move(parsed), options);
}

}  // namespace sluice::warehouse

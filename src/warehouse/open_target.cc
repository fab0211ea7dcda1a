#include "warehouse/open_target.h"

#include <fmt/format.h>

#include <utility>

#include "query/library.h"
#include "warehouse/duckdb_target.h"
#include "warehouse/target_url.h"

namespace sluice::warehouse {
namespace {

core::Result<std::unique_ptr<LoadTarget>> OpenDuckDb(const storage::Environment& environment, TargetUrl url) {
  SLUICE_ASSIGN_OR_RETURN(const std::string table, url.Take("table"));
  SLUICE_TRY(url.CheckAllTaken());
  if (url.rest.empty()) return core::UsageError("duckdb: names no file").WithHint("duckdb:FILE?table=t");
  SLUICE_ASSIGN_OR_RETURN(auto library, query::Library::Load());
  return OpenDuckDbTarget(std::move(library), {.database = url.rest,
                                               .table = table,
                                               .threads = environment.executor.threads(),
                                               .memory_bytes_max = environment.memory_bytes});
}

}  // namespace

core::Result<std::unique_ptr<LoadTarget>> OpenTarget(const storage::Environment& environment, const std::string& url,
                                                     const OpenTargetOptions& /*options*/) {
  SLUICE_ASSIGN_OR_RETURN(TargetUrl parsed, ParseTargetUrl(url));
  if (parsed.scheme == "duckdb") return OpenDuckDb(environment, std::move(parsed));
  return core::UsageError(fmt::format("nothing is loaded into '{}:'", parsed.scheme)).WithHint("duckdb:FILE?table=t");
}

}  // namespace sluice::warehouse

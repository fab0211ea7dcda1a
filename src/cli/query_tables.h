#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/application.h"
#include "core/result.h"
#include "jobs/table_rows.h"
#include "query/session.h"
#include "query/views.h"

namespace sluice::cli {

/// The Delta tables that a query names.
class QueryTables {
 public:
  /// Whether `path` is one: "delta:DIR", a folder with a log, or either with a version behind '@'.
  static core::Result<bool> IsDelta(const std::string& path, Application& application);

  /// Open the table at `path` under `name`.
  core::Status Add(const std::string& name, const std::string& path, Application& application);
  bool empty() const { return tables_.empty(); }

  /// Make the tables in `session`; of each only the files that `sql` can use are read. `views` may name the tables.
  core::Status Register(query::Session& session, const std::string& sql, const query::ViewSet& views);
  /// Say which files were read and skipped, and why.
  core::Status Explain(Console& console) const;

 private:
  std::vector<std::pair<std::string, std::shared_ptr<jobs::TableRows>>> tables_;
};

}  // namespace sluice::cli

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

/// The Delta tables that a query can name; only those that it does are opened.
class QueryTables {
 public:
  /// Whether `path` is one: "delta:DIR", a folder with a log, or either with a version behind '@'.
  static core::Result<bool> IsDelta(const std::string& path, Application& application);

  /// The table at `path` under `name`.
  void Add(std::string name, std::string path) { known_.emplace_back(std::move(name), std::move(path)); }

  /// Make what `sql` can name in `session`: the tables, opened now, and those of `views`, which may stand over them. Of
  /// each table only the files that `sql` can use are read.
  core::Status Register(query::Session& session, const std::string& sql, const query::ViewSet& views,
                        Application& application);
  /// An error of the statement; for a name that is not there, with the nearest of those that `Register` knew.
  core::Error WithNearestName(core::Error error) const;
  /// Say which files were read and skipped, and why.
  core::Status Explain(Console& console) const;

 private:
  core::Status Open(const std::string& name, const std::string& path, Application& application);

  std::vector<std::pair<std::string, std::string>> known_;  // name → path
  std::vector<std::string> names_;                          // of these and of the views
  std::vector<std::pair<std::string, std::shared_ptr<jobs::TableRows>>> tables_;
};

}  // namespace sluice::cli

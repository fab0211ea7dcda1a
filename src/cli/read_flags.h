#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/result.h"
#include "jobs/read_settings.h"
#include "schema/table_spec.h"
#include "storage/file_system.h"

namespace CLI {
class App;
}

namespace sluice::cli {

/// The flags that say how inputs are read; shared by `copy` and `schema`.
class ReadFlags {
 public:
  /// Add the flags to `verb`. The object must outlive the parsing.
  void AddTo(CLI::App& verb);

  /// Only --schema and --columns.
  void AddSchemaTo(CLI::App& verb);

  /// The settings stated. UsageError naming the flag that does not fit.
  core::Result<jobs::ReadSettings> Settings() const;
  /// The schema of --schema or --columns; empty when neither was given.
  core::Result<std::optional<schema::TableSpec>> Declared(storage::FileSystem& files) const;

 private:
  std::vector<std::pair<std::string, std::string>> given_;  // setting → text, in the order of the command line
  std::vector<std::string> null_texts_;
  std::string columns_;
  std::string schema_path_;
  std::string extra_;
  std::vector<std::string> renames_;
};

}  // namespace sluice::cli

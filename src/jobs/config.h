#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"
#include "jobs/name_pattern.h"
#include "jobs/read_settings.h"
#include "jobs/secret_reference.h"
#include "jobs/settings.h"
#include "parquet/write_options.h"
#include "schema/table_spec.h"
#include "schema/yaml_node.h"
#include "storage/file_system.h"
#include "warehouse/loader.h"

namespace sluice::jobs {

enum class JobKind : std::uint8_t { kExport, kReplicate, kLoad, kMaintain };

/// "export", "replicate", "load", "maintain".
std::string_view JobKindName(JobKind kind);

/// A named text: a view or a macro.
using NamedSql = std::pair<std::string, std::string>;

/// What an export job reads. Paths are relative to the configuration's folder, which is already put before them.
struct ExportSource {
  std::vector<NamePattern> files = {};
  bool required = false;  ///< a missing input is an error (Unavailable), not a warning
  ReadSettings read = {};
};

/// How an export job writes to a Delta table.
struct TableTarget {
  bool overwrite = false;  ///< each output takes the place of the whole table
  std::optional<NamePattern> replace_where =
      {};                    ///< SQL with dates: the rows of a date, where a column does not say it
  bool add_columns = false;  ///< columns that the table lacks are added to it
  std::vector<std::string> partition_by = {};
  std::vector<std::string> cluster_by = {};                         ///< of a new table
  std::map<std::string, std::string, std::less<>> properties = {};  ///< of a new table
};

/// What an export job writes: `folder` / `file`, where `file` holds the dates; or the Delta table in `folder`.
struct ExportTarget {
  std::string folder = {};
  std::optional<NamePattern> file = {};  ///< always set in a Config that was read without mistakes, but for a table
  parquet::WriteOptions write = {};
  std::optional<TableTarget> table = {};
};

struct ExportJob {
  ExportSource source = {};
  ExportTarget target = {};
  std::string schema_path = {};                  ///< "" = inline or none
  std::optional<schema::TableSpec> schema = {};  ///< filled by LoadConfig; empty = inferred from all rows
  std::string rejects_max = "0";                 ///< "100" or "1%"
  std::optional<NamePattern> rejects_file = {};  ///< empty = beside the output
  std::vector<NamedSql> views = {};              ///< name → SQL with {target}
  std::vector<NamedSql> macros = {};             ///< "name(parameters)" → what follows AS
};

/// What a load job brings where.
struct LoadJob {
  std::string folder = {};                       ///< a recorder's, or one above several
  std::string target = {};                       ///< the URL of a table, as `sluice load` takes it
  std::optional<SecretReference> password = {};  ///< of the connection
  warehouse::LoadOptions options = {};
};

/// When a job is to run; kept for `schedule`.
struct JobSchedule {
  std::string daily = {};   ///< "05:00"
  std::string weekly = {};  ///< "mon 05:00"
  std::string cron = {};
  std::optional<std::chrono::milliseconds> timeout = {};
  bool nice = false;

  bool operator==(const JobSchedule& other) const = default;
};

struct JobConfig {
  std::string name = {};
  int line = 0;
  JobKind kind = JobKind::kExport;
  std::string timezone = "UTC";
  std::optional<JobSchedule> schedule = {};
  std::optional<ExportJob> export_job = {};  ///< set when kind is kExport
  std::optional<LoadJob> load_job = {};      ///< set when kind is kLoad
};

struct ConnectionConfig {
  std::string name = {};
  std::string url = {};
  std::string user = {};
  std::optional<SecretReference> password = {};
};

struct NotifyConfig {
  std::vector<std::string> on = {};  ///< "success", "failure", "missed", "rejects"
  std::string channel = {};          ///< "webhook", "slack", "discord", "smtp"
  std::string url = {};              ///< when it is no secret
  std::optional<SecretReference> secret_url = {};
};

/// A configuration file (docs/formats/config.md) as values.
struct Config {
  std::string path = {};
  std::string folder = {};  ///< of the file; "" = the working directory
  std::string timezone = "UTC";
  std::vector<ConnectionConfig> connections = {};
  std::vector<NotifyConfig> notify = {};
  std::vector<JobConfig> jobs = {};
  std::vector<FileSetting> settings = {};
  schema::YamlNode document = {};  ///< for `config show`

  /// The job named `name`, or NotFound with the nearest name.
  core::Result<const JobConfig*> FindJob(const std::string& name) const;
};

/// Read a configuration. `path` names it in messages and gives the folder. A Configuration error tells every mistake
/// with its line. Schema files are not opened.
core::Result<Config> ParseConfig(std::string_view text, const std::string& path);

/// Read the file at `path` and the schema files it names; the mistakes of all are told together. NotFound with a hint
/// when there is no such file. Jobs that do not say a setting themselves take it from the flags or the environment of
/// `around`, then from the top level of the file, then from the user's file.
core::Result<Config> LoadConfig(const std::string& path, storage::FileSystem& files, const SettingLayers& around = {});

/// The export part of a job; Unsupported, by name, for a job of another kind: a load has nothing to plan in steps.
core::Result<const ExportJob*> RequireExport(const JobConfig& job);

/// `sql` with every {target} replaced by `relation`.
std::string ExpandTarget(std::string_view sql, std::string_view relation);

}  // namespace sluice::jobs

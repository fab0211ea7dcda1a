#include "jobs/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/byte_size.h"
#include "core/suggestion.h"
#include "jobs/config_reader.h"
#include "jobs/settings_reader.h"
#include "schema/schema_file.h"
#include "storage/path.h"

namespace sluice::jobs {
namespace {

using schema::DiagnosticList;
using schema::YamlMapping;
using schema::YamlMember;
using schema::YamlNode;

constexpr std::int64_t kConfigVersion = 1;
constexpr std::uint64_t kFileBytesMax = core::kMiB;
constexpr std::array<std::string_view, 4> kKindNames{"export", "replicate", "load", "maintain"};

std::string FolderOf(const std::string& path) {
  std::string folder = storage::ParentPath(path);
  return folder == "." ? "" : folder;
}

ConnectionConfig ReadConnection(const YamlMember& member, DiagnosticList& mistakes) {
  ConnectionConfig connection;
  connection.name = member.key;
  YamlMapping mapping(member.value, fmt::format("connection '{}'", member.key), mistakes);
  mapping.Require("url", "write url: \"postgresql://host/database\"");
  connection.url = mapping.Text("url").value_or("");
  connection.user = mapping.Text("user").value_or("");
  if (const auto text = mapping.Text("password")) {
    auto reference = SecretReference::Parse(*text);
    if (reference) {
      connection.password = *std::move(reference);
    } else {
      mapping.Mistake("password", reference.error());
    }
  }
  mapping.Finish();
  return connection;
}

void ReadChannel(YamlMapping& mapping, const std::string& channel, NotifyConfig& notify) {
  const auto text = mapping.Text(channel);
  if (!text) return;
  if (!notify.channel.empty()) {
    mapping.Mistake(channel, fmt::format("'{}' and '{}' in one notification", notify.channel, channel),
                    "write one list entry for each");
    return;
  }
  notify.channel = channel;
  auto reference = SecretReference::Parse(*text);
  if (reference) {
    notify.secret_url = *std::move(reference);
  } else if (channel == "webhook" || channel == "smtp") {
    notify.url = *text;
  } else {
    mapping.Mistake(channel, reference.error());  // the address of such a hook is its secret
  }
}

NotifyConfig ReadNotify(const YamlNode& node, DiagnosticList& mistakes) {
  static const std::vector<std::string> events{"success", "failure", "missed", "rejects"};
  NotifyConfig notify;
  YamlMapping mapping(node, "a notification", mistakes);
  mapping.Require("on", "write on: [failure]");
  notify.on = mapping.Texts("on");
  for (const std::string& event : notify.on) {
    if (std::find(events.begin(), events.end(), event) != events.end()) continue;
    const std::string nearest = core::NearestName(event, events);
    mapping.Mistake("on", fmt::format("'{}' is not an event", event),
                    nearest.empty() ? fmt::format("events are {}", fmt::join(events, ", "))
                                    : fmt::format("did you mean '{}'?", nearest));
  }
  for (const char* channel : {"webhook", "slack", "discord", "smtp"}) ReadChannel(mapping, channel, notify);
  if (notify.channel.empty() && node.kind == YamlNode::Kind::kMapping) {
    mapping.Mistake("", "a notification needs one of 'webhook', 'slack', 'discord', 'smtp'");
  }
  mapping.Finish();
  return notify;
}

void CheckNamesAreUnique(const Config& config, DiagnosticList& mistakes) {
  std::vector<std::pair<std::string, std::string>> owners;
  for (const JobConfig& job : config.jobs) {
    if (!job.export_job) continue;
    for (const auto* names : {&job.export_job->views, &job.export_job->macros}) {
      for (const auto& [name, sql] : *names) {
        const std::string bare = name.substr(0, name.find('('));
        const auto earlier =
            std::find_if(owners.begin(), owners.end(), [&](const auto& owner) { return owner.first == bare; });
        if (earlier != owners.end()) {
          mistakes.Add(job.line, 1,
                       fmt::format("'{}' of job '{}' is also in job '{}'", bare, job.name, earlier->second),
                       "views and macros of all jobs share one namespace");
        }
        owners.emplace_back(bare, job.name);
      }
    }
  }
}

void CheckTargetsDiffer(const Config& config, DiagnosticList& mistakes) {
  std::vector<std::pair<std::string, std::string>> owners;
  for (const JobConfig& job : config.jobs) {
    if (!job.export_job) continue;
    const ExportTarget& written = job.export_job->target;
    if (!written.file && !written.table) continue;
    std::string target = written.table ? written.folder : storage::JoinPath(written.folder, written.file->text());
    const auto earlier =
        std::find_if(owners.begin(), owners.end(), [&](const auto& owner) { return owner.first == target; });
    if (earlier != owners.end()) {
      mistakes.Add(job.line, 1,
                   fmt::format("jobs '{}' and '{}' write the same {}", earlier->second, job.name,
                               written.table ? "table" : "files"),
                   written.table ? "give one of them another 'delta', or one job both inputs: files: [A, B]"
                                 : "give one of them another 'parquet' or 'file'");
    }
    owners.emplace_back(std::move(target), job.name);
  }
}

void CheckLoadsDiffer(const Config& config, DiagnosticList& mistakes) {
  for (auto job = config.jobs.begin(); job != config.jobs.end(); ++job) {
    if (!job->load_job || job->load_job->folder.empty()) continue;
    const auto earlier = std::find_if(config.jobs.begin(), job, [&](const JobConfig& other) {
      return other.load_job && other.load_job->folder == job->load_job->folder &&
             !(other.load_job->options.keep && job->load_job->options.keep);
    });
    if (earlier == job) continue;
    mistakes.Add(job->line, 1,
                 fmt::format("jobs '{}' and '{}' load from the same folder, and one of them deletes what it loaded",
                             earlier->name, job->name),
                 "say keep: true in the source of both");
  }
}

// Settings that jobs inherit, strongest first. Values that do not fit are left out: Settings::Resolve tells of them.
std::vector<FileSetting> InheritedSettings(const SettingLayers& around, const std::vector<FileSetting>& own) {
  std::vector<FileSetting> inherited;
  const auto add = [&](const SettingDefinition& definition, const std::optional<std::string>& text) {
    if (text && CheckSetting(definition, *text)) inherited.push_back({.name = definition.name, .text = *text});
  };
  for (const SettingDefinition& definition : SettingDefinitions()) {
    const auto flag = around.flags.find(definition.name);
    if (flag != around.flags.end()) add(definition, flag->second);
    if (around.environment) add(definition, around.environment(EnvironmentNameOf(definition.name)));
  }
  inherited.insert(inherited.end(), own.begin(), own.end());
  inherited.insert(inherited.end(), around.user.begin(), around.user.end());
  return inherited;
}

Config ReadConfig(const YamlNode& node, const std::string& path, const SettingLayers& around,
                  DiagnosticList& mistakes) {
  Config config{.path = path, .folder = FolderOf(path)};
  YamlMapping mapping(node, "the configuration", mistakes);
  const auto version = mapping.Integer("version");
  if (version && *version != kConfigVersion) {
    mapping.Mistake("version", fmt::format("version {} is not known", *version), "this Sluice reads version 1");
  }
  config.timezone = ReadTimezone(mapping).value_or("UTC");
  config.settings = ReadFileSettings(mapping, path);
  if (const YamlNode* connections = mapping.FindMapping("connections")) {
    for (const YamlMember& member : connections->members)
      config.connections.push_back(ReadConnection(member, mistakes));
  }
  if (const YamlNode* notify = mapping.FindSequence("notify")) {
    for (const YamlNode& item : notify->items) config.notify.push_back(ReadNotify(item, mistakes));
  }
  if (const YamlNode* jobs = mapping.FindMapping("jobs")) {
    const std::vector<FileSetting> inherited = InheritedSettings(around, config.settings);
    const ConfigScope scope{config.folder, config.timezone, config.connections, inherited, mistakes};
    for (const YamlMember& member : jobs->members) config.jobs.push_back(ReadJob(member, scope));
  }
  CheckNamesAreUnique(config, mistakes);
  CheckTargetsDiffer(config, mistakes);
  CheckLoadsDiffer(config, mistakes);
  mapping.Finish();
  return config;
}

// Schema files are shared between jobs; each is read, and its mistakes are told, once.
void LoadSchemas(Config& config, storage::FileSystem& files, DiagnosticList& mistakes) {
  std::vector<std::pair<std::string, std::optional<schema::TableSpec>>> loaded;
  std::vector<DiagnosticList> found;
  for (JobConfig& job : config.jobs) {
    if (!job.export_job || job.export_job->schema_path.empty()) continue;
    const std::string& path = job.export_job->schema_path;
    auto known = std::find_if(loaded.begin(), loaded.end(), [&](const auto& entry) { return entry.first == path; });
    if (known == loaded.end()) {
      const auto text = files.ReadAll(path, kFileBytesMax);
      DiagnosticList own(path);
      std::optional<schema::TableSpec> spec;
      if (!text) {
        mistakes.Add(job.line, 1, fmt::format("schema of job '{}': {}", job.name, text.error().message()),
                     text.error().hint());
      } else if (const auto node = schema::ParseYaml(*text, own)) {
        spec = schema::ReadTableSpec(*node, own);
      }
      found.push_back(std::move(own));
      known = loaded.insert(loaded.end(), {path, std::move(spec)});
    }
    job.export_job->schema = known->second;
  }
  for (const DiagnosticList& list : found) mistakes.Append(list);
}

std::optional<Config> Read(std::string_view text, const std::string& path, const SettingLayers& around,
                           DiagnosticList& mistakes) {
  auto node = schema::ParseYaml(text, mistakes);
  if (!node) return std::nullopt;
  Config config = ReadConfig(*node, path, around, mistakes);
  config.document = *std::move(node);
  return config;
}

}  // namespace

std::string_view JobKindName(JobKind kind) { return kKindNames[static_cast<std::size_t>(kind)]; }

core::Result<const JobConfig*> Config::FindJob(const std::string& name) const {
  std::vector<std::string> names;
  for (const JobConfig& job : jobs) {
    if (job.name == name) return &job;
    names.push_back(job.name);
  }
  const std::string nearest = core::NearestName(name, names);
  return core::NotFound(fmt::format("there is no job '{}' in {}", name, path))
      .WithHint(!nearest.empty() ? fmt::format("did you mean '{}'?", nearest)
                                 : fmt::format("jobs are {}", fmt::join(names, ", ")));
}

core::Result<Config> ParseConfig(std::string_view text, const std::string& path) {
  DiagnosticList mistakes(path);
  auto config = Read(text, path, {}, mistakes);
  SLUICE_TRY(mistakes.ToStatus());
  return *std::move(config);
}

core::Result<Config> LoadConfig(const std::string& path, storage::FileSystem& files, const SettingLayers& around) {
  auto text = files.ReadAll(path, kFileBytesMax);
  if (!text) {
    if (text.error().kind() != core::ErrorKind::kNotFound) return std::move(text).error();
    return core::NotFound(fmt::format("there is no configuration file {}", path))
        .WithHint("name it with --config, or begin with the one in examples/query_analytics");
  }
  DiagnosticList mistakes(path);
  auto config = Read(*text, path, around, mistakes);
  if (config) LoadSchemas(*config, files, mistakes);
  SLUICE_TRY(mistakes.ToStatus());
  return *std::move(config);
}

core::Result<const ExportJob*> RequireExport(const JobConfig& job) {
  if (job.export_job) return &*job.export_job;
  if (job.load_job) {
    return core::Unsupported(fmt::format("job '{}' is a load, which is not planned in steps", job.name))
        .WithHint(fmt::format("sluice run {} --dry-run tells what there is to load", job.name));
  }
  return core::Unsupported(
             fmt::format("job '{}' is of kind '{}', which this version does not run", job.name, JobKindName(job.kind)))
      .WithHint("name the jobs to run");
}

std::string ExpandTarget(std::string_view sql, std::string_view relation) {
  constexpr std::string_view kPlaceholder = "{target}";
  std::string expanded;
  for (std::size_t at = sql.find(kPlaceholder); at != std::string_view::npos; at = sql.find(kPlaceholder)) {
    expanded += sql.substr(0, at);
    expanded += relation;
    sql.remove_prefix(at + kPlaceholder.size());
  }
  return expanded + std::string(sql);
}

}  // namespace sluice::jobs

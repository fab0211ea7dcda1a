// Reading the keys of a load job: see config_reader.h.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/duration.h"
#include "core/suggestion.h"
#include "http/url_text.h"
#include "jobs/config_reader.h"
#include "warehouse/open_target.h"

namespace sluice::jobs {
namespace {

using schema::YamlMapping;
using schema::YamlNode;

/// Reads one load job; each method is some of its keys.
class LoadReader {
 public:
  LoadReader(const std::string& name, const ConfigScope& scope) : name_(name), scope_(scope) {}

  LoadJob Read(YamlMapping& mapping) {
    if (mapping.Require("source", "write source: {recorder: FOLDER}")) {
      if (const YamlNode* node = mapping.FindMapping("source")) ReadSource(*node);
    }
    if (mapping.Require("target", "write target: {url: \"duckdb:FILE?table=t\"}, or {connection: NAME, table: T}")) {
      if (const YamlNode* node = mapping.FindMapping("target")) ReadTarget(*node);
    }
    job_.options.skip_bad_rows = mapping.Choice("on_error", {"abort", "continue"}).value_or("abort") == "continue";
    CheckTarget(mapping);
    job_.options.json_columns = mapping.Texts("json_columns");
    job_.options.retry_failed = mapping.Bool("retry_failed").value_or(false);
    job_.options.collect_garbage = mapping.Bool("gc").value_or(false);
    ReadParallel(mapping);
    if (const auto text = mapping.Text("retry_for")) {
      const auto duration = core::ParseDuration(*text);
      if (!duration) mapping.Mistake("retry_for", duration.error());
      job_.options.retry_for = duration.value_or(std::chrono::milliseconds(0));
    }
    return std::move(job_);
  }

 private:
  std::string Of(const char* part) const { return fmt::format("the {} of job '{}'", part, name_); }

  void ReadSource(const YamlNode& node) {
    YamlMapping source(node, Of("source"), scope_.mistakes);
    if (source.Require("recorder", "write recorder: FOLDER, a recorder's folder or one above several")) {
      job_.folder = ResolvePath(scope_, source.Text("recorder").value_or(""));
    }
    job_.options.keep = source.Bool("keep").value_or(false);
    job_.options.recover = source.Bool("recover").value_or(false);
    source.Finish();
  }

  void ReadTarget(const YamlNode& node) {
    YamlMapping target(node, Of("target"), scope_.mistakes);
    job_.options.create = target.Bool("create").value_or(false);
    const auto url = target.Text("url");
    const auto connection = target.Text("connection");
    const auto table = target.Text("table");
    const auto stage = target.Text("stage");
    if (url && (connection || table || stage)) {
      target.Mistake("url", "a target is a 'url', or a 'connection' with a 'table', not both");
    } else if (url) {
      job_.target = ResolveUrl(*url);
    } else if (connection) {
      if (target.Require("table", "write table: NAME")) job_.target = Connected(target, *connection);
      if (table) AddParameter("table", *table);
      if (stage) AddParameter("stage", *stage);
    } else {
      target.Mistake("", fmt::format("{} needs a 'url', or a 'connection' and a 'table'", Of("target")));
    }
    if (const core::Status valid = warehouse::CheckTargetUrl(job_.target); !valid && !job_.target.empty()) {
      target.Mistake(url ? "url" : "connection", valid.error());
      job_.target.clear();
    }
    target.Finish();
  }

  /// Whether the target can do what the job asks.
  void CheckTarget(YamlMapping& mapping) {
    if (job_.target.empty()) return;
    const core::Status able = warehouse::CheckTargetUrl(job_.target, job_.options.skip_bad_rows);
    if (!able) mapping.Mistake("on_error", able.error());
  }

  /// Files and folders of a URL are relative to the configuration, as all its paths.
  std::string ResolveUrl(const std::string& url) const {
    for (const std::string_view scheme : {"duckdb:", "delta:"}) {
      if (!url.starts_with(scheme) || url.size() == scheme.size()) continue;
      const std::size_t end = std::min(url.find('?'), url.size());
      const std::string path = url.substr(scheme.size(), end - scheme.size());
      return fmt::format("{}{}{}", scheme, ResolvePath(scope_, path), url.substr(end));
    }
    return url;
  }

  std::string Connected(YamlMapping& target, const std::string& name) {
    const auto found = std::ranges::find(scope_.connections, name, &ConnectionConfig::name);
    if (found == scope_.connections.end()) {
      std::vector<std::string> names;
      names.reserve(scope_.connections.size());
      for (const ConnectionConfig& connection : scope_.connections) names.push_back(connection.name);
      const std::string nearest = core::NearestName(name, names);
      target.Mistake("connection", fmt::format("there is no connection '{}'", name),
                     nearest.empty() ? "write it under 'connections'" : fmt::format("did you mean '{}'?", nearest));
      return "";
    }
    job_.password = found->password;
    std::string url = ResolveUrl(found->url);
    const std::size_t host = url.find("//");
    if (found->user.empty() || host == std::string::npos) return url;
    if (url.find('@') != std::string::npos) {
      target.Mistake("connection", fmt::format("the url of connection '{}' names a user, and so does 'user'", name),
                     "leave out one of them");
    }
    return url.insert(host + 2, found->user + "@");
  }

  void AddParameter(const char* key, const std::string& value) {
    if (job_.target.empty()) return;
    job_.target += job_.target.find('?') == std::string::npos ? '?' : '&';
    job_.target += fmt::format("{}={}", key, http::PercentEncoded(value));
  }

  void ReadParallel(YamlMapping& mapping) {
    const auto parallel = mapping.Integer("parallel");
    if (!parallel) return;
    if (*parallel < 1 || *parallel > kParallelMax) {
      mapping.Mistake("parallel", fmt::format("{} is not a number from 1 to {}", *parallel, kParallelMax));
    } else {
      job_.options.parallel = static_cast<std::size_t>(*parallel);
    }
  }

  static constexpr std::int64_t kParallelMax = 1024;

  const std::string& name_;
  const ConfigScope& scope_;
  LoadJob job_;
};

}  // namespace

LoadJob ReadLoadJob(YamlMapping& mapping, const std::string& name, const ConfigScope& scope) {
  return LoadReader(name, scope).Read(mapping);
}

}  // namespace sluice::jobs

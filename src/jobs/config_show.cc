#include "jobs/config_show.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "core/duration.h"

namespace sluice::jobs {
namespace {

using schema::YamlMember;
using schema::YamlNode;

bool IsSecretKey(std::string_view key) {
  constexpr std::array<std::string_view, 8> kKeys{"password", "slack",  "discord", "webhook",
                                                  "smtp",     "secret", "token",   "passphrase"};
  return std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end();
}

/// Walks the document and keeps its leaves.
class Leaves {
 public:
  Leaves(const std::string& file, std::vector<ShownValue>& values) : file_(file), values_(values) {}

  void Walk(const std::string& key, std::string_view name, const YamlNode& node, bool secret) {
    secret = secret || IsSecretKey(name);
    if (node.kind == YamlNode::Kind::kMapping) {
      for (const YamlMember& member : node.members) {
        Walk(key.empty() ? member.key : key + "." + member.key, member.key, member.value, secret);
      }
    } else if (node.kind == YamlNode::Kind::kSequence) {
      for (std::size_t i = 0; i < node.items.size(); ++i) {
        Walk(fmt::format("{}[{}]", key, i), name, node.items[i], secret);
      }
    } else {
      Add(key, node, secret);
    }
  }

 private:
  void Add(const std::string& key, const YamlNode& node, bool secret) {
    std::string origin = fmt::format("{}:{}", file_, node.line);
    const auto reference = SecretReference::Parse(node.text);
    if (secret && reference) origin += " (" + reference->Describe() + ")";
    const bool command = reference && reference->kind == SecretReference::Kind::kCommand;
    values_.push_back({key, secret || command ? "***" : MaskUrl(node.text), std::move(origin)});
  }

  const std::string& file_;
  std::vector<ShownValue>& values_;
};

}  // namespace

std::vector<ShownValue> ShowConfig(const Settings& settings, const Config* config) {
  std::vector<ShownValue> values;
  for (const Setting& setting : settings.all()) values.push_back({setting.name, MaskUrl(setting.text), setting.origin});
  if (config == nullptr) return values;
  Leaves leaves(config->path, values);
  for (const YamlMember& member : config->document.members) {
    if (FindSetting(member.key) == nullptr) leaves.Walk(member.key, member.key, member.value, false);
  }
  if (config->document.Find("timezone") == nullptr) values.push_back({"timezone", config->timezone, "default"});
  for (const JobConfig& job : config->jobs) {
    if (!job.export_job && !job.load_job) continue;
    const auto given = [&](const std::string& key) {
      return std::any_of(values.begin(), values.end(), [&](const ShownValue& value) { return value.key == key; });
    };
    const auto add_default = [&](const std::string& key, const std::string& text) {
      const std::string full = fmt::format("jobs.{}.{}", job.name, key);
      if (!given(full)) values.push_back({full, text, "default"});
    };
    add_default("timezone", job.timezone);
    if (job.load_job) {
      const warehouse::LoadOptions& options = job.load_job->options;
      add_default("source.keep", "false");
      add_default("source.recover", "false");
      add_default("target.create", "false");
      add_default("on_error", "abort");
      add_default("parallel", fmt::format("{}", options.parallel));
      add_default("retry_for", core::FormatDuration(options.retry_for));
      add_default("retry_failed", "false");
      continue;
    }
    add_default("source.required", "false");
    add_default("source.encoding_in", "utf-8");
    add_default("target.codec", parquet::FormatCodec(job.export_job->target.write.codec));
    add_default("rejects.max", job.export_job->rejects_max);
  }
  return values;
}

std::string ToText(const std::vector<ShownValue>& values) {
  std::string text;
  for (const ShownValue& value : values) {
    const bool one_line = value.text.find('\n') == std::string::npos;
    std::string shown = one_line ? value.text : schema::FormatYamlScalar(value.text);
    text += fmt::format("{:<48}  # {}\n", value.key + " = " + shown, value.origin);
  }
  return text;
}

std::string ToJson(const std::vector<ShownValue>& values, int indent) {
  nlohmann::ordered_json json{{"values", nlohmann::ordered_json::array()}};
  for (const ShownValue& value : values) {
    json["values"].push_back({{"key", value.key}, {"value", value.text}, {"origin", value.origin}});
  }
  return json.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace sluice::jobs

// Reading one job of a configuration: see config_reader.h.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "core/duration.h"
#include "jobs/config_reader.h"

namespace sluice::jobs {
namespace {

using schema::YamlMapping;
using schema::YamlMember;
using schema::YamlNode;

bool IsTimeOfDay(std::string_view text) {
  const auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
  if (text.size() != 5 || !digit(0) || !digit(1) || text[2] != ':' || !digit(3) || !digit(4)) return false;
  return text.substr(0, 2) < "24" && text[3] < '6';
}

bool IsWeekly(std::string_view text) {
  constexpr std::array<std::string_view, 7> kDays{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
  return text.size() == 9 && text[3] == ' ' && IsTimeOfDay(text.substr(4)) &&
         std::find(kDays.begin(), kDays.end(), text.substr(0, 3)) != kDays.end();
}

JobSchedule ReadSchedule(const YamlNode& node, const std::string& job, schema::DiagnosticList& mistakes) {
  JobSchedule schedule;
  YamlMapping mapping(node, fmt::format("the schedule of job '{}'", job), mistakes);
  schedule.daily = mapping.Text("daily").value_or("");
  schedule.weekly = mapping.Text("weekly").value_or("");
  schedule.cron = mapping.Text("cron").value_or("");
  if (!schedule.daily.empty() && !IsTimeOfDay(schedule.daily)) {
    mapping.Mistake("daily", fmt::format("'{}' is not a time of day", schedule.daily), "write daily: \"05:00\"");
  }
  if (!schedule.weekly.empty() && !IsWeekly(schedule.weekly)) {
    mapping.Mistake("weekly", fmt::format("'{}' is not a day and time", schedule.weekly),
                    "write weekly: \"mon 05:00\"");
  }
  const int stated = int{!schedule.daily.empty()} + int{!schedule.weekly.empty()} + int{!schedule.cron.empty()};
  if (stated != 1 && node.kind == YamlNode::Kind::kMapping) {
    mapping.Mistake("", fmt::format("the schedule of job '{}' needs one of 'daily', 'weekly', 'cron'", job));
  }
  if (const auto text = mapping.Text("timeout")) {
    auto timeout = core::ParseDuration(*text);
    if (timeout) {
      schedule.timeout = *timeout;
    } else {
      mapping.Mistake("timeout", timeout.error());
    }
  }
  schedule.nice = mapping.Bool("nice").value_or(false);
  mapping.Finish();
  return schedule;
}

JobKind ReadKind(YamlMapping& mapping) {
  static const std::vector<std::string> names{"export", "replicate", "load", "maintain"};
  if (!mapping.Require("kind", "write kind: export")) return JobKind::kExport;
  const auto name = mapping.Choice("kind", names);
  if (!name) return JobKind::kExport;
  return static_cast<JobKind>(std::find(names.begin(), names.end(), *name) - names.begin());
}

bool IsJobName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.';
  });
}

}  // namespace

std::optional<std::string> ReadTimezone(YamlMapping& mapping) {
  auto zone = mapping.Text("timezone");
  if (!zone) return std::nullopt;
  if (const core::Status known = CheckZone(*zone); !known) {
    mapping.Mistake("timezone", known.error());
    return std::nullopt;
  }
  return zone;
}

JobConfig ReadJob(const YamlMember& member, const ConfigScope& scope) {
  JobConfig job;
  job.name = member.key;
  job.line = member.line;
  if (!IsJobName(job.name)) {
    scope.mistakes.Add(member.line, member.column, fmt::format("'{}' is not a name for a job", job.name),
                       "use letters, digits, '_', '-' and '.'");
  }
  YamlMapping mapping(member.value, fmt::format("job '{}'", job.name), scope.mistakes);
  if (member.value.kind != YamlNode::Kind::kMapping) return job;
  job.kind = ReadKind(mapping);
  job.timezone = ReadTimezone(mapping).value_or(scope.timezone);
  if (const YamlNode* schedule = mapping.FindMapping("schedule")) {
    job.schedule = ReadSchedule(*schedule, job.name, scope.mistakes);
  }
  // The keys of other kinds belong to versions that run them.
  if (job.kind != JobKind::kExport && job.kind != JobKind::kLoad) return job;
  if (job.kind == JobKind::kExport) job.export_job = ReadExportJob(mapping, job.name, scope);
  if (job.kind == JobKind::kLoad) job.load_job = ReadLoadJob(mapping, job.name, scope);
  mapping.Finish();
  return job;
}

}  // namespace sluice::jobs

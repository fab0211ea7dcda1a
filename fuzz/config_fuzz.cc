// Any bytes as a configuration: no crash; what is read can be shown, and every name an export makes for a date is found
// again under that date.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "jobs/config.h"
#include "jobs/config_show.h"

namespace {

using namespace sluice;

void Require(bool good) {
  if (!good) std::abort();
}

void CheckPattern(const jobs::NamePattern& pattern) {
  if (!pattern.determines_date() || pattern.has_wildcard()) return;
  for (const char* day : {"2024-12-30", "2025-01-01", "2025-10-28"}) {
    const jobs::Date date = *jobs::ParseDate(day);
    const auto match = pattern.MatchPath(pattern.Expand(date));
    // A name may hold less than the day, never another one later than it.
    Require(match.kind != jobs::NamePattern::Match::Kind::kDated || match.date <= date);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto config = jobs::ParseConfig(text, "fuzz.yaml");
  if (!config) {
    Require(config.error().kind() == core::ErrorKind::kConfiguration);
    return 0;
  }
  for (const jobs::JobConfig& job : config->jobs) {
    if (!job.export_job) continue;
    for (const jobs::NamePattern& pattern : job.export_job->source.files) CheckPattern(pattern);
    CheckPattern(*job.export_job->target.file);
  }
  const auto settings = jobs::Settings::Resolve({.project = config->settings});
  Require(settings.has_value());
  const auto shown = jobs::ShowConfig(*settings, &*config);
  Require(!jobs::ToText(shown).empty() && !jobs::ToJson(shown, -1).empty());
  return 0;
}

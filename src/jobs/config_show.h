#pragma once

#include <string>
#include <vector>

#include "jobs/config.h"
#include "jobs/settings.h"

namespace sluice::jobs {

/// One value of `config show`.
struct ShownValue {
  std::string key = {};     ///< "jobs.query_perf.source.files"
  std::string text = {};    ///< a secret is "***"
  std::string origin = {};  ///< as in Setting

  bool operator==(const ShownValue& other) const = default;
};

/// Every setting in force and every value of the configuration file (nullptr = there is none), each with its origin.
/// Secrets and passwords in URLs are `***`; a secret's place ("env:NAME") is part of its origin.
std::vector<ShownValue> ShowConfig(const Settings& settings, const Config* config);

/// A line a value: "memory = 256MiB    # flag --memory". Ends with a newline.
std::string ToText(const std::vector<ShownValue>& values);
/// {"values":[{"key","value","origin"}]}
std::string ToJson(const std::vector<ShownValue>& values, int indent);

}  // namespace sluice::jobs

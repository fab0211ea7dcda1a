// The table behind settings.h.
#include <algorithm>

#include "jobs/settings.h"

namespace sluice::jobs {

const std::vector<SettingDefinition>& SettingDefinitions() {
  using Kind = SettingKind;
  static const std::vector<SettingDefinition> definitions{
      {"state", Kind::kPath, ".sluice", {}, "folder of the ledger and journals"},
      {"output", Kind::kChoice, "text", {"text", "json", "jsonl", "csv", "md"}, "form of what is printed"},
      {"memory", Kind::kSize, "", {}, "bytes for buffers (default: a quarter of the memory)"},
      {"threads", Kind::kCount, "", {}, "threads that work at once (default: all cores)"},
      {"progress", Kind::kChoice, "auto", {"auto", "always", "never"}, "progress on standard error"},
      {"log_level", Kind::kChoice, "info", {"debug", "info", "warning", "error", "off"}, "least important line to log"},
      {"log_format", Kind::kChoice, "text", {"text", "json"}, "form of log lines"},
      {"log_file", Kind::kText, "", {}, "file that log lines are added to (default: none)"},
      {"quiet", Kind::kBool, "false", {}, "say nothing but errors"},
      {"verbose", Kind::kBool, "false", {}, "say more"},
      {"max_rejects", Kind::kBudget, "0", {}, "rows that may be rejected: a number or a share (1%)"},
      {"codec", Kind::kText, "zstd:3", {}, "compression of Parquet files"},
      {"row_group_size", Kind::kSize, "128MiB", {}, "encoded bytes of a row group"},
      {"row_group_rows", Kind::kCount, "16777216", {}, "rows of a row group at most"},
      {"max_rows", Kind::kCount, "10000", {}, "rows that a query shows at most"},
  };
  return definitions;
}

const SettingDefinition* FindSetting(std::string_view name) {
  const auto& definitions = SettingDefinitions();
  const auto found = std::find_if(definitions.begin(), definitions.end(),
                                  [&](const SettingDefinition& definition) { return definition.name == name; });
  return found == definitions.end() ? nullptr : &*found;
}

}  // namespace sluice::jobs

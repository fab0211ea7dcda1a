#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "table/table_write.h"

namespace sluice::jobs {

/// How a job writes to a Delta table, beside what PlanSettings say for every target.
struct TableSettings {
  /// The table comes into being with the rows.
  bool create = false;
  /// What it is to be then (table::FormatNewTable); decided by the plan.
  std::string new_table = {};
  /// The table's folder where tasks have outputs of their own in it; "" = the output of the tasks.
  std::string root = {};
  table::WriteMode mode = table::WriteMode::kAppend;
  std::string replace_where = {};
  bool must_exist = false;
  bool add_columns = false;
  std::vector<std::string> partition_by = {};                       ///< of a new table
  std::vector<std::string> cluster_by = {};                         ///< of a new table
  std::map<std::string, std::string, std::less<>> properties = {};  ///< of a new table
  std::optional<table::ApplicationVersion> application = {};
  std::optional<std::string> user_metadata = {};
};

/// The settings as texts for a plan, and back.
std::map<std::string, std::string> ToMap(const TableSettings& settings);
core::Result<TableSettings> TableSettingsFromMap(const std::map<std::string, std::string>& texts);

table::WriteRequest ToWriteRequest(const TableSettings& settings);

}  // namespace sluice::jobs

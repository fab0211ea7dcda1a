#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace sluice::pipeline {

/// One input as it was when the plan was made; a task refuses an input that changed since.
struct InputFile {
  std::string path = {};
  std::uint64_t bytes = 0;
  std::int64_t mtime_ns = 0;
  /// XXH3-128 of the stored bytes in hexadecimal; "" when the kind of job does not ask for it.
  std::string checksum = {};

  bool operator==(const InputFile& other) const = default;
};

/// One column of the output and where its type comes from.
struct PlannedColumn {
  std::string name = {};
  std::string type = {};
  bool nullable = true;
  std::string origin = {};                       ///< "declared", "inferred" or "catalog"
  std::optional<std::string> widened_from = {};  ///< the type the first rows had, when later rows widened it

  bool operator==(const PlannedColumn& other) const = default;
};

/// What a target that is already there means.
enum class TargetMode : std::uint8_t {
  kCreate,   ///< an error
  kReplace,  ///< it is replaced, atomically for each file
};

/// One unit of work: some inputs become one output. Settings are texts that only the source and the sink understand.
struct PlannedTask {
  std::uint64_t index = 0;
  std::vector<InputFile> inputs = {};
  std::string output = {};
  std::uint64_t bytes_estimate = 0;
  std::map<std::string, std::string> settings = {};

  bool operator==(const PlannedTask& other) const = default;
};

/// Everything that was decided before a row moves. A value: pure to make, printable, and enough for other processes to
/// do the tasks.
struct Plan {
  std::string run = {};
  std::string job = {};
  std::string kind = {};  ///< "copy" or "export": who interprets the settings
  TargetMode mode = TargetMode::kCreate;
  /// "N" or "P%": rows that may be rejected before the job fails; counted over all tasks.
  std::string rejects_max = "0";
  /// Where rejected rows are published; "" = beside the output when there are any.
  std::string rejects_path = {};
  std::vector<PlannedColumn> columns = {};
  std::map<std::string, std::string> settings = {};
  std::vector<PlannedTask> tasks = {};
  /// Files that the outputs replace under other names; removed once the outputs are published.
  std::vector<std::string> superseded = {};
  std::vector<std::string> warnings = {};

  bool operator==(const Plan& other) const = default;
};

/// The plan as a JSON document, stable to the byte for equal plans.
std::string ToJson(const Plan& plan);

/// Read such a document; InvalidInput naming the member that is missing or wrong, Unsupported for a newer version.
core::Result<Plan> PlanFromJson(std::string_view text);

}  // namespace sluice::pipeline

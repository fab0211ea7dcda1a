#pragma once

#include <arrow/memory_pool.h>

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "cli/console.h"
#include "cli/exit_code.h"
#include "core/cancellation.h"
#include "core/clock.h"
#include "core/executor.h"
#include "core/random.h"
#include "core/result.h"
#include "jobs/environment.h"
#include "pipeline/progress.h"
#include "storage/local_file_system.h"

namespace sluice::cli {

/// What a verb needs beside its own flags: the settings every verb shares, and the world, made once they are known.
///
/// Order: fill `given`, Open, then the rest. Threads: one at a time.
class Application {
 public:
  /// Settings given as flags, by their configuration key ("memory", "threads", …).
  std::map<std::string, std::string> given;
  bool quiet = false;
  bool verbose = false;

  /// Resolve the settings (flag, environment, project file, user file, default) and make the environment from them.
  core::Status Open();

  Console& console() { return console_; }
  core::Cancellation& cancellation() { return cancellation_; }
  const jobs::Environment& environment() const { return *environment_; }
  storage::FileSystem& files() { return files_; }
  const core::Clock& clock() const { return clock_; }
  core::Random& random() { return random_; }
  const std::string& config_path() const { return config_path_; }
  /// The state folder; `.sluice` beside the configuration file unless told otherwise.
  const std::string& state_path() const { return state_path_; }
  bool config_was_given() const { return config_was_given_; }
  pipeline::Progress MakeProgress();

 private:
  core::Status OpenConsole(const std::string& output);
  core::Status OpenEnvironment(const std::string& memory, const std::string& threads);

  Console console_;
  core::Cancellation cancellation_;
  storage::LocalFileSystem files_;
  core::SystemClock clock_;
  core::SystemRandom random_;
  std::string config_path_;
  std::string state_path_;
  bool config_was_given_ = false;
  std::string progress_ = "auto";
  std::unique_ptr<core::Executor> executor_;
  std::unique_ptr<arrow::MemoryPool> pool_;
  std::optional<jobs::Environment> environment_;
};

}  // namespace sluice::cli

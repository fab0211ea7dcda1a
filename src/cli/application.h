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
#include "jobs/config.h"
#include "jobs/environment.h"
#include "jobs/settings.h"
#include "pipeline/progress.h"
#include "storage/local_file_system.h"

namespace sluice::cli {

/// A variable of the process's environment.
std::optional<std::string> ProcessVariable(const std::string& name);

/// What every verb shares: the settings in force, and the world made from them.
///
/// Order: fill `flags`, Open, then the rest; OpenProject for verbs that work on a configuration file. Threads: one at a
/// time.
class Application {
 public:
  /// Settings given as flags, by their configuration key ("memory", "log_level", …).
  std::map<std::string, std::string> flags = {};
  /// --config; "" = not given.
  std::string config_flag = {};

  /// Resolve the settings without a project file: flag, environment, user file, default.
  core::Status Open();
  /// Read the configuration file and resolve the settings again with it. NotFound when there is none.
  core::Status OpenProject();
  /// The same, but a missing ./sluice.yaml is no error unless --config named it.
  core::Status OpenProjectIfThere();

  Console& console() { return console_; }
  core::Cancellation& cancellation() { return cancellation_; }
  storage::FileSystem& files() { return files_; }
  const core::Clock& clock() const { return clock_; }
  core::Random& random() { return random_; }
  const jobs::Settings& settings() const { return *settings_; }
  /// The configuration; null unless OpenProject succeeded.
  const jobs::Config* config() const { return config_ ? &*config_ : nullptr; }
  const std::string& state_path() const { return settings_->text("state"); }
  /// Memory, threads and the rest, made at the first call.
  core::Result<const jobs::Environment*> environment();
  /// For jobs of this process, on standard error.
  pipeline::Progress MakeProgress();

 private:
  std::string ConfigPath() const;
  core::Result<jobs::SettingLayers> Layers();
  core::Status Resolve(jobs::SettingLayers layers);

  Console console_;
  core::Cancellation cancellation_;
  storage::LocalFileSystem files_;
  core::SystemClock clock_;
  core::SystemRandom random_;
  std::optional<jobs::Config> config_;
  std::optional<jobs::Settings> settings_;
  std::unique_ptr<core::Executor> executor_;
  std::unique_ptr<arrow::MemoryPool> pool_;
  std::optional<jobs::Environment> environment_;
};

}  // namespace sluice::cli

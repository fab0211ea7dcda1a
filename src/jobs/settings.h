#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "storage/file_system.h"

namespace sluice::jobs {

enum class SettingKind : std::uint8_t {
  kText,
  kPath,
  kSize,    ///< "64MiB"
  kCount,   ///< a whole number from 1
  kBudget,  ///< "100" or "1%"
  kBool,
  kChoice,
};

/// A setting that can be a flag, an environment variable and a key of a configuration file: "log_level" is also
/// `--log-level` and `SLUICE_LOG_LEVEL`.
struct SettingDefinition {
  std::string name = {};
  SettingKind kind = SettingKind::kText;
  std::string default_text = {};  ///< "" = decided by the machine or the input
  std::vector<std::string> choices = {};
  std::string meaning = {};
};

/// All of them, in the order in which they are shown.
const std::vector<SettingDefinition>& SettingDefinitions();
const SettingDefinition* FindSetting(std::string_view name);

/// Ok when `text` is a value of the setting; InvalidInput with a hint otherwise.
core::Status CheckSetting(const SettingDefinition& definition, const std::string& text);

/// A setting as a configuration file states it.
struct FileSetting {
  std::string name = {};
  std::string text = {};
  std::string file = {};
  int line = 0;

  bool operator==(const FileSetting& other) const = default;
};

/// A value in force and where it comes from: "flag --memory", "environment SLUICE_MEMORY", "sluice.yaml:3",
/// "/home/u/.config/sluice/config.yaml:2" or "default".
struct Setting {
  std::string name = {};
  std::string text = {};
  std::string origin = {};
};

using EnvironmentLookup = std::function<std::optional<std::string>(const std::string& name)>;

/// Where settings come from, strongest first.
struct SettingLayers {
  std::map<std::string, std::string> flags = {};  ///< by name ("log_level")
  EnvironmentLookup environment = {};
  std::vector<FileSetting> project = {};
  std::vector<FileSetting> user = {};
  /// The folder of the project file, for paths in it and for the default of `state`; "" = the working directory.
  std::string project_folder = {};
};

/// The settings in force.
class Settings {
 public:
  /// Take each from the strongest layer that states it. A flag that does not fit is a Usage error, another value a
  /// Configuration error naming its origin. Paths in files are relative to the file.
  static core::Result<Settings> Resolve(const SettingLayers& layers);

  /// The setting `name`, which must be defined.
  const Setting& Get(std::string_view name) const;
  const std::string& text(std::string_view name) const { return Get(name).text; }
  bool flag(std::string_view name) const;
  const std::vector<Setting>& all() const { return all_; }

 private:
  std::vector<Setting> all_;
};

/// "log_level" → "SLUICE_LOG_LEVEL".
std::string EnvironmentNameOf(std::string_view setting);
/// "log_level" → "--log-level".
std::string FlagNameOf(std::string_view setting);

/// Where the user's own file is: $XDG_CONFIG_HOME/sluice/config.yaml or ~/.config/sluice/config.yaml; "" without a
/// home.
std::string UserFilePath(const EnvironmentLookup& environment);

/// The settings of the user's file; none when it is not there. A Configuration error tells all its mistakes.
core::Result<std::vector<FileSetting>> LoadUserFile(const std::string& path, storage::FileSystem& files);

}  // namespace sluice::jobs

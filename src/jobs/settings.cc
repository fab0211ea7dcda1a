#include "jobs/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

#include "core/byte_size.h"
#include "core/suggestion.h"
#include "jobs/settings_reader.h"
#include "pipeline/reject_budget.h"
#include "schema/yaml_mapping.h"
#include "storage/path.h"

namespace sluice::jobs {
namespace {

constexpr std::uint64_t kFileBytesMax = core::kMiB;

core::Status CheckCount(const std::string& text) {
  std::uint64_t count = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, count);
  if (error == std::errc() && stop == end && count > 0) return core::Ok();
  return core::InvalidInput(fmt::format("'{}' is not a whole number from 1", text));
}

core::Status CheckChoice(const SettingDefinition& definition, const std::string& text) {
  const auto& choices = definition.choices;
  if (std::find(choices.begin(), choices.end(), text) != choices.end()) return core::Ok();
  const std::string nearest = core::NearestName(text, choices);
  return core::InvalidInput(fmt::format("'{}' is unknown", text))
      .WithHint(nearest.empty() ? fmt::format("it is one of {}", fmt::join(choices, ", "))
                                : fmt::format("did you mean '{}'?", nearest));
}

const FileSetting* FindIn(const std::vector<FileSetting>& settings, const std::string& name) {
  const auto found =
      std::find_if(settings.begin(), settings.end(), [&](const FileSetting& setting) { return setting.name == name; });
  return found == settings.end() ? nullptr : &*found;
}

std::string RelativeTo(const std::string& folder, const std::string& path) {
  return path.empty() || path.front() == '/' ? path : storage::JoinPath(folder, path);
}

Setting FromFile(const SettingDefinition& definition, const FileSetting& stated) {
  const bool path = definition.kind == SettingKind::kPath;
  return {definition.name, path ? RelativeTo(storage::ParentPath(stated.file), stated.text) : stated.text,
          fmt::format("{}:{}", stated.file, stated.line)};
}

Setting Strongest(const SettingDefinition& definition, const SettingLayers& layers) {
  const std::string& name = definition.name;
  if (const auto flag = layers.flags.find(name); flag != layers.flags.end()) {
    return {name, flag->second, "flag " + FlagNameOf(name)};
  }
  const std::string variable = EnvironmentNameOf(name);
  if (const auto text = layers.environment ? layers.environment(variable) : std::nullopt; text && !text->empty()) {
    return {name, *text, "environment " + variable};
  }
  if (const FileSetting* stated = FindIn(layers.project, name)) return FromFile(definition, *stated);
  if (const FileSetting* stated = FindIn(layers.user, name)) return FromFile(definition, *stated);
  const bool path = definition.kind == SettingKind::kPath;
  return {name, path ? RelativeTo(layers.project_folder, definition.default_text) : definition.default_text, "default"};
}

}  // namespace

core::Status CheckSetting(const SettingDefinition& definition, const std::string& text) {
  switch (definition.kind) {
    case SettingKind::kText: return core::Ok();
    case SettingKind::kPath: return text.empty() ? core::Status(core::InvalidInput("a path is expected")) : core::Ok();
    case SettingKind::kSize: {
      const auto size = core::ParseByteSize(text);
      return size ? core::Ok() : core::Status(size.error());
    }
    case SettingKind::kCount: return CheckCount(text);
    case SettingKind::kBudget: {
      const auto budget = pipeline::RejectBudget::Parse(text);
      return budget ? core::Ok() : core::Status(budget.error());
    }
    case SettingKind::kBool:
      return schema::ParseYamlBool(text) || text == "1" || text == "0"
                 ? core::Ok()
                 : core::Status(core::InvalidInput(fmt::format("'{}' is not true or false", text)));
    case SettingKind::kChoice: return CheckChoice(definition, text);
  }
  return core::Ok();
}

core::Result<Settings> Settings::Resolve(const SettingLayers& layers) {
  Settings settings;
  for (const SettingDefinition& definition : SettingDefinitions()) {
    Setting setting = Strongest(definition, layers);
    if (setting.origin != "default") {
      const core::Status fits = CheckSetting(definition, setting.text);
      if (!fits) {
        const bool usage = setting.origin.starts_with("flag ");
        std::string message = fmt::format("{} ({}): {}", definition.name, setting.origin, fits.error().message());
        auto error = usage ? core::UsageError(std::move(message)) : core::ConfigurationError(std::move(message));
        return fits.error().hint().empty() ? std::move(error) : std::move(error).WithHint(fits.error().hint());
      }
    }
    settings.all_.push_back(std::move(setting));
  }
  return settings;
}

const Setting& Settings::Get(std::string_view name) const {
  static const Setting kNone;
  const auto found =
      std::find_if(all_.begin(), all_.end(), [&](const Setting& setting) { return setting.name == name; });
  return found == all_.end() ? kNone : *found;
}

bool Settings::flag(std::string_view name) const {
  return text(name) == "1" || schema::ParseYamlBool(text(name)).value_or(false);
}

std::string EnvironmentNameOf(std::string_view setting) {
  std::string name = "SLUICE_";
  for (const char c : setting) name += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

std::string FlagNameOf(std::string_view setting) {
  std::string name = "--";
  for (const char c : setting) name += c == '_' ? '-' : c;
  return name;
}

std::string UserFilePath(const EnvironmentLookup& environment) {
  if (const auto folder = environment("XDG_CONFIG_HOME"); folder && !folder->empty()) {
    return *folder + "/sluice/config.yaml";
  }
  const auto home = environment("HOME");
  return home && !home->empty() ? *home + "/.config/sluice/config.yaml" : "";
}

core::Result<std::vector<FileSetting>> LoadUserFile(const std::string& path, storage::FileSystem& files) {
  if (path.empty()) return std::vector<FileSetting>();
  SLUICE_ASSIGN_OR_RETURN(const auto there, files.StatIfExists(path));
  if (!there) return std::vector<FileSetting>();
  SLUICE_ASSIGN_OR_RETURN(const std::string text, files.ReadAll(path, kFileBytesMax));
  schema::DiagnosticList mistakes(path);
  std::vector<FileSetting> settings;
  const auto node = schema::ParseYaml(text, mistakes);
  if (node && node->kind != schema::YamlNode::Kind::kNull) {
    schema::YamlMapping mapping(*node, "the user file", mistakes);
    mapping.Integer("version");
    settings = ReadFileSettings(mapping, path);
    mapping.Finish();
  }
  SLUICE_TRY(mistakes.ToStatus());
  return settings;
}

std::vector<FileSetting> ReadFileSettings(schema::YamlMapping& mapping, const std::string& file) {
  std::vector<FileSetting> settings;
  for (const SettingDefinition& definition : SettingDefinitions()) {
    const schema::YamlNode* node = mapping.Find(definition.name);
    const auto text = node == nullptr ? std::nullopt : mapping.Text(definition.name);
    if (!text) continue;
    if (const core::Status fits = CheckSetting(definition, *text); !fits) {
      mapping.Mistake(definition.name, fits.error());
      continue;
    }
    settings.push_back({definition.name, *text, file, node->line});
  }
  return settings;
}

}  // namespace sluice::jobs

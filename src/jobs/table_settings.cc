#include "jobs/table_settings.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace sluice::jobs {
namespace {

constexpr const char* kModes[] = {"append", "overwrite", "replace-where", "replace-files"};

}  // namespace

std::map<std::string, std::string> ToMap(const TableSettings& settings) {
  nlohmann::json object{{"create", settings.create},
                        {"new_table", settings.new_table},
                        {"root", settings.root},
                        {"mode", kModes[static_cast<std::size_t>(settings.mode)]},
                        {"replace_where", settings.replace_where},
                        {"add_columns", settings.add_columns}};
  if (settings.application) {
    object["application"] = {{"id", settings.application->app_id}, {"version", settings.application->version}};
  }
  if (settings.user_metadata) object["user_metadata"] = *settings.user_metadata;
  return {{"settings", object.dump()}};
}

core::Result<TableSettings> TableSettingsFromMap(const std::map<std::string, std::string>& texts) {
  const auto text = texts.find("settings");
  if (text == texts.end()) return core::InvalidInput("the plan has no settings of its table");
  try {
    const auto object = nlohmann::json::parse(text->second);
    TableSettings settings;
    settings.create = object.at("create").get<bool>();
    settings.new_table = object.at("new_table").get<std::string>();
    settings.root = object.at("root").get<std::string>();
    const auto mode = object.at("mode").get<std::string>();
    for (std::size_t i = 0; i < std::size(kModes); ++i) {
      if (mode == kModes[i]) settings.mode = static_cast<table::WriteMode>(i);
    }
    settings.replace_where = object.at("replace_where").get<std::string>();
    settings.add_columns = object.at("add_columns").get<bool>();
    if (const auto application = object.find("application"); application != object.end()) {
      settings.application = table::ApplicationVersion{application->at("id").get<std::string>(),
                                                       application->at("version").get<std::int64_t>()};
    }
    if (const auto words = object.find("user_metadata"); words != object.end()) {
      settings.user_metadata = words->get<std::string>();
    }
    return settings;
  } catch (const nlohmann::json::exception& error) {
    return core::InvalidInput(fmt::format("the plan's settings of its table: {}", error.what()));
  }
}

table::WriteRequest ToWriteRequest(const TableSettings& settings) {
  table::WriteRequest request;
  request.mode = settings.mode;
  request.replace_where = settings.replace_where;
  request.add_columns = settings.add_columns;
  request.application = settings.application;
  request.user_metadata = settings.user_metadata;
  return request;
}

}  // namespace sluice::jobs

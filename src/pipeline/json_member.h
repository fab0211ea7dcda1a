#pragma once

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>

#include "core/result.h"

namespace sluice::pipeline {

/// Read member `name` of `object` into `target`; InvalidInput naming it when it is missing or of another type.
template <typename T>
core::Status ReadMember(const nlohmann::json& object, const char* name, T& target) {
  const auto found = object.find(name);
  if (!object.is_object() || found == object.end()) {
    return core::InvalidInput(fmt::format("member '{}' is missing", name));
  }
  try {
    found->get_to(target);
  } catch (const nlohmann::json::exception& failure) {
    return core::InvalidInput(fmt::format("member '{}': {}", name, failure.what()));
  }
  return core::Ok();
}

}  // namespace sluice::pipeline

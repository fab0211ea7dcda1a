#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/result.h"

namespace sluice::snowflake {

/// One answer of the service: the envelope that every call has.
struct Answer {
  bool success = false;
  std::string code = {};     ///< six characters, zeros kept; "" for none
  std::string message = {};  ///< of a failure
  nlohmann::json data = {};
};

/// Corruption when `body` is not such a document: it was cut, or somebody else answered.
core::Result<Answer> ParseAnswer(std::string_view body);

/// What a code asks the session to do before the call is sent again.
enum class Remedy : std::uint8_t { kNone, kPoll, kRenew, kLogIn };
Remedy RemedyOf(std::string_view code);

/// The error that a failing answer means to a caller; `what` names the call.
core::Error ErrorOfAnswer(const Answer& answer, std::string_view what);

/// `name` of a JSON object as text ("" when absent or null); numbers as their digits.
std::string TextMember(const nlohmann::json& object, const char* name);
/// `name` as a flag; absent, null or anything else is false.
bool FlagMember(const nlohmann::json& object, const char* name);

}  // namespace sluice::snowflake

#include "snowflake/answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sluice::snowflake {

using core::Error;
using core::ErrorKind;
using core::Result;

namespace {

struct KnownCode {
  std::string_view code;
  ErrorKind kind;
  std::string_view hint;
};

constexpr std::string_view kCheckUser = "check user, password or token, and account";
constexpr std::string_view kCheckKey =
    "check that the public key is set for this user, that account and user are spelled as the service knows them, and "
    "this machine's clock";

constexpr std::array kKnownCodes = std::to_array<KnownCode>({
    {"390100", ErrorKind::kPermission, kCheckUser},
    {"390144", ErrorKind::kPermission, kCheckKey},
    {"394300", ErrorKind::kPermission, kCheckKey},
    {"394301", ErrorKind::kPermission, kCheckKey},
    {"394302", ErrorKind::kPermission, kCheckKey},
    {"394303", ErrorKind::kPermission, kCheckKey},
    {"394304", ErrorKind::kPermission, kCheckKey},
    {"394305", ErrorKind::kPermission, kCheckKey},
    {"394306", ErrorKind::kPermission, kCheckKey},
    {"390110", ErrorKind::kPermission, kCheckUser},
    {"390195", ErrorKind::kPermission, kCheckUser},
    {"390303", ErrorKind::kPermission, kCheckUser},
    {"390318", ErrorKind::kPermission, kCheckUser},
    {"390103", ErrorKind::kPermission, kCheckUser},
    {"390104", ErrorKind::kPermission, kCheckUser},
    {"390111", ErrorKind::kUnavailable, "the session ended; run again"},
    {"390112", ErrorKind::kUnavailable, "the session expired; run again"},
    {"390113", ErrorKind::kUnavailable, "the session expired; run again"},
    {"390114", ErrorKind::kUnavailable, "the session expired; run again"},
    {"390115", ErrorKind::kUnavailable, "the session expired; run again"},
    {"390201", ErrorKind::kConfiguration, "check database, schema, warehouse and role"},
    {"002003", ErrorKind::kNotFound, "check the name and the role's rights"},
    {"000606", ErrorKind::kConfiguration, "name a warehouse that the role may use"},
    {"000604", ErrorKind::kCancelled, ""},
});

}  // namespace

Result<Answer> ParseAnswer(std::string_view body) {
  const nlohmann::json document = nlohmann::json::parse(body, nullptr, false);
  if (!document.is_object() || !document.contains("success") || !document["success"].is_boolean()) {
    return core::Corruption(fmt::format("the answer of {} bytes is no answer of the service", body.size()));
  }
  Answer answer{.success = document["success"].get<bool>(),
                .code = TextMember(document, "code"),
                .message = TextMember(document, "message")};
  if (const auto data = document.find("data"); data != document.end()) answer.data = *data;
  return answer;
}

Remedy RemedyOf(std::string_view code) {
  if (code == "333333" || code == "333334") return Remedy::kPoll;
  if (code == "390112") return Remedy::kRenew;
  if (code == "390103" || code == "390104" || code == "390111" || code == "390113" || code == "390114" ||
      code == "390115") {
    return Remedy::kLogIn;
  }
  return Remedy::kNone;
}

Error ErrorOfAnswer(const Answer& answer, std::string_view what) {
  const std::string state = answer.data.is_object() ? TextMember(answer.data, "sqlState") : std::string();
  const std::string text =
      fmt::format("{}: {} ({}{}{})", what, answer.message, answer.code.empty() ? "no code" : answer.code,
                  state.empty() ? "" : ", SQL state ", state);
  const auto known = std::ranges::find(kKnownCodes, answer.code, &KnownCode::code);
  if (known == kKnownCodes.end()) return core::InvalidInput(text);
  Error error(known->kind, text);
  return known->hint.empty() ? error : std::move(error).WithHint(std::string(known->hint));
}

std::string TextMember(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

bool FlagMember(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

}  // namespace sluice::snowflake

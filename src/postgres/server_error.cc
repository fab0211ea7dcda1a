#include "postgres/server_error.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace sluice::postgres {
namespace {

using core::ErrorKind;

// Codes before classes.
constexpr std::array<std::pair<std::string_view, ErrorKind>, 26> kKinds{{
    {"55P03", ErrorKind::kConflict},                                         // lock_timeout
    {"40003", ErrorKind::kOutcomeUnknown},                                   // statement completion unknown
    {"08007", ErrorKind::kOutcomeUnknown},                                   // transaction resolution unknown
    {"08P01", ErrorKind::kInternal},                                         // protocol violation: our bytes are wrong
    {"08004", ErrorKind::kPermission},                                       // the server rejected the connection
    {"53100", ErrorKind::kUnavailable},                                      // disk full
    {"57014", ErrorKind::kCancelled},      {"57P04", ErrorKind::kNotFound},  // database dropped
    {"42501", ErrorKind::kPermission},     {"42P01", ErrorKind::kNotFound},  // table
    {"42703", ErrorKind::kNotFound},                                         // column
    {"25006", ErrorKind::kPermission},                                       // read-only transaction
    {"25P03", ErrorKind::kUnavailable},    {"3D000", ErrorKind::kNotFound},  // database
    {"3F000", ErrorKind::kNotFound},                                         // schema
    {"40", ErrorKind::kConflict},                                            // serialization, deadlock
    {"08", ErrorKind::kUnavailable},       {"53", ErrorKind::kUnavailable},  // connections, memory
    {"57", ErrorKind::kUnavailable},                                         // shutting down, starting
    {"58", ErrorKind::kUnavailable},                                         // the server's own input and output
    {"22", ErrorKind::kInvalidInput},      {"23", ErrorKind::kInvalidInput}, {"28", ErrorKind::kPermission},
    {"42", ErrorKind::kInvalidInput},      {"55", ErrorKind::kInvalidInput}, {"0A", ErrorKind::kUnsupported},
}};

}  // namespace

core::ErrorKind KindOfSqlState(std::string_view sql_state) {
  if (sql_state.empty()) return ErrorKind::kUnavailable;
  for (const auto& [code, kind] : kKinds) {
    if (sql_state.starts_with(code)) return kind;
  }
  return ErrorKind::kInternal;
}

core::Error ServerError(std::string_view sql_state, std::string_view message) {
  while (message.ends_with('\n')) message.remove_suffix(1);
  return core::Error(KindOfSqlState(sql_state), sql_state.empty()
                                                    ? fmt::format("PostgreSQL: {}", message)
                                                    : fmt::format("PostgreSQL: {} ({})", message, sql_state));
}

}  // namespace sluice::postgres

#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace sluice::postgres {

/// The kind for a SQLSTATE (postgresql.org, "PostgreSQL Error Codes"): serialization and locks are Conflict, a server
/// that comes, goes or is full Unavailable, data InvalidInput, rights and logins Permission, and so on. "" stands for a
/// connection that broke: Unavailable.
core::ErrorKind KindOfSqlState(std::string_view sql_state);

/// An error that says what the server said, with its code.
core::Error ServerError(std::string_view sql_state, std::string_view message);

}  // namespace sluice::postgres

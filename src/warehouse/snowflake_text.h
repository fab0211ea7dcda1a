#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "schema/type.h"
#include "warehouse/load_target.h"

namespace sluice::warehouse {

/// What DESC TABLE says of a type as ours: "NUMBER(38,0)", "TIMESTAMP_NTZ(9)", …; nullopt for those that we do not load
/// into. VARIANT holds JSON.
std::optional<schema::Type> SnowflakeTypeNamed(std::string_view name);
/// The reverse, for CREATE TABLE; Unsupported for what is not loaded.
core::Result<std::string> SnowflakeTypeOf(const schema::Type& type);
/// The fraction digits of a TIME or TIMESTAMP type, "TIMESTAMP_NTZ(6)" → 6.
int SnowflakeFractionDigits(std::string_view type);

/// A ULID's 128 bits as a UUID, which is what the service takes as a request id.
std::string UuidOfUlid(std::string_view ulid);

/// What a COPY is made of; names are quoted already.
struct SnowflakeCopy {
  std::string request = {};  ///< marks the statement, so that it is found in the service's history
  std::string table = {};
  std::string stage = {};  ///< "@DB.SCHEMA.STAGE"
  bool skip_bad_rows = false;
};
/// How the statement with this request begins, for LIKE.
std::string SnowflakeCopyMark(std::string_view request);
/// COPY that names its files (paths below the stage) and pins every option. By column name; by a SELECT with
/// PARSE_JSON when JSON text goes into a VARIANT column, because the form by name would store a JSON string.
std::string SnowflakeCopyStatement(const SnowflakeCopy& copy, std::span<const std::string> paths,
                                   const schema::Schema& schema, std::span<const TargetColumn> columns);

}  // namespace sluice::warehouse

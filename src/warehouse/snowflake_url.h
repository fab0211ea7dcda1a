#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/result.h"
#include "storage/file_system.h"
#include "warehouse/snowflake_target.h"
#include "warehouse/target_url.h"

namespace sluice::warehouse {

using VariableLookup = std::function<std::optional<std::string>(const std::string& name)>;

/// `snowflake://user@account/DB/SCHEMA?table=T&stage=S&warehouse=W&role=R`; names are folded to upper case unless they
/// are in double quotes. Secrets come from the environment: SNOWFLAKE_PRIVATE_KEY_FILE (or ?private_key_file=) with
/// SNOWFLAKE_PRIVATE_KEY_PASSPHRASE, else SNOWFLAKE_TOKEN (an access token; ?authenticator=oauth makes it an OAuth
/// token), else SNOWFLAKE_PASSWORD. UsageError for a password in the URL and for what is missing.
core::Result<SnowflakeTargetOptions> SnowflakeOptionsOf(TargetUrl url, const VariableLookup& variable,
                                                        storage::FileSystem& files);

}  // namespace sluice::warehouse

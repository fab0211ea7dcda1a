#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sluice::storage {

/// Names of files being written, beside their target:
///
///     .<target's name>.sluice.<unique>.<owner>.tmp
///
/// Hidden, so that readers that glob do not see them; at most 255 bytes (a long target's name is cut and its checksum
/// put in). `unique` is made of letters, digits, '-' and '_'; `owner` is a token of owner.h.
std::string TemporaryPath(std::string_view final_path, std::string_view unique, std::string_view owner);

/// The journal of one commit: `.sluice-commit.<id>.<owner>.json`.
std::string JournalPath(std::string_view directory, std::string_view id, std::string_view owner);

/// What a name of ours says.
struct ParsedName {
  std::string_view unique;  ///< Or the commit's id.
  std::string_view owner;
};
/// nullopt for names that are not exactly of the form above. `name` is without its folder; the result points into it.
std::optional<ParsedName> ParseTemporaryName(std::string_view name);
std::optional<ParsedName> ParseJournalName(std::string_view name);

}  // namespace sluice::storage

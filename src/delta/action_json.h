#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"
#include "delta/action.h"
#include "delta/commit_rules.h"

namespace sluice::delta {

/// What a reader wants to know of a file of the log.
enum class ActionSelection : std::uint8_t {
  kAll,
  kProtocolAndMetadata,
  kCommitInfo,  ///< only if it is the first action, where in-commit timestamps stand; nothing behind it is looked at
};

struct ActionReadOptions {
  LogFileKind kind = LogFileKind::kCommit;
  ActionSelection selection = ActionSelection::kAll;
};

/// Parse a file of the log: one JSON object a line (PROTOCOL.md, "Actions"). Blank lines, CRLF, a missing final line
/// end, explicit nulls, any order of keys, unknown actions and unknown keys are accepted; actions that do not belong
/// into such a file count as unknown (checkpointMetadata and sidecar in commits, commitInfo and cdc in checkpoints).
///
/// Corruption, with file, line and byte: no action at all, what is no JSON, a required key that is absent, a value of a
/// wrong type, a key of an action that is there twice, what FindRuleBreach finds, a line above 4 GiB. Statistics and
/// deletion vectors are not looked into. With another selection than kAll only the selected actions are checked.
/// Threads: any. Memory: a buffer of about 1 MiB, or of the longest line, beside the actions.
core::Result<ActionSet> ParseActions(std::string_view bytes, const std::string& file,
                                     const ActionReadOptions& options = {});

/// The lines of a log file: UTF-8, one line an action, each with a line end; commitInfo first, protocol and metaData
/// next. Removed files get no statistics.
std::string FormatActions(const ActionSet& actions);

/// The same line by line, for who does not hold all actions at once.
void AppendAction(std::string& out, const CommitInfo& info);
void AppendAction(std::string& out, const Protocol& protocol);
void AppendAction(std::string& out, const Metadata& metadata);
void AppendAction(std::string& out, const AddFile& add);
void AppendAction(std::string& out, const RemoveFile& remove);
void AppendAction(std::string& out, const CdcFile& cdc);
void AppendAction(std::string& out, const SetTransaction& transaction);
void AppendAction(std::string& out, const DomainMetadata& domain);
void AppendAction(std::string& out, const CheckpointMetadata& checkpoint);
void AppendAction(std::string& out, const Sidecar& sidecar);

}  // namespace sluice::delta

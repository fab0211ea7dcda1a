#include "delta/action_fields.h"
#include "delta/action_json.h"
#include "delta/json_writer.h"

namespace sluice::delta {

namespace {

template <typename Action>
void AppendLine(std::string& out, std::string_view name, const Action& action) {
  JsonWriter writer(out);
  writer.BeginObject();
  writer.Key(name);
  Write(writer, action);
  writer.EndObject();
  out += '\n';
}

template <typename Action>
void AppendEach(std::string& out, const Action& actions) {
  for (const auto& action : actions) AppendAction(out, action);
}

template <typename Action>
void AppendEach(std::string& out, const std::optional<Action>& action) {
  if (action) AppendAction(out, *action);
}

}  // namespace

void AppendAction(std::string& out, const CommitInfo& info) { AppendLine(out, "commitInfo", info); }
void AppendAction(std::string& out, const Protocol& protocol) { AppendLine(out, "protocol", protocol); }
void AppendAction(std::string& out, const Metadata& metadata) { AppendLine(out, "metaData", metadata); }
void AppendAction(std::string& out, const AddFile& add) { AppendLine(out, "add", add); }
void AppendAction(std::string& out, const RemoveFile& remove) { AppendLine(out, "remove", remove); }
void AppendAction(std::string& out, const CdcFile& cdc) { AppendLine(out, "cdc", cdc); }
void AppendAction(std::string& out, const SetTransaction& transaction) { AppendLine(out, "txn", transaction); }
void AppendAction(std::string& out, const DomainMetadata& domain) { AppendLine(out, "domainMetadata", domain); }
void AppendAction(std::string& out, const CheckpointMetadata& checkpoint) {
  AppendLine(out, "checkpointMetadata", checkpoint);
}
void AppendAction(std::string& out, const Sidecar& sidecar) { AppendLine(out, "sidecar", sidecar); }

std::string FormatActions(const ActionSet& actions) {
  std::string out;
  AppendEach(out, actions.commit_info);
  AppendEach(out, actions.protocol);
  AppendEach(out, actions.metadata);
  AppendEach(out, actions.checkpoint_metadata);
  AppendEach(out, actions.transactions);
  AppendEach(out, actions.domains);
  AppendEach(out, actions.sidecars);
  AppendEach(out, actions.removes);
  AppendEach(out, actions.adds);
  AppendEach(out, actions.cdcs);
  return out;
}

}  // namespace sluice::delta

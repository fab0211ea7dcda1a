#include "table/delete_rows.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "table/row_deletion.h"

namespace sluice::table {

core::Result<TableChange> DeleteRows(const storage::Environment& environment,
                                     std::shared_ptr<const delta_log::Snapshot> snapshot,
                                     const DeleteRequest& request) {
  if (HasApplied(*snapshot, request.application)) {
    return TableChange{.version = snapshot->version, .already_applied = true, .snapshot = std::move(snapshot)};
  }
  SLUICE_ASSIGN_OR_RETURN(RowDeletion deletion, RowDeletion::Find(environment, snapshot, request.condition));
  delta_log::OperationInfo operation{.name = "DELETE", .kind = deletion.kind()};
  operation.parameters["predicate"] = nlohmann::json::array({request.condition}).dump();
  operation.user_metadata = request.user_metadata;
  TableChange counts;
  const auto commit = [&]() -> core::Result<TableChange> {
    SLUICE_ASSIGN_OR_RETURN(auto transaction, delta_log::Transaction::Begin(environment, snapshot, std::move(operation),
                                                                            request.transaction));
    if (request.application) transaction.SetApplication(request.application->app_id, request.application->version);
    SLUICE_TRY(deletion.AddTo(transaction, counts));
    SLUICE_ASSIGN_OR_RETURN(delta_log::CommitResult result, transaction.Commit());
    return ToChange(std::move(result));
  };
  auto change = commit();
  if (IsUnused(change)) deletion.Discard();
  if (change && change->committed) CopyCounts(counts, *change);
  return change;
}

}  // namespace sluice::table

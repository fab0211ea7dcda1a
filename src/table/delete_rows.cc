#include "table/delete_rows.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "table/row_deletion.h"

namespace sluice::table {

core::Result<TableChange> DeleteRows(const storage::Environment& environment,
                                     std::shared_ptr<const delta_log::Snapshot> snapshot,
                                     const DeleteRequest& request) {
  delta_log::OperationInfo operation{.name = "DELETE", .kind = RowDeletion::KindFor(*snapshot)};
  operation.parameters["predicate"] = nlohmann::json::array({request.condition}).dump();
  operation.user_metadata = request.user_metadata;
  SLUICE_ASSIGN_OR_RETURN(auto transaction, delta_log::Transaction::Begin(environment, snapshot, std::move(operation),
                                                                          request.transaction));
  if (request.application) transaction.SetApplication(request.application->app_id, request.application->version);
  SLUICE_ASSIGN_OR_RETURN(RowDeletion deletion, RowDeletion::Find(environment, snapshot, request.condition));
  TableChange counts;
  SLUICE_TRY(deletion.AddTo(transaction, counts));
  auto result = transaction.Commit();
  auto change = result ? ToChange(*std::move(result)) : core::Result<TableChange>(result.error());
  const bool unused = change ? !change->committed : change.error().kind() != core::ErrorKind::kOutcomeUnknown;
  if (unused) deletion.Discard();
  if (change && change->committed) CopyCounts(counts, *change);
  return change;
}

}  // namespace sluice::table

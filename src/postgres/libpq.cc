#include "postgres/libpq.h"

#include <array>
#include <string>

#include "core/shared_library.h"

namespace sluice::postgres {
namespace {

void FindResultFunctions(core::SharedLibrary& library, Libpq& functions) {
  library.Find("PQclear", functions.clear);
  library.Find("PQntuples", functions.ntuples);
  library.Find("PQgetisnull", functions.getisnull);
  library.Find("PQgetvalue", functions.getvalue);
  library.Find("PQgetlength", functions.getlength);
  library.Find("PQcmdTuples", functions.cmd_tuples);
  library.Find("PQcmdStatus", functions.cmd_status);
  library.Find("PQresultStatus", functions.result_status);
  library.Find("PQresultErrorField", functions.result_error_field);
}

void FindConnectionFunctions(core::SharedLibrary& library, Libpq& functions) {
  library.Find("PQconnectStartParams", functions.connect_start_params);
  library.Find("PQconnectPoll", functions.connect_poll);
  library.Find("PQfinish", functions.finish);
  library.Find("PQstatus", functions.status);
  library.Find("PQsocket", functions.socket);
  library.Find("PQhost", functions.host);
  library.Find("PQport", functions.port);
  library.Find("PQdb", functions.db);
  library.Find("PQparameterStatus", functions.parameter_status);
  library.Find("PQconnectionNeedsPassword", functions.connection_needs_password);
  library.Find("PQerrorMessage", functions.error_message);
  library.Find("PQsetErrorVerbosity", functions.set_error_verbosity);
  library.Find("PQsetNoticeProcessor", functions.set_notice_processor);
}

void FindStatementFunctions(core::SharedLibrary& library, Libpq& functions) {
  library.Find("PQexec", functions.exec);
  library.Find("PQexecParams", functions.exec_params);
  library.Find("PQgetResult", functions.get_result);
  library.Find("PQputCopyData", functions.put_copy_data);
  library.Find("PQputCopyEnd", functions.put_copy_end);
}

}  // namespace

core::Result<std::shared_ptr<const Libpq>> Libpq::Load() {
  // The name that stands for the interface: what changes it incompatibly has another number.
  const std::array<std::string, 1> candidates{"libpq.so.5"};
  auto library = core::SharedLibrary::Open("PostgreSQL's client library (libpq)", candidates);
  if (!library.has_value()) return std::move(library).error().WithHint("install libpq5");
  auto functions = std::make_shared<Libpq>();
  FindResultFunctions(*library, *functions);
  FindConnectionFunctions(*library, *functions);
  FindStatementFunctions(*library, *functions);
  SLUICE_TRY(library->CheckFound());
  return std::shared_ptr<const Libpq>(std::move(functions));
}

}  // namespace sluice::postgres

#pragma once

#include <libpq-fe.h>

#include <memory>

#include "core/result.h"

namespace sluice::postgres {

/// The functions of libpq that this room calls, by their names in our spelling. Their contracts are those of
/// libpq-fe.h.
struct Libpq {
  /// Open libpq, when the first connection is made: a command that connects to no server does not wait for libpq and
  /// the dozen libraries behind it (13 ms in place of 18 to start). NotFound when it is not installed.
  static core::Result<std::shared_ptr<const Libpq>> Load();

  decltype(&PQclear) clear;
  decltype(&PQntuples) ntuples;
  decltype(&PQgetisnull) getisnull;
  decltype(&PQgetvalue) getvalue;
  decltype(&PQgetlength) getlength;
  decltype(&PQcmdTuples) cmd_tuples;
  decltype(&PQcmdStatus) cmd_status;
  decltype(&PQresultStatus) result_status;
  decltype(&PQresultErrorField) result_error_field;

  decltype(&PQconnectStartParams) connect_start_params;
  decltype(&PQconnectPoll) connect_poll;
  decltype(&PQfinish) finish;
  decltype(&PQstatus) status;
  decltype(&PQsocket) socket;
  decltype(&PQhost) host;
  decltype(&PQport) port;
  decltype(&PQdb) db;
  decltype(&PQparameterStatus) parameter_status;
  decltype(&PQconnectionNeedsPassword) connection_needs_password;
  decltype(&PQerrorMessage) error_message;
  decltype(&PQsetErrorVerbosity) set_error_verbosity;
  decltype(&PQsetNoticeProcessor) set_notice_processor;

  decltype(&PQexec) exec;
  decltype(&PQexecParams) exec_params;
  decltype(&PQgetResult) get_result;
  decltype(&PQputCopyData) put_copy_data;
  decltype(&PQputCopyEnd) put_copy_end;
};

}  // namespace sluice::postgres

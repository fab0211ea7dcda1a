#include "cli/open_ledger.h"

#include <chrono>
#include <utility>

namespace sluice::cli {
namespace {

constexpr std::chrono::seconds kLockWaitMax{60};

}  // namespace

core::Result<OpenLedger> OpenLedger::Open(Application& application, const std::string& run, const std::string& command,
                                          bool dry_run) {
  OpenLedger opened;
  const std::string& state = application.state_path();
  if (dry_run) {
    auto ledger = pipeline::Ledger::OpenExisting(state, application.clock());
    if (!ledger && ledger.error().kind() == core::ErrorKind::kNotFound) return opened;
    SLUICE_ASSIGN_OR_RETURN(opened.ledger_, std::move(ledger));
    return opened;
  }
  const storage::LockHolder holder{run, command, application.clock().Now()};
  SLUICE_ASSIGN_OR_RETURN(storage::LockAttempt attempt, storage::LockFile::TryAcquire(state, holder));
  opened.lock_ = std::move(attempt.lock);
  if (!opened.lock_) {
    application.console().Warn("waiting for " + attempt.holder);
    SLUICE_ASSIGN_OR_RETURN(opened.lock_,
                            storage::LockFile::Acquire(state, holder, kLockWaitMax, application.cancellation()));
  }
  SLUICE_ASSIGN_OR_RETURN(opened.ledger_, pipeline::Ledger::Open(state, application.clock()));
  return opened;
}

}  // namespace sluice::cli

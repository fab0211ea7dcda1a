#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cli/application.h"
#include "pipeline/ledger.h"
#include "storage/lock_file.h"

namespace sluice::cli {

/// The ledger of the state folder with the right to write outputs: one run at a time. A second one says who is at work
/// and waits for a minute; Conflict after that. A dry run takes no lock, and has no ledger when there is none yet.
class OpenLedger {
 public:
  static core::Result<OpenLedger> Open(Application& application, const std::string& run, const std::string& command,
                                       bool dry_run);

  pipeline::Ledger* get() const { return ledger_.get(); }
  pipeline::Ledger* operator->() const { return ledger_.get(); }
  pipeline::Ledger& operator*() const { return *ledger_; }

 private:
  std::optional<storage::LockFile> lock_;
  std::unique_ptr<pipeline::Ledger> ledger_;
};

}  // namespace sluice::cli

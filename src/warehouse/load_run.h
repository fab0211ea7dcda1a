#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "warehouse/load_plan.h"
#include "warehouse/loader.h"

namespace sluice::warehouse {

/// The states of the files of one load: `sealed → staged → submitted → loaded → cleaned`, each written to the ledger
/// before the act that it allows, and after the act that it tells of.
///
/// Order: Run CleanUp. Threads: one owner; it works on several itself.
class LoadRun {
 public:
  /// Borrows all.
  LoadRun(const storage::Environment& environment, core::Waiter& waiter, LoadTarget& target, const LoadOptions& options,
          LoadPlan& plan, LoadReport& report);

  /// Until every file is loaded or failed, or nothing moves any more.
  core::Status Run();
  /// Remove staged copies and local files of what is loaded.
  core::Status CleanUp();

 private:
  using Group = std::vector<LoadItem*>;
  using Change = std::function<void(LoadItem&)>;

  core::Status Settle();
  core::Status StageAll();
  core::Status StageOne(LoadItem& item);
  core::Status SubmitAll();
  core::Status SubmitGroup(const Group& group);
  /// The target's word on the group; an error after the last try.
  core::Result<std::vector<FileOutcome>> SubmitOnce(const Group& group);
  core::Status Apply(const Group& group, const std::vector<FileOutcome>& outcomes);
  void ApplyOne(LoadItem& item, const FileOutcome& outcome, std::string& left_behind);
  core::Status CleanOne(LoadItem& item);
  core::Status RemoveLocal(LoadItem& item);
  core::Status RemoveLeftovers();

  /// Change rows, and write them to their ledgers before returning.
  core::Status Write(const Group& group, const Change& change);
  core::Status Try(const std::function<core::Status()>& work);
  core::Status OnThreads(std::size_t threads_max, std::size_t count,
                         const std::function<core::Status(std::size_t)>& work);
  Group In(std::initializer_list<LoadState> states);
  /// What is staged and may be submitted now.
  Group Ready();
  std::vector<Group> Groups(const Group& items) const;
  std::uint64_t settled_count() const;
  std::string NewRequestId();
  void Step(std::string_view act) const;
  void Note(std::string note);

  const storage::Environment& environment_;
  core::Waiter& waiter_;
  LoadTarget& target_;
  const LoadOptions& options_;
  LoadPlan& plan_;
  std::mutex mutex_;  // guards report_ and the randomness while threads are at work
  LoadReport& report_;
};

}  // namespace sluice::warehouse

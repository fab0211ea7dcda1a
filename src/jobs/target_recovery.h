#pragma once

#include <set>
#include <string>

#include "jobs/environment.h"
#include "pipeline/plan.h"

namespace sluice::jobs {

/// Clears up after processes that died, in the folders that plans write to; in each folder once.
///
/// Threads: one at a time.
class TargetRecovery {
 public:
  /// Borrows `environment`, which outlives it.
  explicit TargetRecovery(const Environment& environment) : environment_(environment) {}

  /// Complete the commits that were decided in the folders of `plan`, and remove temporary files that nobody will
  /// publish; to be called before something is written there. A failure is not told: what could not be removed is in
  /// nobody's way.
  void CleanUp(const pipeline::Plan& plan);

 private:
  const Environment& environment_;
  std::set<std::string> seen_;
};

}  // namespace sluice::jobs

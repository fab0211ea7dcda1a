#include "jobs/target_recovery.h"

#include <vector>

#include "jobs/plan_settings.h"
#include "storage/path.h"
#include "storage/recovery.h"

namespace sluice::jobs {

void TargetRecovery::CleanUp(const pipeline::Plan& plan) {
  std::vector<std::string> folders;
  const auto add = [&](const std::string& path) {
    if (path.empty()) return;
    std::string folder = storage::ParentPath(path);
    if (seen_.insert(folder).second) folders.push_back(std::move(folder));
  };
  add(plan.rejects_path);
  for (const pipeline::PlannedTask& task : plan.tasks) {
    add(task.output);
    if (const auto own = task.settings.find(kTaskRejectsPath); own != task.settings.end()) add(own->second);
  }
  if (folders.empty()) return;
  storage::RecoverOptions options;
  options.now = environment_.clock.Now();
  (void)storage::Recover(environment_.files, folders, options);
}

}  // namespace sluice::jobs

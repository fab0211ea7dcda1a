#include "warehouse/load_by_url.h"

#include <memory>
#include <utility>

#include "warehouse/open_target.h"
#include "warehouse/retry_clock.h"

namespace sluice::warehouse {
namespace {

core::Result<LoadReport> LoadOnce(const storage::Environment& environment, core::Waiter& waiter,
                                  const LoadRequest& request) {
  SLUICE_ASSIGN_OR_RETURN(const std::unique_ptr<LoadTarget> target,
                          OpenTarget(environment, request.target,
                                     {.parallel = request.options.parallel,
                                      .create = request.options.create,
                                      .dry_run = request.options.dry_run,
                                      .skip_bad_rows = request.options.skip_bad_rows,
                                      .variable = request.variable}));
  return Load(environment, waiter, request.folder, *target, request.options);
}

}  // namespace

core::Result<LoadReport> LoadByUrl(const storage::Environment& environment, core::Waiter& waiter,
                                   const LoadRequest& request) {
  RetryClock retry(environment.clock, 1, request.options.retry_for);
  while (true) {
    core::Result<LoadReport> report = LoadOnce(environment, waiter, request);
    if (report.has_value() || !retry.MayPass(report.error())) return report;
    SLUICE_TRY(waiter.Wait(retry.NextWait(environment.random.Next()), environment.cancellation));
  }
}

}  // namespace sluice::warehouse

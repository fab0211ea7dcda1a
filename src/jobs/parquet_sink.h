#pragma once

#include <memory>

#include "jobs/environment.h"
#include "jobs/plan_settings.h"
#include "pipeline/source.h"

namespace sluice::jobs {

/// Who may publish what a task wrote.
enum class Publisher : std::uint8_t {
  kThisProcess,   ///< what it leaves behind is garbage once it is dead
  kOtherProcess,  ///< a later commit; what was written waits for it
};

/// Parquet files, written aside in the folder of their target, with the rejected rows beside them.
class ParquetSink final : public pipeline::Sink {
 public:
  ParquetSink(const Environment& environment, const PlanSettings& settings, Publisher publisher)
      : environment_(environment), settings_(settings), publisher_(publisher) {}
  core::Result<std::unique_ptr<pipeline::TaskWriter>> Open(const pipeline::Plan& plan,
                                                           const pipeline::PlannedTask& task,
                                                           const schema::Schema& schema) override;

 private:
  const Environment& environment_;
  const PlanSettings& settings_;
  Publisher publisher_;
};

}  // namespace sluice::jobs

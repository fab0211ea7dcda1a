#pragma once

#include <memory>

#include "jobs/environment.h"
#include "jobs/plan_settings.h"
#include "pipeline/source.h"

namespace sluice::jobs {

/// Parquet files, written aside in the folder of their target, with the rejected rows beside them.
class ParquetSink final : public pipeline::Sink {
 public:
  ParquetSink(const Environment& environment, const PlanSettings& settings)
      : environment_(environment), settings_(settings) {}
  core::Result<std::unique_ptr<pipeline::TaskWriter>> Open(const pipeline::Plan& plan,
                                                           const pipeline::PlannedTask& task,
                                                           const schema::Schema& schema) override;

 private:
  const Environment& environment_;
  const PlanSettings& settings_;
};

}  // namespace sluice::jobs

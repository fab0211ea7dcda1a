#pragma once

#include <nanobind/nanobind.h>

#include <string>

#include "sluice/load.h"

namespace sluice::python {

/// One load, as the module `loading` runs it on a thread of its own. Threads: Cancel by any.
class BoundLoad {
 public:
  /// `options` by the names of LoadOptions, `retry_for` in seconds. RuntimeError when no threads can be started.
  BoundLoad(std::string directory, std::string target, const nanobind::dict& options);

  /// Load, without the GIL. The report by the keys of `sluice load --output json`; what went wrong is its "error".
  nanobind::dict Run();
  /// End the load at its next step, now or when it begins.
  void Cancel() { engine_.Cancel(); }

 private:
  std::string directory_;
  std::string target_;
  LoadOptions options_;
  Engine engine_;
};

}  // namespace sluice::python

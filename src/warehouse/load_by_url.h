#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/result.h"
#include "core/waiter.h"
#include "storage/environment.h"
#include "warehouse/loader.h"

namespace sluice::warehouse {

/// What a load is given by people: where from, where to, how.
struct LoadRequest {
  std::string folder = {};  ///< a recorder's, or one above several
  std::string target = {};  ///< a URL, as OpenTarget takes it
  LoadOptions options = {};
  /// Where secrets come from: a variable of the process's environment, or what stands for it.
  std::function<std::optional<std::string>(const std::string& name)> variable = {};
};

/// Open the target and load into it. A target that is away when it is opened or first asked is tried again for as long
/// as `options.retry_for` says; without that, the first refusal counts. Errors as Load and OpenTarget.
core::Result<LoadReport> LoadByUrl(const storage::Environment& environment, core::Waiter& waiter,
                                   const LoadRequest& request);

}  // namespace sluice::warehouse

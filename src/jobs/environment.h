#pragma once

#include "storage/environment.h"

namespace sluice::jobs {

using storage::Environment;

}  // namespace sluice::jobs

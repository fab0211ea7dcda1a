#include "core/version.h"

namespace sluice::core {

const char* Version() { return SLUICE_VERSION; }

}  // namespace sluice::core

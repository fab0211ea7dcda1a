#include "sluice/engine.h"

#include <algorithm>
#include <memory>
#include <thread>

#include "core/memory_budget.h"
#include "core/version.h"
#include "library/engine_state.h"
#include "library/guarded.h"
#include "storage/local_file_system.h"

namespace sluice {

Result<Engine> Engine::Start(EngineOptions options) {
  return library::Guarded([&]() -> core::Result<Engine> {
    if (options.memory_bytes == 0) options.memory_bytes = core::DefaultMemoryBytes();
    if (options.threads == 0) options.threads = std::max<std::size_t>(1, std::thread::hardware_concurrency());
    return Engine(
        std::make_shared<State>(options.memory_bytes, options.threads, std::make_unique<storage::LocalFileSystem>()));
  });
}

void Engine::Cancel() noexcept { state_->cancellation.Cancel(); }

void Engine::ReleaseMemory() { state_->pool->ReleaseUnused(); }

std::string_view Version() { return core::Version(); }

}  // namespace sluice

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "core/cancellation.h"
#include "core/clock.h"
#include "core/executor.h"
#include "library/engine_state.h"
#include "library/guarded.h"
#include "library/recorder_options.h"
#include "recorder/recording.h"
#include "sluice/recorder.h"
#include "storage/local_file_system.h"

namespace sluice {
namespace {

/// A recorder and the world it works in. Threads that appended hold on to it weakly, until they end.
struct State {
  storage::LocalFileSystem files;
  core::SystemClock clock;
  library::SharedRandom random;
  core::Cancellation cancellation;
  core::Executor executor{2};  // columns of a row group are encoded side by side
  storage::Environment environment{files,    clock, random, executor, cancellation, arrow::default_memory_pool(),
                                   256 << 20};
  std::unique_ptr<recorder::Recording> recording;
  std::uint64_t number = 0;
};

/// All recorders of the process: a fork has to tell each of them.
class Registry {
 public:
  static Registry& Instance() {
    static auto* const registry = new Registry();  // threads may end after static objects
    return *registry;
  }

  void Add(const std::shared_ptr<State>& state) {
    static std::atomic<std::uint64_t> numbers = 0;
    const std::lock_guard lock(mutex_);
    state->number = ++numbers;
    std::erase_if(states_, [](const std::weak_ptr<State>& known) { return known.expired(); });
    states_.push_back(state);
  }

 private:
  Registry() {
    ::pthread_atfork([] { Instance().mutex_.lock(); }, [] { Instance().mutex_.unlock(); },
                     [] {
                       for (const std::weak_ptr<State>& known : Instance().states_) {
                         if (const auto state = known.lock()) state->recording->Disown();
                       }
                       Instance().mutex_.unlock();
                     });
  }

  std::mutex mutex_;
  std::vector<std::weak_ptr<State>> states_;
};

/// The rings of the calling thread; given back when it ends.
class ThreadRings {
 public:
  ~ThreadRings() {
    for (const Entry& entry : entries_) {
      if (const auto state = entry.state.lock()) state->recording->GiveBack(*entry.ring);
    }
  }

  recorder::Ring* Find(const std::shared_ptr<State>& state) {
    for (const Entry& entry : entries_) {
      if (entry.number == state->number) return entry.ring;
    }
    std::erase_if(entries_, [](const Entry& entry) { return entry.state.expired(); });
    recorder::Ring* const ring = state->recording->TakeRing();
    if (ring != nullptr) entries_.push_back({state, state->number, ring});
    return ring;
  }

 private:
  struct Entry {
    std::weak_ptr<State> state;
    std::uint64_t number = 0;
    recorder::Ring* ring = nullptr;
  };
  std::vector<Entry> entries_;
};

class Core final : public RecorderCore {
 public:
  explicit Core(std::shared_ptr<State> state) : state_(std::move(state)) {}

  recording::Producer* Register() noexcept override {
    static thread_local ThreadRings rings;
    recorder::Ring* const ring = rings.Find(state_);
    return ring == nullptr ? nullptr : &ring->producer();
  }
  Symbol Intern(std::string_view text) noexcept override {
    const auto number = state_->recording->Intern(text);
    return {.number = number.has_value() ? *number : 0};
  }
  RecorderStats stats() const override { return library::ToPublic(state_->recording->stats()); }
  Result<CloseReport> Close() override {
    return library::Guarded([this]() -> core::Result<CloseReport> {
      SLUICE_ASSIGN_OR_RETURN(const recorder::ManifestClose close, state_->recording->Close());
      return CloseReport{.directory = state_->recording->folder(),
                         .accepted = close.accepted,
                         .landed = close.landed,
                         .dropped = close.dropped,
                         .files = close.files};
    });
  }
  std::uint64_t number() const noexcept override { return state_->number; }

 private:
  std::shared_ptr<State> state_;
};

}  // namespace

Result<std::unique_ptr<RecorderCore>> RecorderCore::Open(const RecorderOptions& options, std::string_view test_id,
                                                         std::string_view worker_id,
                                                         std::span<const recording::ColumnSpec> columns,
                                                         const std::vector<DerivedColumn>& derived) {
  return library::Guarded([&]() -> core::Result<std::unique_ptr<RecorderCore>> {
    auto state = std::make_shared<State>();
    SLUICE_ASSIGN_OR_RETURN(state->recording,
                            recorder::Recording::Open(state->environment, library::ToRoom(options), test_id, worker_id,
                                                      library::ToRoom(columns, derived)));
    Registry::Instance().Add(state);
    return std::make_unique<Core>(std::move(state));
  });
}

}  // namespace sluice

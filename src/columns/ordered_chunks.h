#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "core/cancellation.h"
#include "core/executor.h"
#include "core/result.h"

namespace sluice::columns {

/// Chunks cut one after the other, worked on in parallel, handed out in the order they were cut.
///
/// Order: Next* until it returns nullopt or an error. Threads: one owner; `cut` runs on the owner's thread, `work` on
/// the executor's, several at once. Limits: at most executor.threads() + 1 chunks are alive. What comes out does not
/// depend on the number of threads: an error of `cut` is returned only after every chunk cut before it.
template <typename Chunk, typename Output>
class OrderedChunks {
 public:
  using Cut = std::function<core::Result<std::optional<Chunk>>()>;
  using Work = std::function<Output(Chunk)>;

  /// Borrows the executor and `cancellation`: both outlive this.
  OrderedChunks(core::Executor& executor, const core::Cancellation& cancellation, Cut cut, Work work)
      : executor_(executor), cancellation_(cancellation), cut_(std::move(cut)), work_(std::move(work)) {}

  /// The output of the next chunk; nullopt after the last one.
  core::Result<std::optional<Output>> Next() {
    SLUICE_TRY(cancellation_.Check());
    CutAhead();
    if (in_flight_.empty()) {
      if (error_) return *error_;
      return std::optional<Output>();
    }
    const std::unique_ptr<Slot> slot = std::move(in_flight_.front());
    in_flight_.pop_front();
    slot->group.Wait();
    return std::move(slot->output);
  }

 private:
  struct Slot {
    explicit Slot(core::Executor& executor) : group(executor) {}
    std::optional<Chunk> chunk;
    std::optional<Output> output;
    core::TaskGroup group;  // last: its destructor waits for the task that uses the others
  };

  void CutAhead() {
    while (!ended_ && in_flight_.size() < executor_.threads() + 1) {
      core::Result<std::optional<Chunk>> chunk = cut_();
      if (!chunk) {
        error_ = std::move(chunk).error();
        ended_ = true;
        return;
      }
      ended_ = !chunk->has_value();
      if (ended_) return;
      in_flight_.push_back(std::make_unique<Slot>(executor_));
      Slot* slot = in_flight_.back().get();
      slot->chunk = *std::move(chunk);
      slot->group.Run([this, slot] {
        slot->output.emplace(work_(*std::move(slot->chunk)));
        slot->chunk.reset();
      });
    }
  }

  core::Executor& executor_;
  const core::Cancellation& cancellation_;
  Cut cut_;
  Work work_;
  bool ended_ = false;
  std::optional<core::Error> error_;
  std::deque<std::unique_ptr<Slot>> in_flight_;  // last: waits for its tasks before the members they use go
};

}  // namespace sluice::columns

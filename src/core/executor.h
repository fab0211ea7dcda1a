#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace sluice::core {

class TaskGroup;

/// Runs tasks of about a millisecond on a fixed number of threads, oldest first.
///
/// The thread that waits for a TaskGroup is one of them: it runs queued tasks until its own are done. So with
/// `threads == 1` there is no other thread at all and every task runs inside Wait, in the order it was given.
/// Threads: any thread may submit and wait. A task must not throw, and must not wait for a group that is fed by a task
/// behind it.
class Executor {
 public:
  explicit Executor(std::size_t threads);
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  /// Threads that work at once, the waiting one included; at least 1.
  std::size_t threads() const { return workers_.size() + 1; }

 private:
  friend class TaskGroup;
  struct Task {
    std::function<void()> work;
    TaskGroup* group;
  };

  void Work(const std::stop_token& stop);
  void RunOldest(std::unique_lock<std::mutex>& lock);

  std::mutex mutex_;
  std::condition_variable_any changed_;  // a task was queued, or a group became empty
  std::deque<Task> queue_;
  std::vector<std::jthread> workers_;
};

/// Tasks that are waited for together.
///
/// Order: (Run* Wait)*. Threads: one owner. Destruction waits.
class TaskGroup {
 public:
  explicit TaskGroup(Executor& executor) : executor_(executor) {}
  ~TaskGroup() { Wait(); }
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  /// Queue one task. What it refers to must live until Wait returns.
  void Run(std::function<void()> work);
  /// Return when every task of this group is done, working meanwhile.
  void Wait();
  /// True when nothing is left to wait for.
  bool done();

 private:
  friend class Executor;
  Executor& executor_;
  std::size_t unfinished_ = 0;  // guarded by executor_.mutex_
};

}  // namespace sluice::core

#include "core/executor.h"

#include <utility>

namespace sluice::core {

Executor::Executor(std::size_t threads) {
  for (std::size_t i = 1; i < threads; ++i) {
    workers_.emplace_back([this](const std::stop_token& stop) { Work(stop); });
  }
}

Executor::~Executor() {
  for (std::jthread& worker : workers_) worker.request_stop();
  changed_.notify_all();
}

void Executor::Work(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, stop, [this] { return !queue_.empty(); });
    if (queue_.empty()) return;
    RunOldest(lock);
  }
}

void Executor::RunOldest(std::unique_lock<std::mutex>& lock) {
  Task task = std::move(queue_.front());
  queue_.pop_front();
  lock.unlock();
  task.work();
  task.work = nullptr;  // captures go before the owner may
  lock.lock();
  if (--task.group->unfinished_ == 0) changed_.notify_all();
}

void TaskGroup::Run(std::function<void()> work) {
  {
    const std::lock_guard lock(executor_.mutex_);
    executor_.queue_.push_back({std::move(work), this});
    ++unfinished_;
  }
  executor_.changed_.notify_one();
}

void TaskGroup::Wait() {
  std::unique_lock lock(executor_.mutex_);
  while (unfinished_ > 0) {
    if (executor_.queue_.empty()) {
      executor_.changed_.wait(lock, [this] { return unfinished_ == 0 || !executor_.queue_.empty(); });
    } else {
      executor_.RunOldest(lock);
    }
  }
}

bool TaskGroup::done() {
  const std::lock_guard lock(executor_.mutex_);
  return unfinished_ == 0;
}

}  // namespace sluice::core

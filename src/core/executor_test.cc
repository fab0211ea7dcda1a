#include "core/executor.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <vector>

namespace sluice::core {
namespace {

TEST(Executor, RunsEveryTaskOnceWithAnyNumberOfThreads) {
  for (const std::size_t threads : {1u, 2u, 5u}) {
    Executor executor(threads);
    std::vector<std::atomic<int>> runs(1000);
    TaskGroup group(executor);
    for (std::size_t i = 0; i < runs.size(); ++i) group.Run([&runs, i] { ++runs[i]; });
    group.Wait();
    for (const auto& count : runs) EXPECT_EQ(count, 1);
  }
}

TEST(Executor, KeepsOrderWithOneThread) {
  Executor executor(1);
  std::vector<int> order;
  TaskGroup first(executor);
  TaskGroup second(executor);
  first.Run([&] { order.push_back(1); });
  second.Run([&] { order.push_back(2); });
  first.Run([&] { order.push_back(3); });
  first.Wait();
  second.Wait();
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

TEST(Executor, GroupsFinishIndependently) {
  Executor executor(3);
  std::atomic<int> sum = 0;
  std::vector<std::unique_ptr<TaskGroup>> groups;
  for (int i = 0; i < 50; ++i) {
    groups.push_back(std::make_unique<TaskGroup>(executor));
    for (int j = 0; j < 20; ++j) groups.back()->Run([&sum] { ++sum; });
    if (i >= 4) groups[static_cast<std::size_t>(i - 4)]->Wait();
  }
  groups.clear();
  EXPECT_EQ(sum, 1000);
}

}  // namespace
}  // namespace sluice::core

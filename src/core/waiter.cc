#include "core/waiter.h"

#include <algorithm>
#include <thread>

namespace sluice::core {

Status SleepingWaiter::Wait(std::chrono::microseconds time, const Cancellation& cancellation) {
  constexpr std::chrono::microseconds kNapMax(50'000);  // how long a request to stop may go unheard
  while (time.count() > 0) {
    SLUICE_TRY(cancellation.Check());
    const std::chrono::microseconds nap = std::min(time, kNapMax);
    std::this_thread::sleep_for(nap);
    time -= nap;
  }
  return cancellation.Check();
}

}  // namespace sluice::core

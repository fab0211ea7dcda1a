#include "cli/signals.h"

#include <atomic>
#include <csignal>

namespace sluice::cli {
namespace {

// A signal handler can reach nothing but globals.
std::atomic<core::Cancellation*> g_cancellation{nullptr};
std::atomic<int> g_signal{0};

extern "C" void HandleSignal(int signal) {
  g_signal.store(signal);
  if (core::Cancellation* cancellation = g_cancellation.load()) cancellation->Cancel();
  std::signal(signal, SIG_DFL);
}

}  // namespace

void CancelOnSignals(core::Cancellation& cancellation) {
  g_cancellation.store(&cancellation);
  std::signal(SIGINT, HandleSignal);
  std::signal(SIGTERM, HandleSignal);
  std::signal(SIGPIPE, SIG_IGN);
}

int ReceivedSignal() { return g_signal.load(); }

}  // namespace sluice::cli

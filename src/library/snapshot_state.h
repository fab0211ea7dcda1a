#pragma once

#include <memory>

#include "delta_log/snapshot.h"
#include "sluice/snapshot.h"

namespace sluice {

struct Snapshot::State {
  std::shared_ptr<Engine::State> engine;
  std::shared_ptr<const delta_log::Snapshot> held;
};

}  // namespace sluice

namespace sluice::library {

inline Snapshot MakeSnapshot(std::shared_ptr<Engine::State> engine, std::shared_ptr<const delta_log::Snapshot> held) {
  return Snapshot(std::make_shared<const Snapshot::State>(Snapshot::State{std::move(engine), std::move(held)}));
}

}  // namespace sluice::library

#include "postgres/copy_sender.h"

#include <utility>

namespace sluice::postgres {

CopySender::CopySender(Send send)
    : send_(std::move(send)), thread_([this](const std::stop_token& stop) { SendAll(stop); }) {}

CopySender::~CopySender() = default;

core::Status CopySender::Put(CopyBytes& piece) {
  constexpr std::size_t kPiecesWaiting = 8;
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return waiting_.size() < kPiecesWaiting || failure_.has_value(); });
  if (failure_.has_value()) return *failure_;
  waiting_.push_back(std::exchange(piece, CopyBytes()));
  if (!free_.empty()) {
    piece = std::move(free_.back());
    free_.pop_back();
  }
  changed_.notify_all();
  return core::Ok();
}

core::Status CopySender::Finish() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return waiting_.empty() || failure_.has_value(); });
  if (failure_.has_value()) return *failure_;
  return core::Ok();
}

void CopySender::SendAll(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return !waiting_.empty(); }) && !stop.stop_requested()) {
    CopyBytes& piece = waiting_.front();  // Put leaves it in its place
    lock.unlock();
    const core::Status sent = send_(piece.view());
    piece.Clear();
    lock.lock();
    if (sent.has_value()) {
      free_.push_back(std::move(piece));
      waiting_.pop_front();
    } else {
      failure_ = sent.error();
    }
    changed_.notify_all();
    if (failure_.has_value()) return;
  }
}

}  // namespace sluice::postgres

#include "storage/read_ahead.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace sluice::storage {
namespace {

class ReadAheadStream final : public ByteStream {
 public:
  ReadAheadStream(std::unique_ptr<ByteStream> source, ReadAheadOptions options)
      : source_(std::move(source)), buffer_bytes_(std::max<std::size_t>(options.buffer_bytes, 1)) {
    free_.resize(std::max<std::size_t>(options.buffers, 2));
    reader_ = std::jthread([this](const std::stop_token& stop) { Fill(stop); });
  }
  ~ReadAheadStream() override {
    reader_.request_stop();
    source_->Interrupt();
  }

  core::Result<std::size_t> Read(std::span<char> out) override {
    std::size_t filled = 0;
    while (filled < out.size()) {
      if (position_ == current_.size() && !NextBuffer()) {
        // A short count would mean the end, so an error comes at once, even over bytes copied in this call.
        if (failure_.has_value()) return *failure_;
        break;
      }
      const std::size_t count = std::min(out.size() - filled, current_.size() - position_);
      std::memcpy(out.data() + filled, current_.data() + position_, count);
      filled += count;
      position_ += count;
    }
    return filled;
  }
  std::uint64_t stored_bytes_read() const override { return stored_bytes_.load(std::memory_order_relaxed); }
  void Interrupt() override { source_->Interrupt(); }

 private:
  /// False at the end and at an error.
  bool NextBuffer() {
    std::unique_lock lock(mutex_);
    if (!current_.empty()) {
      free_.push_back(std::exchange(current_, {}));
      changed_.notify_all();
    }
    position_ = 0;
    changed_.wait(lock, [this] { return !full_.empty() || ended_; });
    if (full_.empty()) return false;
    current_ = std::move(full_.front());
    full_.pop_front();
    return true;
  }

  void Fill(const std::stop_token& stop) {
    while (true) {
      std::vector<char> buffer;
      {
        std::unique_lock lock(mutex_);
        if (!changed_.wait(lock, stop, [this] { return !free_.empty(); })) return;
        buffer = std::move(free_.back());
        free_.pop_back();
      }
      buffer.resize(buffer_bytes_);
      const core::Result<std::size_t> got = source_->Read(buffer);
      stored_bytes_.store(source_->stored_bytes_read(), std::memory_order_relaxed);
      const std::scoped_lock lock(mutex_);
      if (got.has_value()) {
        buffer.resize(*got);
        if (*got > 0) full_.push_back(std::move(buffer));
      } else {
        failure_ = got.error();
      }
      ended_ = !got.has_value() || *got < buffer_bytes_;
      changed_.notify_all();
      if (ended_) return;
    }
  }

  std::unique_ptr<ByteStream> source_;
  const std::size_t buffer_bytes_;
  std::atomic<std::uint64_t> stored_bytes_{0};
  std::vector<char> current_;  // being handed out; the caller's thread only
  std::size_t position_ = 0;

  std::mutex mutex_;  // guards what follows
  std::condition_variable_any changed_;
  std::deque<std::vector<char>> full_;
  std::vector<std::vector<char>> free_;
  std::optional<core::Error> failure_;  // written before ended_ is set, constant afterwards
  bool ended_ = false;

  std::jthread reader_;  // last: joined before anything it uses goes away
};

}  // namespace

std::unique_ptr<ByteStream> ReadAhead(std::unique_ptr<ByteStream> source, ReadAheadOptions options) {
  return std::make_unique<ReadAheadStream>(std::move(source), options);
}

}  // namespace sluice::storage

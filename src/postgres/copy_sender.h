#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

#include "core/result.h"
#include "postgres/copy_bytes.h"

namespace sluice::postgres {

/// Sends the data of one COPY on a thread of its own, so that the server works while the next rows are made.
///
/// Order: Put* Finish. Threads: one owner; `send` is called on the sender's thread, one piece at a time and in order,
/// and no more after the destructor. Limits: eight pieces wait at most, then Put waits.
class CopySender {
 public:
  using Send = std::function<core::Status(std::string_view bytes)>;

  explicit CopySender(Send send);
  /// What waits is not sent.
  ~CopySender();

  /// Take `piece` and leave an empty one for it. The error of an earlier piece, if one was not sent.
  core::Status Put(CopyBytes& piece);
  /// Until everything is sent.
  core::Status Finish();

 private:
  void SendAll(const std::stop_token& stop);

  Send send_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable_any changed_;
  std::deque<CopyBytes> waiting_;  // the first one until it is sent
  std::vector<CopyBytes> free_;
  std::optional<core::Error> failure_;
  std::jthread thread_;  // last: uses the others
};

}  // namespace sluice::postgres

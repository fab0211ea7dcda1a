#include "pipeline/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/byte_size.h"

namespace sluice::pipeline {
namespace {

using std::chrono::nanoseconds;

nanoseconds IntervalOf(ProgressStyle style) {
  switch (style) {
    case ProgressStyle::kBar: return std::chrono::milliseconds(50);
    case ProgressStyle::kJson: return std::chrono::seconds(1);
    case ProgressStyle::kLines:
    case ProgressStyle::kNone: break;
  }
  return std::chrono::seconds(10);
}

std::string Bar(double share) {
  constexpr std::size_t kWidth = 24;
  const auto filled = static_cast<std::size_t>(share * kWidth);
  return "[" + std::string(filled, '#') + std::string(kWidth - filled, '.') + "]";
}

std::string JsonEvent(const ProgressState& state, double seconds) {
  const nlohmann::ordered_json event{{"event", "progress"},
                                     {"job", state.job},
                                     {"bytes_read", state.bytes_read},
                                     {"bytes_total", state.bytes_total},
                                     {"rows", state.rows},
                                     {"rejects", state.rejects},
                                     {"elapsed_ms", static_cast<std::int64_t>(seconds * 1000)}};
  return event.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

Progress::Progress(ProgressStyle style, const core::Clock& clock, std::function<void(std::string_view)> write)
    : style_(style), clock_(clock), write_(std::move(write)) {
  Begin();
}

void Progress::Begin() {
  begun_ = clock_.Monotonic();
  shown_ = begun_;
}

void Progress::Update(const ProgressState& state) {
  if (style_ == ProgressStyle::kNone) return;
  const nanoseconds now = clock_.Monotonic();
  if (now - shown_ < IntervalOf(style_)) return;
  shown_ = now;
  Show(state);
}

void Progress::End(const ProgressState& state) {
  if (style_ == ProgressStyle::kJson) Show(state);
  if (bar_visible_) write_("\r\x1b[K");
  bar_visible_ = false;
}

void Progress::Show(const ProgressState& state) {
  if (style_ == ProgressStyle::kJson) {
    write_(JsonEvent(state, std::chrono::duration<double>(clock_.Monotonic() - begun_).count()));
  } else if (style_ == ProgressStyle::kBar) {
    write_("\r" + Describe(state) + "\x1b[K");
    bar_visible_ = true;
  } else {
    write_(Describe(state) + "\n");
  }
}

std::string Progress::Describe(const ProgressState& state) const {
  const double seconds = std::max(1e-3, std::chrono::duration<double>(clock_.Monotonic() - begun_).count());
  const double rate = static_cast<double>(state.bytes_read) / seconds;
  std::string text = fmt::format("{} ", state.job);
  if (state.bytes_total > 0) {
    const double share = std::min(1.0, static_cast<double>(state.bytes_read) / static_cast<double>(state.bytes_total));
    text += fmt::format("{} {:3.0f}% ", Bar(share), share * 100);
  }
  text += fmt::format("{} · {} rows", core::FormatByteSizeRounded(state.bytes_read), core::FormatCount(state.rows));
  if (state.rejects > 0) text += fmt::format(" · {} rejected", core::FormatCount(state.rejects));
  text += fmt::format(" · {}/s", core::FormatByteSizeRounded(static_cast<std::uint64_t>(rate)));
  if (state.bytes_total > state.bytes_read && rate > 0) {
    text += fmt::format(" · {:.0f} s left", static_cast<double>(state.bytes_total - state.bytes_read) / rate);
  }
  return text;
}

}  // namespace sluice::pipeline

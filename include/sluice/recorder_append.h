#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <tuple>

#include "sluice/recorder_fields.h"

/// How a row is stored. For the recorder's own headers; a program uses recorder.h.
namespace sluice::recording {

/// Where one thread writes: its own lines, that nobody else reads but the recorder while the thread stands still.
struct alignas(128) Producer {
  std::uint32_t row = 0;       ///< the next one in the block
  std::uint32_t rows = 0;      ///< of the block; 0: there is no block
  std::uint32_t text = 0;      ///< bytes of the arena in use
  std::uint32_t text_max = 0;  ///< bytes of the arena
  char* block = nullptr;
  char* arena = nullptr;
  std::uint64_t position = 0;     ///< of the block's first row
  std::uint64_t* head = nullptr;  ///< the first position that is not there yet, in the shared mapping
  bool stamps_ticks = false;      ///< stamps are those of the processor, not of the coarse clock
};

/// Begin a block in which a row with so many bytes of text has room. False: the row is refused and counted; by the
/// recorder's policy, because it was closed, or because no block could hold the texts.
[[gnu::cold]] bool MakeRoom(Producer& producer, std::uint64_t text_bytes) noexcept;
/// Whether MakeRoom would wait now.
[[gnu::cold]] bool WouldWait(Producer& producer, std::uint64_t text_bytes) noexcept;
/// Wait as MakeRoom does, no longer than `at_most`. False: there is no room yet.
[[gnu::cold]] bool AwaitRoom(Producer& producer, std::chrono::milliseconds at_most) noexcept;
/// Count a row of which a text was cut.
[[gnu::cold]] void CountCut(Producer& producer) noexcept;

inline constexpr std::string_view kCutMark = "\xE2\x80\xA6";  // …

template <typename T>
inline constexpr bool kIsText = ColumnType<T>::kSpec.shape.kind == Kind::kText;

inline std::string_view TextOf(const Json& json) { return json.text; }
inline std::string_view TextOf(std::string_view text) { return text; }

template <typename Duration>
inline std::int64_t TicksOf(std::chrono::sys_time<Duration> time) {
  return time.time_since_epoch().count();
}
template <typename Duration>
inline std::int64_t TicksOf(UtcTime<Duration> time) {
  return TicksOf(time.at);
}

template <bool kCut, typename Member>
inline std::uint64_t TextBytes(const Member& value) noexcept {
  if constexpr (kIsOptional<Member>) {
    if constexpr (kIsText<typename Bare<Member>::Type>) return value.has_value() ? TextBytes<kCut>(*value) : 0;
  } else if constexpr (kIsText<Member>) {
    const std::size_t bytes = TextOf(value).size();
    return kCut && bytes > kTextBytesMax ? kTextBytesMax : bytes;
  }
  return 0;
}

/// The bytes of all texts of a row.
template <bool kCut, typename Row>
inline std::uint64_t RowTextBytes(const Row& row) noexcept {
  return std::apply(
      [&row](const auto&... fields) { return (std::uint64_t{0} + ... + TextBytes<kCut>(row.*fields.member)); },
      Row::kFields);
}

inline constexpr std::size_t kShortText = 16;

/// Up to kShortText bytes, without a call.
inline void CopyShort(char* to, const char* from, std::size_t bytes) noexcept {
  if (bytes >= 8) {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::memcpy(&first, from, 8);
    std::memcpy(&last, from + bytes - 8, 8);
    std::memcpy(to, &first, 8);
    std::memcpy(to + bytes - 8, &last, 8);
  } else if (bytes >= 4) {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    std::memcpy(&first, from, 4);
    std::memcpy(&last, from + bytes - 4, 4);
    std::memcpy(to, &first, 4);
    std::memcpy(to + bytes - 4, &last, 4);
  } else if (bytes > 0) {
    to[0] = from[0];
    to[bytes / 2] = from[bytes / 2];
    to[bytes - 1] = from[bytes - 1];
  }
}

inline void CopyText(char* to, const char* from, std::size_t bytes) noexcept {
  bytes > kShortText ? static_cast<void>(std::memcpy(to, from, bytes)) : CopyShort(to, from, bytes);
}

/// The end of the last whole UTF-8 character within `bytes`.
inline std::size_t WholeCharacters(std::string_view text, std::size_t bytes) noexcept {
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U) --bytes;
  return bytes;
}

/// Where a row goes, in registers: the compiler cannot know that no store changes the producer.
struct Place {
  char* block;
  std::uint32_t row;
  char* arena;
  std::uint32_t text;
  bool stamps_ticks;
};

template <typename Value>
inline void Put(const Place& place, std::uint32_t column, const Value& value) noexcept {
  std::memcpy(place.block + column + std::size_t{place.row} * sizeof value, &value, sizeof value);
}

/// What is known of the texts of a row.
enum class Texts : std::uint8_t {
  kShort,  ///< none is longer than kShortText
  kAny,
  kCut,  ///< one may be longer than kTextBytesMax
};

template <Texts kTexts>
inline void PutText(Place& place, std::uint32_t column, std::string_view text) noexcept {
  std::size_t bytes = text.size();
  char* const to = place.arena + place.text;
  if (kTexts == Texts::kCut && bytes > kTextBytesMax) {
    bytes = WholeCharacters(text, kTextBytesMax - kCutMark.size());
    std::memcpy(to, text.data(), bytes);
    std::memcpy(to + bytes, kCutMark.data(), kCutMark.size());
    bytes += kCutMark.size();
  } else if (kTexts == Texts::kShort) {
    CopyShort(to, text.data(), bytes);
  } else {
    CopyText(to, text.data(), bytes);
  }
  Put(place, column, std::uint64_t{place.text} | std::uint64_t{bytes} << 32U);
  place.text += static_cast<std::uint32_t>(bytes);
}

inline std::int64_t StampNow(bool ticks) noexcept {
#if defined(__x86_64__)
  if (ticks) return static_cast<std::int64_t>(__builtin_ia32_rdtsc());
#endif
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

template <Texts kTexts, typename Member>
inline void PutValue(Place& place, std::uint32_t column, const Member& value) noexcept {
  if constexpr (kIsText<Member>) {
    PutText<kTexts>(place, column, TextOf(value));
  } else if constexpr (ColumnType<Member>::kSpec.shape.kind == Kind::kTime) {
    Put(place, column, TicksOf(value));
  } else if constexpr (ColumnType<Member>::kSpec.shape.kind == Kind::kStamp) {
    Put(place, column, StampNow(place.stamps_ticks));
  } else {
    Put(place, column, value);
  }
}

/// The bits are read by the back end while this thread goes on, so that each byte is stored whole.
inline void SetNull(char* bits, std::uint32_t row, bool null = true) noexcept {
  std::atomic_ref<unsigned char> byte(reinterpret_cast<unsigned char&>(bits[row / 8]));
  const unsigned bit = 1U << (row % 8);
  const unsigned before = byte.load(std::memory_order_relaxed);
  byte.store(static_cast<unsigned char>(null ? before & ~bit : before | bit), std::memory_order_relaxed);
}

template <Texts kTexts, std::size_t kColumn, typename Row>
inline void StoreColumn(Place& place, const Row& row) noexcept {
  constexpr auto& kLayout = RowColumns<Row>::kLayout;
  const auto& value = row.*std::get<kColumn>(Row::kFields).member;
  if constexpr (!kIsOptional<std::remove_cvref_t<decltype(value)>>) {
    PutValue<kTexts>(place, kLayout.values[kColumn], value);
  } else if (value.has_value()) {
    PutValue<kTexts>(place, kLayout.values[kColumn], *value);
  } else {
    SetNull(place.block + kLayout.validity[kColumn], place.row);
  }
}

/// Memory that the next rows go to, asked for before they come: each column is a stream of its own, and processors that
/// fetch ahead stop at the end of each page.
/// Always inlined: a function that only fetches is taken for one without an effect, and dropped.
template <typename Row>
[[gnu::always_inline]] inline void FetchAhead(const Place& place) noexcept {
  constexpr auto& kLayout = RowColumns<Row>::kLayout;
  constexpr std::uint32_t kRowsAhead = 64;
  const std::size_t row = place.row + kRowsAhead;
  for (std::size_t i = 0; i < RowColumns<Row>::kCount; ++i) {
    __builtin_prefetch(place.block + kLayout.values[i] + row * WidthOf(RowColumns<Row>::kShapes[i].kind), 1);
  }
  __builtin_prefetch(place.arena + place.text + 512, 1);
}

/// Store a row that has room, then say that it is there: all stores of the row come before the one of the head.
template <Texts kTexts, typename Row>
inline void Store(Producer& producer, const Row& row) noexcept {
  constexpr std::uint32_t kRowsOfALine = 8;
  Place place{producer.block, producer.row, producer.arena, producer.text, producer.stamps_ticks};
  if (place.row % kRowsOfALine == 0) FetchAhead<Row>(place);
  [&]<std::size_t... kColumns>(std::index_sequence<kColumns...>) {
    (StoreColumn<kTexts, kColumns>(place, row), ...);
  }(std::make_index_sequence<RowColumns<Row>::kCount>());
  producer.text = place.text;
  producer.row = place.row + 1;
  std::atomic_ref<std::uint64_t>(*producer.head).store(producer.position + place.row + 1, std::memory_order_release);
}

template <typename Row>
[[gnu::cold, gnu::noinline]] bool AppendSlowly(Producer& producer, const Row& row) noexcept {
  const std::uint64_t bytes = RowTextBytes<true>(row);
  while (producer.row == producer.rows || bytes > producer.text_max - producer.text) {
    if (!MakeRoom(producer, bytes)) return false;
  }
  if (bytes != RowTextBytes<false>(row)) CountCut(producer);
  Store<Texts::kCut>(producer, row);
  return true;
}

inline bool HasRoom(const Producer& producer, std::uint64_t text_bytes) noexcept {
  return producer.row != producer.rows && text_bytes <= producer.text_max - producer.text;
}

/// Of its own, because the call that copies a long text would cost short ones their registers.
template <typename Row>
[[gnu::noinline]] bool AppendLong(Producer& producer, const Row& row, std::uint64_t bytes) noexcept {
  if (!HasRoom(producer, bytes) || bytes > kTextBytesMax) [[unlikely]]
    return AppendSlowly(producer, row);
  Store<Texts::kAny>(producer, row);
  return true;
}

/// No lock, no system call and no allocation while the block has room.
template <typename Row>
inline bool Append(Producer& producer, const Row& row) noexcept {
  const std::uint64_t bytes = RowTextBytes<false>(row);
  if (bytes > kShortText) return AppendLong(producer, row, bytes);
  if (!HasRoom(producer, bytes)) [[unlikely]]
    return AppendSlowly(producer, row);
  Store<Texts::kShort>(producer, row);
  return true;
}

}  // namespace sluice::recording

#include <algorithm>
#include <bit>
#include <utility>

#include "delta/byte_order.h"
#include "delta/row_set.h"
#include "delta/row_set_state.h"

namespace sluice::delta {

namespace {

// Numbers are little-endian. A set is
//
//     number of buckets (8) | for each: high 32 bits of its rows (4), bitmap of the low 32 bits
//
// and a bitmap is (RoaringFormatSpec, "Standard 32-bit Roaring Bitmap")
//
//     without runs: 12346 (4) | number of containers n (4)            or
//     with runs:    12347 (2) | n - 1 (2) | a bit for each container: it holds runs (⌈n / 8⌉)
//     for each container: key, bits 16 … 31 (2) | cardinality - 1 (2)
//     unless n < 4 and there are runs: for each container its offset from the bitmap's beginning (4)
//     the containers, each in one of three forms:
//         runs:                              number (2) | for each: start (2), length - 1 (2)
//         up to 4096 values:                 each value (2)
//         more:                              a bit for each of 65,536 values (8192)
//
// The library trusts most of it: offsets, order and cardinalities are checked here, before it sees the bytes.

constexpr std::uint32_t kCookieWithoutRuns = 12346;
constexpr std::uint32_t kCookieWithRuns = 12347;
constexpr std::size_t kOffsetsMin = 4;  // with runs, fewer containers have no offsets
constexpr std::size_t kArrayValuesMax = 4096;
constexpr std::size_t kBitsetBytes = 8192;
constexpr std::size_t kContainersMax = 65536;
constexpr std::uint32_t kKeyMax = 0x7FFFFFFF;

/// Walks over the bytes of a set. A method that returns false has put the reason in flaw(), and position() is about
/// where it stands.
class BitmapChecker {
 public:
  explicit BitmapChecker(std::string_view bytes) : bytes_(bytes) {}

  std::size_t position() const { return position_; }
  std::size_t left() const { return bytes_.size() - position_; }
  const char* flaw() const { return flaw_; }
  bool Fail(const char* flaw) {
    flaw_ = flaw;
    return false;
  }
  template <typename T>
  bool Take(T& value) {
    if (left() < sizeof(T)) return Fail("the bitmap ends too early");
    value = LoadLittle<T>(bytes_.substr(position_));
    position_ += sizeof(T);
    return true;
  }
  bool Take(std::size_t count, std::string_view& bytes) {
    if (left() < count) return Fail("the bitmap ends too early");
    bytes = bytes_.substr(position_, count);
    position_ += count;
    return true;
  }
  /// Pass one 32-bit bitmap that is exactly as its format says.
  bool TakeBitmap(std::string_view& bitmap);

 private:
  bool TakeHeader(std::size_t& containers, std::string_view& run_flags);
  bool TakeRuns(std::size_t cardinality);
  bool TakeArray(std::size_t cardinality);
  bool TakeBitset(std::size_t cardinality);

  const std::string_view bytes_;
  std::size_t position_ = 0;
  const char* flaw_ = "";
};

bool BitmapChecker::TakeHeader(std::size_t& containers, std::string_view& run_flags) {
  std::uint32_t cookie = 0;
  if (!Take(cookie)) return false;
  if (cookie == kCookieWithoutRuns) {
    std::uint32_t count = 0;
    if (!Take(count)) return false;
    containers = count;
    return count <= kContainersMax || Fail("more than 65536 containers");
  }
  if ((cookie & 0xFFFF) != kCookieWithRuns) return Fail("a bitmap begins with 12346 or 12347");
  containers = (cookie >> 16) + 1;
  return Take((containers + 7) / 8, run_flags);
}

bool BitmapChecker::TakeBitmap(std::string_view& bitmap) {
  const std::size_t begin = position_;
  std::size_t count = 0;
  std::string_view run_flags;
  std::string_view descriptors;
  std::string_view offsets;
  if (!TakeHeader(count, run_flags) || !Take(count * 4, descriptors)) return false;
  const bool has_offsets = run_flags.empty() || count >= kOffsetsMin;
  if (has_offsets && !Take(count * 4, offsets)) return false;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view descriptor = descriptors.substr(i * 4);
    const auto key = LoadLittle<std::uint16_t>(descriptor);
    const std::size_t cardinality = LoadLittle<std::uint16_t>(descriptor.substr(2)) + std::size_t{1};
    if (i > 0 && key <= LoadLittle<std::uint16_t>(descriptors.substr(i * 4 - 4))) {
      return Fail("the keys of containers do not ascend");
    }
    if (has_offsets && LoadLittle<std::uint32_t>(offsets.substr(i * 4)) != position_ - begin) {
      return Fail("a container is not where its offset says");
    }
    const bool runs = !run_flags.empty() && (static_cast<unsigned char>(run_flags[i / 8]) >> (i % 8) & 1) != 0;
    const bool good = runs                             ? TakeRuns(cardinality)
                      : cardinality <= kArrayValuesMax ? TakeArray(cardinality)
                                                       : TakeBitset(cardinality);
    if (!good) return false;
  }
  bitmap = bytes_.substr(begin, position_ - begin);
  return true;
}

bool BitmapChecker::TakeRuns(std::size_t cardinality) {
  std::uint16_t count = 0;
  std::string_view runs;
  if (!Take(count) || !Take(count * std::size_t{4}, runs)) return false;
  std::size_t free_from = 0;  // a run begins here or later
  std::size_t values = 0;
  for (; !runs.empty(); runs.remove_prefix(4)) {
    const std::size_t start = LoadLittle<std::uint16_t>(runs);
    const std::size_t length = LoadLittle<std::uint16_t>(runs.substr(2)) + std::size_t{1};
    if (start < free_from) return Fail("runs overlap, touch or do not ascend");
    if (start + length > kContainersMax) return Fail("a run passes the end of its container");
    free_from = start + length + 1;
    values += length;
  }
  return values == cardinality || Fail("a container of runs does not hold as many values as it says");
}

bool BitmapChecker::TakeArray(std::size_t cardinality) {
  std::string_view values;
  if (!Take(cardinality * 2, values)) return false;
  for (std::size_t i = 2; i < values.size(); i += 2) {
    if (LoadLittle<std::uint16_t>(values.substr(i)) <= LoadLittle<std::uint16_t>(values.substr(i - 2))) {
      return Fail("the values of a container do not ascend");
    }
  }
  return true;
}

bool BitmapChecker::TakeBitset(std::size_t cardinality) {
  std::string_view bits;
  if (!Take(kBitsetBytes, bits)) return false;
  std::size_t values = 0;
  for (std::size_t i = 0; i < kBitsetBytes; i += 8) {
    values += static_cast<std::size_t>(std::popcount(LoadLittle<std::uint64_t>(bits.substr(i))));
  }
  return values == cardinality || Fail("a container of bits does not hold as many values as it says");
}

core::Error ErrorAt(std::uint64_t position, std::string_view flaw) {
  return core::Corruption("byte " + std::to_string(position) + ": " + std::string(flaw));
}

}  // namespace

core::Result<RowSet> RowSet::Parse(std::string_view bytes, std::uint64_t first_byte) {
  BitmapChecker in(bytes);
  RowSet rows;
  std::uint64_t buckets = 0;
  if (!in.Take(buckets)) return ErrorAt(first_byte, in.flaw());
  std::optional<std::uint32_t> last_key;
  for (std::uint64_t i = 0; i < buckets; ++i) {
    const std::uint64_t begin = first_byte + in.position();
    std::uint32_t key = 0;
    std::string_view bitmap;
    if (!in.Take(key)) return ErrorAt(begin, in.flaw());
    if (last_key && key <= *last_key) return ErrorAt(begin, "the keys of bitmaps do not ascend");
    if (key > kKeyMax) return ErrorAt(begin, "a row number of 2^63 or more");
    last_key = key;
    if (!in.TakeBitmap(bitmap)) return ErrorAt(first_byte + in.position(), in.flaw());
    Bitmap parsed(roaring_bitmap_portable_deserialize_safe(bitmap.data(), bitmap.size()));
    if (parsed == nullptr) return ErrorAt(begin, "a bitmap that cannot be read");
    if (!roaring_bitmap_is_empty(parsed.get())) rows.state_->buckets.emplace(key, std::move(parsed));
  }
  if (in.left() == 0) return rows;
  return ErrorAt(first_byte + in.position(), std::to_string(in.left()) + " bytes follow the bitmaps");
}

std::string RowSet::Serialize() const {
  std::string bytes;
  AppendLittle<std::uint64_t>(bytes, state_->buckets.size());
  for (const auto& [high, bitmap] : state_->buckets) {
    const Bitmap shortest = Own(roaring_bitmap_copy(bitmap.get()));
    roaring_bitmap_run_optimize(shortest.get());
    AppendLittle(bytes, high);
    const std::size_t begin = bytes.size();
    bytes.resize(begin + roaring_bitmap_portable_size_in_bytes(shortest.get()));
    roaring_bitmap_portable_serialize(shortest.get(), bytes.data() + begin);
  }
  return bytes;
}

}  // namespace sluice::delta

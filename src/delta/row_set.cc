#include "delta/row_set.h"

#include <algorithm>
#include <bit>
#include <iterator>
#include <utility>

#include "delta/row_set_state.h"

namespace sluice::delta {

namespace {

constexpr std::uint64_t kBucketRows = std::uint64_t{1} << 32;
constexpr std::uint64_t kContainerRows = std::uint64_t{1} << 16;

std::uint32_t HighOf(std::uint64_t row) { return static_cast<std::uint32_t>(row >> 32); }
std::uint32_t LowOf(std::uint64_t row) { return static_cast<std::uint32_t>(row); }
std::uint64_t RowOf(std::uint32_t high, std::uint32_t low) { return (std::uint64_t{high} << 32) | low; }

/// Collects ranges in ascending order, cut to a window; those that touch become one.
class RangeCollector {
 public:
  explicit RangeCollector(RowRange within) : within_(within) {}

  void Add(std::uint64_t begin, std::uint64_t end) {
    begin = std::max(begin, within_.begin);
    end = std::min(end, within_.end);
    if (begin >= end) return;
    if (!ranges_.empty() && ranges_.back().end == begin) {
      ranges_.back().end = end;
    } else {
      ranges_.push_back({begin, end});
    }
  }
  std::vector<RowRange> Take() && { return std::move(ranges_); }

 private:
  const RowRange within_;
  std::vector<RowRange> ranges_;
};

void CollectBitset(const bitset_container_t& bits, std::uint64_t base, RangeCollector& ranges) {
  for (std::uint64_t word = 0; word < kContainerRows / 64; ++word) {
    std::uint64_t rest = bits.array[word];
    while (rest != 0) {
      const auto begin = static_cast<std::uint64_t>(std::countr_zero(rest));
      const auto length = static_cast<std::uint64_t>(std::countr_one(rest >> begin));
      ranges.Add(base + word * 64 + begin, base + word * 64 + begin + length);
      rest = begin + length == 64 ? 0 : rest >> (begin + length) << (begin + length);
    }
  }
}

/// The rows of one container, which are those from `base` on. The library's own iterator goes value by value: a run of
/// a million rows is one step here.
void CollectContainer(const void* container, std::uint8_t type, std::uint64_t base, RangeCollector& ranges) {
  container = container_unwrap_shared(container, &type);
  if (type == BITSET_CONTAINER_TYPE_CODE) {
    CollectBitset(*static_cast<const bitset_container_t*>(container), base, ranges);
  } else if (type == ARRAY_CONTAINER_TYPE_CODE) {
    const auto& array = *static_cast<const array_container_t*>(container);
    for (std::int32_t i = 0; i < array.cardinality; ++i) ranges.Add(base + array.array[i], base + array.array[i] + 1);
  } else {
    const auto& runs = *static_cast<const run_container_t*>(container);
    for (std::int32_t i = 0; i < runs.n_runs; ++i) {
      const std::uint64_t begin = base + runs.runs[i].value;
      ranges.Add(begin, begin + runs.runs[i].length + 1);
    }
  }
}

}  // namespace

RowSet::RowSet() : state_(std::make_unique<State>()) {}
RowSet::RowSet(const RowSet& other) : RowSet() {
  for (const auto& [high, bitmap] : other.state_->buckets) {
    state_->buckets.emplace_hint(state_->buckets.end(), high, Own(roaring_bitmap_copy(bitmap.get())));
  }
}
RowSet::RowSet(RowSet&& other) noexcept = default;
RowSet& RowSet::operator=(const RowSet& other) {
  if (this != &other) *this = RowSet(other);
  return *this;
}
RowSet& RowSet::operator=(RowSet&& other) noexcept = default;
RowSet::~RowSet() = default;

void RowSet::Add(std::uint64_t row) { roaring_bitmap_add(state_->Bucket(HighOf(row)), LowOf(row)); }

void RowSet::AddRange(RowRange rows) {
  for (std::uint64_t begin = rows.begin; begin < rows.end;) {
    const std::uint64_t end = std::min(rows.end, (begin / kBucketRows + 1) * kBucketRows);
    roaring_bitmap_add_range_closed(state_->Bucket(HighOf(begin)), LowOf(begin), LowOf(end - 1));
    begin = end;
  }
}

void RowSet::Union(const RowSet& other) {
  for (const auto& [high, bitmap] : other.state_->buckets) {
    Bitmap& mine = state_->buckets[high];
    if (mine == nullptr) {
      mine = Own(roaring_bitmap_copy(bitmap.get()));
    } else {
      roaring_bitmap_or_inplace(mine.get(), bitmap.get());
    }
  }
}

void RowSet::Subtract(const RowSet& other) {
  if (this == &other) return state_->buckets.clear();
  for (const auto& [high, bitmap] : other.state_->buckets) {
    const auto mine = state_->buckets.find(high);
    if (mine == state_->buckets.end()) continue;
    roaring_bitmap_andnot_inplace(mine->second.get(), bitmap.get());
    if (roaring_bitmap_is_empty(mine->second.get())) state_->buckets.erase(mine);
  }
}

bool RowSet::Contains(std::uint64_t row) const {
  const auto found = state_->buckets.find(HighOf(row));
  return found != state_->buckets.end() && roaring_bitmap_contains(found->second.get(), LowOf(row));
}

bool RowSet::empty() const { return state_->buckets.empty(); }

std::uint64_t RowSet::cardinality() const {
  std::uint64_t rows = 0;
  for (const auto& [high, bitmap] : state_->buckets) rows += roaring_bitmap_get_cardinality(bitmap.get());
  return rows;
}

std::uint64_t RowSet::CountIn(RowRange rows) const {
  if (rows.begin >= rows.end) return 0;
  std::uint64_t count = 0;
  for (auto at = state_->buckets.lower_bound(HighOf(rows.begin)); at != state_->buckets.end(); ++at) {
    const std::uint64_t base = RowOf(at->first, 0);
    if (base >= rows.end) break;
    const std::uint64_t begin = std::max(rows.begin, base) - base;
    const std::uint64_t end = std::min(rows.end - base, kBucketRows);
    count += roaring_bitmap_range_cardinality(at->second.get(), begin, end);
  }
  return count;
}

std::optional<std::uint64_t> RowSet::max() const {
  if (empty()) return std::nullopt;
  const auto& [high, bitmap] = *std::prev(state_->buckets.end());
  return RowOf(high, roaring_bitmap_maximum(bitmap.get()));
}

std::vector<RowRange> RowSet::Ranges(RowRange within) const {
  RangeCollector ranges(within);
  if (within.begin >= within.end) return {};
  for (auto at = state_->buckets.lower_bound(HighOf(within.begin)); at != state_->buckets.end(); ++at) {
    const std::uint64_t base = RowOf(at->first, 0);
    if (base >= within.end) break;
    const roaring_array_t& array = at->second->high_low_container;
    const std::uint64_t first_key = (std::max(within.begin, base) - base) / kContainerRows;
    const std::uint16_t* const keys = array.keys;
    for (auto i = std::lower_bound(keys, keys + array.size, first_key) - keys; i < array.size; ++i) {
      const std::uint64_t begin = base + array.keys[i] * kContainerRows;
      if (begin >= within.end) break;
      CollectContainer(array.containers[i], array.typecodes[i], begin, ranges);
    }
  }
  return std::move(ranges).Take();
}

std::vector<RowRange> RowSet::Ranges() const { return Ranges({0, ~std::uint64_t{0}}); }

bool RowSet::operator==(const RowSet& other) const {
  return std::equal(state_->buckets.begin(), state_->buckets.end(), other.state_->buckets.begin(),
                    other.state_->buckets.end(), [](const auto& a, const auto& b) {
                      return a.first == b.first && roaring_bitmap_equals(a.second.get(), b.second.get());
                    });
}

}  // namespace sluice::delta

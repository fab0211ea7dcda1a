#include "delta/row_set.h"

#include <algorithm>
#include <random>
#include <set>

#include "tests/support/result_matchers.h"

namespace sluice::delta {
namespace {

using ::sluice::testing::FailsWith;
using ::sluice::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto kCorruption = core::ErrorKind::kCorruption;
constexpr std::uint64_t kBucket = std::uint64_t{1} << 32;

std::set<std::uint64_t> RowsOf(const RowSet& set) {
  std::set<std::uint64_t> rows;
  for (const RowRange& range : set.Ranges()) {
    for (std::uint64_t row = range.begin; row < range.end; ++row) rows.insert(row);
  }
  return rows;
}

/// Some rows around a few places: dense, sparse and in runs; the places cross containers and buckets.
void AddRandomRows(std::mt19937_64& random, RowSet& set, std::set<std::uint64_t>& model) {
  const std::uint64_t places[] = {0, 65000, 200000, kBucket - 3000, 5 * kBucket + 77, (std::uint64_t{1} << 63) - 10000};
  const std::uint64_t place = places[random() % std::size(places)];
  const std::uint64_t spread = std::uint64_t{1} << (random() % 13);
  const int kind = static_cast<int>(random() % 3);
  for (std::uint64_t i = 0; i < 100 + random() % 400; ++i) {
    const std::uint64_t begin = place + random() % spread;
    const std::uint64_t end = kind == 0 ? begin + 1 : begin + random() % 200;
    if (kind == 0) {
      set.Add(begin);
    } else {
      set.AddRange({begin, end});
    }
    for (std::uint64_t row = begin; row < end; ++row) model.insert(row);
  }
}

TEST(RowSet, IsASetOfNumbers) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    std::mt19937_64 random(seed);
    RowSet set;
    RowSet other;
    std::set<std::uint64_t> model;
    std::set<std::uint64_t> other_model;
    for (std::uint64_t i = 0; i < 1 + seed % 4; ++i) {
      AddRandomRows(random, set, model);
      AddRandomRows(random, other, other_model);
    }
    ASSERT_EQ(RowsOf(set), model) << seed;
    EXPECT_EQ(set.cardinality(), model.size());
    EXPECT_EQ(set.max(), *model.rbegin());
    RowSet both = set;
    both.Union(other);
    RowSet rest = set;
    rest.Subtract(other);
    std::set<std::uint64_t> rest_model;
    for (const std::uint64_t row : model) {
      if (!other_model.contains(row)) rest_model.insert(row);
    }
    ASSERT_EQ(RowsOf(rest), rest_model) << seed;
    model.insert(other_model.begin(), other_model.end());
    ASSERT_EQ(RowsOf(both), model) << seed;
    ASSERT_OK_AND_ASSIGN(const RowSet parsed, RowSet::Parse(both.Serialize()));
    EXPECT_EQ(RowsOf(parsed), model) << seed;
    EXPECT_TRUE(parsed == both);
    for (int i = 0; i < 50; ++i) {
      const std::uint64_t row = *model.begin() + random() % 1000;
      EXPECT_EQ(both.Contains(row), model.contains(row));
      const RowRange window{row, row + random() % 100000};
      EXPECT_EQ(both.CountIn(window), std::distance(model.lower_bound(window.begin), model.lower_bound(window.end)));
      for (const RowRange& range : both.Ranges(window)) EXPECT_TRUE(range.begin >= row && range.end <= window.end);
    }
  }
}

TEST(RowSet, JoinsRangesThatTouchAcrossContainersAndBuckets) {
  RowSet set;
  set.AddRange({kBucket - 100000, kBucket});
  set.Add(kBucket);
  set.Add(kBucket + 2);
  EXPECT_THAT(set.Ranges(), ElementsAre(RowRange{kBucket - 100000, kBucket + 1}, RowRange{kBucket + 2, kBucket + 3}));
  EXPECT_THAT(set.Ranges({kBucket - 1, kBucket + 2}), ElementsAre(RowRange{kBucket - 1, kBucket + 1}));
  EXPECT_THAT(set.Ranges({7, 7}), ElementsAre());
  EXPECT_EQ(set.CountIn({kBucket - 1, kBucket + 2}), 2U);
}

TEST(RowSet, TheEmptySetIsEightZeroBytes) {
  const RowSet set;
  EXPECT_TRUE(set.empty());
  EXPECT_EQ(set.max(), std::nullopt);
  EXPECT_EQ(set.Serialize(), std::string(8, '\0'));
  ASSERT_OK_AND_ASSIGN(const RowSet parsed, RowSet::Parse(std::string(8, '\0')));
  EXPECT_TRUE(parsed == set);
}

TEST(RowSet, SubtractingEverythingLeavesTheEmptySet) {
  RowSet set;
  set.AddRange({5, 500000});
  RowSet all = set;
  set.Subtract(all);
  EXPECT_TRUE(set.empty());
  all.Subtract(all);
  EXPECT_TRUE(all == set);
}

std::string Bytes(std::initializer_list<int> values) {
  std::string bytes;
  for (const int value : values) bytes += static_cast<char>(value);
  return bytes;
}

const std::string kOneBucket = Bytes({1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});

TEST(RowSet, RefusesBytesThatContradictThemselves) {
  // cookie, one container, key 0, cardinality 2, offset 16, values 3 and 9
  const std::string good = kOneBucket + Bytes({0x3A, 0x30, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 16, 0, 0, 0, 3, 0, 9, 0});
  ASSERT_OK_AND_ASSIGN(const RowSet set, RowSet::Parse(good));
  EXPECT_THAT(set.Ranges(), ElementsAre(RowRange{3, 4}, RowRange{9, 10}));
  const auto with = [&good](std::size_t place, int value) {
    std::string bytes = good;
    bytes[place] = static_cast<char>(value);
    return RowSet::Parse(bytes, 100);
  };
  EXPECT_THAT(with(0, 2), FailsWith(kCorruption, HasSubstr("byte 132: the bitmap ends too early")));
  EXPECT_THAT(with(7, 0xFF), FailsWith(kCorruption, HasSubstr("too early")));
  EXPECT_THAT(with(11, 0x80), FailsWith(kCorruption, HasSubstr("byte 108: a row number of 2^63")));
  EXPECT_THAT(with(12, 0x3C), FailsWith(kCorruption, HasSubstr("12346")));
  EXPECT_THAT(with(16, 2), FailsWith(kCorruption, HasSubstr("byte")));
  EXPECT_THAT(with(19, 0x7F), FailsWith(kCorruption, HasSubstr("more than 65536")));
  EXPECT_THAT(with(22, 2), FailsWith(kCorruption, HasSubstr("too early")));
  EXPECT_THAT(with(22, 0), FailsWith(kCorruption, HasSubstr("2 bytes follow")));
  EXPECT_THAT(with(24, 17), FailsWith(kCorruption, HasSubstr("offset")));
  EXPECT_THAT(with(28, 9), FailsWith(kCorruption, HasSubstr("do not ascend")));
  EXPECT_THAT(RowSet::Parse(good + "x"), FailsWith(kCorruption, HasSubstr("1 bytes follow")));
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_THAT(RowSet::Parse(good.substr(0, size)), FailsWith(kCorruption, HasSubstr("byte")));
  }
}

TEST(RowSet, RefusesRunsThatContradictThemselves) {
  const auto runs = [](std::initializer_list<int> tail) {
    return RowSet::Parse(kOneBucket + Bytes({0x3B, 0x30, 0, 0, 1}) + Bytes(tail));
  };
  EXPECT_OK(runs({0, 0, 5, 0, 2, 0, 0, 0, 4, 0, 6, 0, 0, 0}));
  EXPECT_THAT(runs({0, 0, 6, 0, 2, 0, 0, 0, 4, 0, 6, 0, 0, 0}), FailsWith(kCorruption, HasSubstr("as many values")));
  EXPECT_THAT(runs({0, 0, 5, 0, 2, 0, 0, 0, 4, 0, 5, 0, 0, 0}), FailsWith(kCorruption, HasSubstr("touch")));
  EXPECT_THAT(runs({0, 0, 5, 0, 2, 0, 0, 0, 4, 0, 3, 0, 0, 0}), FailsWith(kCorruption, HasSubstr("overlap")));
  EXPECT_THAT(runs({0, 0, 1, 0, 1, 0, 0xFF, 0xFF, 1, 0}), FailsWith(kCorruption, HasSubstr("passes the end")));
  EXPECT_THAT(runs({0, 0, 0, 0, 0xFF, 0xFF}), FailsWith(kCorruption, HasSubstr("too early")));
}

TEST(RowSet, DamagedBytesAreReadOrRefusedAndNeverMore) {
  std::mt19937_64 random(7);
  RowSet set;
  std::set<std::uint64_t> model;
  for (int i = 0; i < 6; ++i) AddRandomRows(random, set, model);
  const std::string good = set.Serialize();
  for (int i = 0; i < 3000; ++i) {
    std::string bytes = good;
    for (std::uint64_t flips = 1 + random() % 3; flips > 0; --flips) {
      bytes[random() % (i % 2 == 0 ? 60 : bytes.size())] = static_cast<char>(random());
    }
    const auto parsed = RowSet::Parse(bytes);
    if (!parsed) continue;
    ASSERT_OK_AND_ASSIGN(const RowSet again, RowSet::Parse(parsed->Serialize()));
    ASSERT_TRUE(again == *parsed);
    ASSERT_EQ(parsed->CountIn({0, ~std::uint64_t{0}}), parsed->cardinality());
  }
}

}  // namespace
}  // namespace sluice::delta

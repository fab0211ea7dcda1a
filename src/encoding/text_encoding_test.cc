#include "encoding/text_encoding.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <string>

#include "core/random.h"
#include "encoding/bit_reader.h"
#include "encoding/bounds.h"
#include "encoding/text_dictionary.h"
#include "encoding/value_dictionary.h"

namespace sluice::encoding {
namespace {

using ::testing::ElementsAre;

/// Owns what Texts shows.
struct TextStore {
  explicit TextStore(const std::vector<std::string>& all) {
    bytes.Grow(0);
    for (const std::string& text : all) {
      bytes.Append(text.data(), text.size());
      lengths.push_back(static_cast<std::uint32_t>(text.size()));
    }
  }
  Texts texts() const { return {bytes.data(), lengths}; }

  ByteBuffer bytes;
  std::vector<std::uint32_t> lengths;
};

std::vector<std::string> RandomTexts(std::uint64_t seed, std::size_t count, std::size_t length_max, char last) {
  core::SeededRandom random(seed);
  std::vector<std::string> all(count);
  for (std::string& text : all) {
    text.resize(random.Next() % (length_max + 1));
    for (char& c : text) c = static_cast<char>('a' + random.Next() % static_cast<unsigned>(last - 'a' + 1));
  }
  return all;
}

std::string Text(std::span<const std::uint8_t> bytes) { return {bytes.begin(), bytes.end()}; }

TEST(TextEncoding, PlainHasEachLengthBeforeItsText) {
  const TextStore store({"ab", "", "a text that is longer than a word"});
  ByteBuffer out;
  EncodePlainTexts(store.texts(), out);
  const std::string expected = std::string("\2\0\0\0ab\0\0\0\0\x21\0\0\0", 14) + "a text that is longer than a word";
  EXPECT_EQ(Text(out.bytes()), expected);
}

TEST(TextEncoding, PrefixDeltasGiveTheTextsBack) {
  const auto all = RandomTexts(7, 500, 40, 'b');
  const TextStore store(all);
  ByteBuffer out;
  EncodePrefixDeltas(store.texts(), out);
  BitReader prefixes(out.bytes());
  const auto shared = prefixes.Deltas<std::int32_t>();
  BitReader rests(out.bytes().subspan(prefixes.bytes_read()));
  const auto lengths = rests.Deltas<std::int32_t>();
  std::string_view bytes(reinterpret_cast<const char*>(out.data()), out.size());
  bytes.remove_prefix(prefixes.bytes_read() + rests.bytes_read());
  std::string text;
  for (std::size_t i = 0; i < all.size(); ++i) {
    text.resize(static_cast<std::size_t>(shared[i]));
    text += bytes.substr(0, static_cast<std::size_t>(lengths[i]));
    bytes.remove_prefix(static_cast<std::size_t>(lengths[i]));
    ASSERT_EQ(text, all[i]);
  }
  EXPECT_TRUE(bytes.empty());
}

TEST(TextDictionary, NumbersTextsAsTheyCome) {
  const TextStore store({"b", "a", "b", "", "longer than eight", "longer than eighu", "", "longer than eight"});
  TextDictionary dictionary(1000);
  std::vector<std::uint32_t> codes(store.lengths.size());
  ASSERT_TRUE(dictionary.Encode(store.texts(), codes.data()));
  EXPECT_THAT(codes, ElementsAre(0, 1, 0, 2, 3, 4, 2, 3));
  EXPECT_EQ(dictionary.View(4), "longer than eighu");
}

TEST(TextDictionary, ZeroBytesTellTextsApart) {
  using std::string_literals::operator""s;
  const TextStore store({"a", "a\0"s, "a\0\0"s, ""s, "\0"s});
  TextDictionary dictionary(1000);
  std::vector<std::uint32_t> codes(store.lengths.size());
  ASSERT_TRUE(dictionary.Encode(store.texts(), codes.data()));
  EXPECT_THAT(codes, ElementsAre(0, 1, 2, 3, 4));
}

TEST(TextDictionary, ManyTextsKeepTheirNumbers) {
  const auto all = RandomTexts(8, 20'000, 12, 'd');
  const TextStore store(all);
  TextDictionary dictionary(1 << 20);
  std::vector<std::uint32_t> codes(all.size());
  ASSERT_TRUE(dictionary.Encode(store.texts(), codes.data()));
  for (std::size_t i = 0; i < all.size(); ++i) ASSERT_EQ(dictionary.View(codes[i]), all[i]);
}

TEST(TextDictionary, KeepsWhatItHadWhenItGetsTooLarge) {
  TextDictionary dictionary(30);
  std::vector<std::uint32_t> codes(10);
  ASSERT_TRUE(dictionary.Encode(TextStore({"one", "two"}).texts(), codes.data()));
  EXPECT_FALSE(dictionary.Encode(TextStore({"three", "four", "five"}).texts(), codes.data()));
  EXPECT_EQ(dictionary.texts().size(), 2U);
  EXPECT_EQ(dictionary.page_bytes(), 14U);
  EXPECT_FALSE(dictionary.Encode(TextStore({"one"}).texts(), codes.data()));
}

TEST(ValueDictionary, ManyValuesKeepTheirNumbers) {
  core::SeededRandom random(9);
  std::vector<std::uint64_t> values(100'000);
  for (std::uint64_t& value : values) value = random.Next() % 30'000 << 40;
  ValueDictionary<std::uint64_t> dictionary(40'000);
  std::vector<std::uint32_t> codes(values.size());
  ASSERT_TRUE(dictionary.Encode(values, codes.data()));
  for (std::size_t i = 0; i < values.size(); ++i) ASSERT_EQ(dictionary.values()[codes[i]], values[i]);
}

TEST(ValueDictionary, CraftedValuesEndItInsteadOfSlowingIt) {
  // Multiples of the hash's inverse: all of them begin at the same place.
  constexpr std::uint64_t kGoldenRatio = 0x9E3779B97F4A7C15;
  std::uint64_t inverse = kGoldenRatio;
  for (int i = 0; i < 6; ++i) inverse *= 2 - kGoldenRatio * inverse;
  std::vector<std::uint64_t> values(50'000);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint64_t folded = i * inverse;
    values[i] = folded ^ (folded >> 32);
  }
  ValueDictionary<std::uint64_t> dictionary(100'000);
  std::vector<std::uint32_t> codes(values.size());
  EXPECT_FALSE(dictionary.Encode(values, codes.data()));
  EXPECT_TRUE(dictionary.values().empty());
}

TEST(Bounds, OfTextsAreThoseOfAPlainSearch) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const auto all = RandomTexts(seed, 1 + seed, 12, 'b');
    const TextStore store(all);
    const auto bounds = BoundsOfTexts(store.texts());
    ASSERT_TRUE(bounds);
    EXPECT_EQ(bounds->min, *std::min_element(all.begin(), all.end()));
    EXPECT_EQ(bounds->max, *std::max_element(all.begin(), all.end()));
  }
}

TEST(Bounds, BytesAreUnsigned) {
  const TextStore store({"z", "\xC3\xA4", "a"});
  EXPECT_EQ(BoundsOfTexts(store.texts())->max, "\xC3\xA4");
}

TEST(Bounds, NanDoesNotCountAndZerosAreBoth) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(BoundsOfFloats(std::vector<double>{nan, nan}));
  const auto bounds = BoundsOfFloats(std::vector<double>{nan, 0.0, nan, -0.0});
  ASSERT_TRUE(bounds);
  EXPECT_TRUE(std::signbit(bounds->min));
  EXPECT_FALSE(std::signbit(bounds->max));
}

template <typename T>
void ExpectNanIsFoundAnywhere() {
  for (std::size_t count = 1; count <= 9; ++count) {
    for (std::size_t at = 0; at <= count; ++at) {
      std::vector<T> values(count + 2, T{3});
      values[count] = T{-7};
      values[count + 1] = T{9};
      if (at < count) values[at] = std::numeric_limits<T>::quiet_NaN();
      bool has_nan = at == count;
      const auto bounds = BoundsOfFloats(std::span<const T>(values), &has_nan);
      ASSERT_TRUE(bounds.has_value());
      EXPECT_EQ(has_nan, at < count) << count << " " << at;
      EXPECT_EQ(bounds->min, T{-7});
      EXPECT_EQ(bounds->max, T{9});
    }
  }
}

TEST(Bounds, NanIsFoundAnywhere) {
  ExpectNanIsFoundAnywhere<float>();
  ExpectNanIsFoundAnywhere<double>();
}

}  // namespace
}  // namespace sluice::encoding

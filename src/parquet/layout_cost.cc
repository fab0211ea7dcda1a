#include "parquet/layout_cost.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/byte_size.h"
#include "parquet/dictionary_codes.h"

namespace sluice::parquet {
namespace {

using PageEncoding = ::parquet::Encoding;
using PhysicalType = ::parquet::Type;

// How many bytes of output a nanosecond of work is worth.
constexpr double kBytesPerNanosecond = 0.02;
// A dictionary expected to be larger may be given up by the writer in the middle of a row group.
constexpr double kDictionaryBytesExpectedMax = 900 * 1024;
static_assert(kDictionaryBytesExpectedMax < kDictionaryBytesMax);

// Nanoseconds that encoding a value takes, about, on a machine of 2020.
double EncodingNs(const ColumnLayout& layout, PhysicalType::type type, double value_bytes) {
  const bool text = type == PhysicalType::BYTE_ARRAY;
  if (layout.dictionary) return text ? 14 : 8;
  switch (layout.encoding) {
    case PageEncoding::DELTA_BINARY_PACKED: return 4;
    case PageEncoding::DELTA_LENGTH_BYTE_ARRAY: return 6 + 0.1 * value_bytes;
    case PageEncoding::DELTA_BYTE_ARRAY: return 16 + 0.2 * value_bytes;
    case PageEncoding::BYTE_STREAM_SPLIT: return 1 + 0.2 * value_bytes;
    default: return text ? 5 + 0.1 * value_bytes : 0.1 * value_bytes;
  }
}

// Nanoseconds that compressing a byte takes. Bytes that do not compress are given up early.
double CodecNs(const CodecSpec& codec, double ratio) {
  double full = 0;
  switch (codec.codec) {
    case Codec::kNone: return 0;
    case Codec::kSnappy: full = 1.2; break;
    case Codec::kLz4: full = 1.0; break;
    case Codec::kGzip: full = 8 + 2.0 * codec.level.value_or(6); break;
    case Codec::kZstd: full = 1.2 + 0.8 * codec.level.value_or(3); break;
  }
  return ratio > 0.97 ? full / 3 : full;
}

double Bits(double values) { return std::max(1.0, std::ceil(std::log2(std::max(values, 2.0)))); }

}  // namespace

void PriceLayout(const ColumnLayout& layout, const TrialSizes& sizes, const CostContext& context,
                 std::vector<PricedLayout>& priced) {
  double encoded = sizes.encoded / context.trial_values;
  double compressed = sizes.compressed / context.trial_values;
  double dictionary = 0;
  if (layout.dictionary) {
    const double shown = std::max(1.0, context.distinct.Among(context.trial_values));
    const double expected = std::max(shown, context.distinct.Among(context.group_values));
    const double widening = Bits(expected) / Bits(shown);
    const double entry_bytes = context.distinct.value_bytes;
    if (entry_bytes * expected > kDictionaryBytesExpectedMax && !priced.empty()) return;
    const double indices = std::max(encoded - entry_bytes * shown / context.trial_values, compressed);
    encoded = indices * widening;
    compressed *= widening;
    dictionary = sizes.dictionary_compressed / shown * expected / std::max(context.group_values, 1.0);
  }
  const double ratio = compressed / std::max(encoded, 1e-9);
  const double encoding_ns = EncodingNs(layout, context.type, encoded);
  const auto add = [&](bool with_codec, double bytes, double ns) {
    PricedLayout one{.layout = layout, .value_bytes = bytes + dictionary, .cost = 0};
    one.layout.compressed = with_codec;
    one.layout.encoded_bytes_per_value = encoded * context.entries_per_row;
    one.cost = one.value_bytes + ns * kBytesPerNanosecond;
    priced.push_back(std::move(one));
  };
  add(true, compressed, encoding_ns + encoded * CodecNs(context.codec, ratio));
  if (context.codec.codec != Codec::kNone) add(false, encoded, encoding_ns);
}

ColumnLayout PickCheapest(std::vector<PricedLayout> priced, const CostContext& context, bool asked) {
  std::stable_sort(priced.begin(), priced.end(), [](const auto& a, const auto& b) { return a.cost < b.cost; });
  ColumnLayout best = priced[0].layout;
  const auto counted = static_cast<double>(std::max<std::int64_t>(context.distinct.counted, 1));
  best.distinct_ratio = static_cast<double>(context.distinct.distinct) / counted;
  std::string others;
  std::vector<std::string> named = {FormatLayout(best)};
  for (const PricedLayout& other : priced) {
    const std::string name = FormatLayout(other.layout);
    if (std::find(named.begin(), named.end(), name) != named.end()) continue;
    named.push_back(name);
    others += fmt::format("{}{} {:.2f}", others.empty() ? "; " : ", ", name, other.value_bytes);
  }
  best.reason = fmt::format("{}{:.2f} bytes a value{}{}", asked ? "as asked: " : "", priced[0].value_bytes,
                            best.compressed ? "" : " uncompressed", others);
  if (best.dictionary) {
    best.reason +=
        fmt::format("; {} distinct of {}", core::FormatCount(static_cast<std::uint64_t>(context.distinct.distinct)),
                    core::FormatCount(static_cast<std::uint64_t>(context.distinct.counted)));
  }
  return best;
}

}  // namespace sluice::parquet

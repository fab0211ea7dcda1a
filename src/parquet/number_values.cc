#include "parquet/number_values.h"

#include <arrow/array/array_base.h>

#include <algorithm>
#include <type_traits>
#include <vector>

#include "encoding/bounds.h"
#include "encoding/byte_stream_split.h"
#include "encoding/delta_packing.h"
#include "encoding/value_dictionary.h"
#include "parquet/dictionary_codes.h"
#include "parquet/value_gather.h"

namespace sluice::parquet {
namespace {

using PageEncoding = ::parquet::Encoding;

/// `Stored` is what a page holds; `Compared` (its unsigned twin, or the same) is how values are ordered.
template <typename Stored, typename Compared>
class NumberValues final : public ColumnValues {
 public:
  using Word = std::conditional_t<sizeof(Stored) == 4, std::uint32_t, std::uint64_t>;

  NumberValues(const ColumnLayout& layout, ::parquet::BloomFilter* bloom)
      : encoding_(layout.encoding),
        dictionary_(layout.dictionary ? kDictionaryBytesMax / sizeof(Stored) : 0),
        use_dictionary_(layout.dictionary),
        bloom_(bloom) {}

  core::Status Append(const arrow::Array& values, std::int64_t begin, std::int64_t end) override {
    return GatherFixed<Stored>(values, begin, end, gathered_);
  }

  std::int64_t Fitting(const arrow::Array&, std::int64_t begin, std::int64_t end, std::int64_t bytes) const override {
    return std::min(end - begin, bytes / static_cast<std::int64_t>(sizeof(Stored)));
  }

  std::int64_t gathered_bytes() const override { return static_cast<std::int64_t>(gathered_.size()); }

  Page EncodePage(encoding::ByteBuffer& out) override {
    Page page{.encoding = EncodeValues(out), .bounds = {}};
    bool page_has_nan = false;
    if (const auto bounds = BoundsOfPage(page_has_nan)) {
      if (!page_has_nan) page.bounds = Encoded(*bounds);
      if (bounds_) {
        bounds_->Add(*bounds);
      } else {
        bounds_ = bounds;
      }
    }
    has_nan_ = has_nan_ || page_has_nan;
    TellBloom();
    gathered_.clear();
    return page;
  }

  std::optional<EncodedBounds> bounds() const override {
    return bounds_ ? std::optional(Encoded(*bounds_)) : std::nullopt;
  }

  bool has_nan() const override { return has_nan_; }

  std::int64_t dictionary_size() const override { return static_cast<std::int64_t>(dictionary_.values().size()); }
  std::int64_t dictionary_bytes() const override { return dictionary_size() * static_cast<std::int64_t>(sizeof(Word)); }
  void EncodeDictionary(encoding::ByteBuffer& out) override {
    out.Append(dictionary_.values().data(), dictionary_.values().size_bytes());
  }

 private:
  template <typename T>
  std::span<const T> Gathered() const {
    return {reinterpret_cast<const T*>(gathered_.data()), gathered_.size() / sizeof(T)};
  }

  PageEncoding::type EncodeValues(encoding::ByteBuffer& out) {
    const auto words = Gathered<Word>();
    if (use_dictionary_) {
      codes_.resize(words.size());
      use_dictionary_ = dictionary_.Encode(words, codes_.data());
    }
    if (use_dictionary_) {
      EncodeCodes(codes_, dictionary_.values().size(), out);
      return PageEncoding::RLE_DICTIONARY;
    }
    if constexpr (std::is_integral_v<Stored>) {
      if (encoding_ == PageEncoding::DELTA_BINARY_PACKED) {
        encoding::EncodeDeltas(Gathered<Stored>(), out);
        return encoding_;
      }
    }
    if (encoding_ == PageEncoding::BYTE_STREAM_SPLIT) {
      encoding::SplitByteStreams(words, out);
      return encoding_;
    }
    out.Append(gathered_.data(), gathered_.size());
    return PageEncoding::PLAIN;
  }

  std::optional<encoding::Bounds<Compared>> BoundsOfPage(bool& has_nan) {
    if constexpr (std::is_floating_point_v<Compared>) {
      return encoding::BoundsOfFloats(Gathered<Compared>(), &has_nan);
    } else {
      return encoding::BoundsOfIntegers(Gathered<Compared>());
    }
  }

  static EncodedBounds Encoded(const encoding::Bounds<Compared>& bounds) {
    const auto bytes = [](const Compared& value) {
      return std::string(reinterpret_cast<const char*>(&value), sizeof(value));
    };
    return {bytes(bounds.min), bytes(bounds.max)};
  }

  void TellBloom() {
    if (bloom_ == nullptr) return;
    for (const Stored value : Gathered<Stored>()) bloom_->InsertHash(bloom_->Hash(value));
  }

  PageEncoding::type encoding_;
  encoding::ByteBuffer gathered_;
  encoding::ValueDictionary<Word> dictionary_;
  bool use_dictionary_;
  std::vector<std::uint32_t> codes_;
  std::optional<encoding::Bounds<Compared>> bounds_;
  bool has_nan_ = false;
  ::parquet::BloomFilter* bloom_;
};

}  // namespace

std::unique_ptr<ColumnValues> MakeNumberValues(const ::parquet::ColumnDescriptor& column, const ColumnLayout& layout,
                                               ::parquet::BloomFilter* bloom) {
  const bool is_unsigned = column.sort_order() == ::parquet::SortOrder::UNSIGNED;
  switch (column.physical_type()) {
    case ::parquet::Type::FLOAT: return std::make_unique<NumberValues<float, float>>(layout, bloom);
    case ::parquet::Type::DOUBLE: return std::make_unique<NumberValues<double, double>>(layout, bloom);
    case ::parquet::Type::INT32:
      if (is_unsigned) return std::make_unique<NumberValues<std::int32_t, std::uint32_t>>(layout, bloom);
      return std::make_unique<NumberValues<std::int32_t, std::int32_t>>(layout, bloom);
    default:
      if (is_unsigned) return std::make_unique<NumberValues<std::int64_t, std::uint64_t>>(layout, bloom);
      return std::make_unique<NumberValues<std::int64_t, std::int64_t>>(layout, bloom);
  }
}

}  // namespace sluice::parquet

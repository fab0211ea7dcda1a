#include "parquet/text_values.h"

#include <arrow/array/array_binary.h>

#include <algorithm>
#include <vector>

#include "encoding/bounds.h"
#include "encoding/text_dictionary.h"
#include "encoding/text_encoding.h"
#include "parquet/dictionary_codes.h"
#include "parquet/value_gather.h"

namespace sluice::parquet {
namespace {

using PageEncoding = ::parquet::Encoding;
using TextBounds = encoding::Bounds<std::string_view>;

class TextValues final : public ColumnValues {
 public:
  TextValues(const ::parquet::ColumnDescriptor& column, const ColumnLayout& layout, ::parquet::BloomFilter* bloom)
      : width_(column.physical_type() == ::parquet::Type::FIXED_LEN_BYTE_ARRAY
                   ? static_cast<std::size_t>(column.type_length())
                   : 0),
        signed_(column.sort_order() == ::parquet::SortOrder::SIGNED),
        encoding_(layout.encoding),
        dictionary_(kDictionaryBytesMax),
        use_dictionary_(layout.dictionary),
        bloom_(bloom) {}

  core::Status Append(const arrow::Array& values, std::int64_t begin, std::int64_t end) override {
    if (width_ == 0) {
      GatherTexts(values, begin, end, bytes_, lengths_);
    } else {
      const std::size_t count = GatherFixedBytes(values, begin, end, width_, bytes_);
      lengths_.resize(lengths_.size() + count, static_cast<std::uint32_t>(width_));
    }
    return core::Ok();
  }

  std::int64_t Fitting(const arrow::Array& values, std::int64_t begin, std::int64_t end,
                       std::int64_t bytes) const override {
    if (width_ > 0) return std::min(end - begin, bytes / static_cast<std::int64_t>(width_));
    const std::int32_t* offsets = static_cast<const arrow::BinaryArray&>(values).raw_value_offsets();
    return std::upper_bound(offsets + begin + 1, offsets + end + 1, offsets[begin] + bytes) - (offsets + begin + 1);
  }

  std::int64_t gathered_bytes() const override { return static_cast<std::int64_t>(bytes_.size()); }

  Page EncodePage(encoding::ByteBuffer& out) override {
    Page page{.encoding = EncodeValues(out), .bounds = {}};
    if (const auto bounds = BoundsOfPage()) {
      page.bounds = EncodedBounds{std::string(bounds->min), std::string(bounds->max)};
      if (!bounds_) bounds_ = page.bounds;
      if (Less(bounds->min, bounds_->min)) bounds_->min = bounds->min;
      if (Less(bounds_->max, bounds->max)) bounds_->max = bounds->max;
    }
    TellBloom();
    bytes_.clear();
    lengths_.clear();
    return page;
  }

  std::optional<EncodedBounds> bounds() const override { return bounds_; }

  std::int64_t dictionary_size() const override { return static_cast<std::int64_t>(dictionary_.texts().size()); }
  std::int64_t dictionary_bytes() const override { return static_cast<std::int64_t>(dictionary_.page_bytes()); }
  void EncodeDictionary(encoding::ByteBuffer& out) override { EncodePlain(dictionary_.texts(), out); }

 private:
  encoding::Texts texts() const { return {bytes_.data(), lengths_}; }

  void EncodePlain(const encoding::Texts& texts, encoding::ByteBuffer& out) const {
    if (width_ == 0) {
      encoding::EncodePlainTexts(texts, out);
    } else {
      out.Append(texts.bytes, texts.size() * width_);
    }
  }

  PageEncoding::type EncodeValues(encoding::ByteBuffer& out) {
    if (use_dictionary_) {
      codes_.resize(lengths_.size());
      use_dictionary_ = dictionary_.Encode(texts(), codes_.data());
    }
    if (use_dictionary_) {
      EncodeCodes(codes_, dictionary_.texts().size(), out);
      return PageEncoding::RLE_DICTIONARY;
    }
    switch (encoding_) {
      case PageEncoding::DELTA_LENGTH_BYTE_ARRAY: encoding::EncodeLengthsThenTexts(texts(), out); return encoding_;
      case PageEncoding::DELTA_BYTE_ARRAY: encoding::EncodePrefixDeltas(texts(), out); return encoding_;
      default: EncodePlain(texts(), out); return PageEncoding::PLAIN;
    }
  }

  bool Less(std::string_view left, std::string_view right) const {
    // The first byte of a decimal carries its sign.
    if (signed_ && !left.empty() && !right.empty() && left[0] != right[0]) {
      return static_cast<signed char>(left[0]) < static_cast<signed char>(right[0]);
    }
    return left < right;
  }

  std::optional<TextBounds> BoundsOfPage() {
    if (lengths_.empty()) return std::nullopt;
    if (!signed_ && !use_dictionary_) return encoding::BoundsOfTexts(texts());
    if (!use_dictionary_) return BoundsBySearch(texts());
    return BoundsOfCodes();
  }

  // Of the different texts on the page.
  std::optional<TextBounds> BoundsOfCodes() {
    on_page_.assign(dictionary_.texts().size(), 0);
    for (const std::uint32_t code : codes_) on_page_[code] = 1;
    std::optional<TextBounds> bounds;
    for (std::size_t code = 0; code < on_page_.size(); ++code) {
      if (on_page_[code] != 0) Widen(bounds, dictionary_.View(code));
    }
    return bounds;
  }

  std::optional<TextBounds> BoundsBySearch(const encoding::Texts& texts) const {
    std::optional<TextBounds> bounds;
    std::size_t begin = 0;
    for (const std::uint32_t length : texts.lengths) {
      Widen(bounds, texts.View(begin, length));
      begin += length;
    }
    return bounds;
  }

  void Widen(std::optional<TextBounds>& bounds, std::string_view text) const {
    if (!bounds) bounds = TextBounds{text, text};
    if (Less(text, bounds->min)) bounds->min = text;
    if (Less(bounds->max, text)) bounds->max = text;
  }

  void TellBloom() {
    if (bloom_ == nullptr) return;
    std::size_t begin = 0;
    for (const std::uint32_t length : lengths_) {
      bloom_->InsertHash(bloom_->Hash(texts().View(begin, length)));
      begin += length;
    }
  }

  std::size_t width_;  // 0 = each has a length
  bool signed_;
  PageEncoding::type encoding_;
  encoding::ByteBuffer bytes_;
  std::vector<std::uint32_t> lengths_;
  encoding::TextDictionary dictionary_;
  bool use_dictionary_;
  std::vector<std::uint32_t> codes_;
  std::vector<std::uint8_t> on_page_;  // by code
  std::optional<EncodedBounds> bounds_;
  ::parquet::BloomFilter* bloom_;
};

}  // namespace

std::unique_ptr<ColumnValues> MakeTextValues(const ::parquet::ColumnDescriptor& column, const ColumnLayout& layout,
                                             ::parquet::BloomFilter* bloom) {
  return std::make_unique<TextValues>(column, layout, bloom);
}

}  // namespace sluice::parquet

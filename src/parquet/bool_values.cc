#include "parquet/bool_values.h"

#include <arrow/array/array_base.h>

#include <algorithm>

#include "encoding/bounds.h"
#include "parquet/value_gather.h"

namespace sluice::parquet {
namespace {

class BoolValues final : public ColumnValues {
 public:
  core::Status Append(const arrow::Array& values, std::int64_t begin, std::int64_t end) override {
    GatherBools(values, begin, end, gathered_);
    return core::Ok();
  }

  std::int64_t Fitting(const arrow::Array&, std::int64_t begin, std::int64_t end, std::int64_t bytes) const override {
    return std::min(end - begin, bytes);
  }

  std::int64_t gathered_bytes() const override { return static_cast<std::int64_t>(gathered_.size()); }

  Page EncodePage(encoding::ByteBuffer& out) override {
    Page page;
    if (const auto bounds = encoding::BoundsOfIntegers(gathered_.bytes())) {
      page.bounds = Encoded(*bounds);
      if (!bounds_) bounds_ = bounds;
      bounds_->Add(*bounds);
    }
    const std::size_t count = gathered_.size();
    if (count == 0) return page;
    // The last byte's rest comes from the slack.
    std::fill_n(gathered_.data() + count, 8, std::uint8_t{0});
    std::uint8_t* at = out.Grow((count + 7) / 8);
    for (std::size_t i = 0; i < count; i += 8) {
      std::uint8_t bits = 0;
      for (std::size_t j = 0; j < 8; ++j) bits = static_cast<std::uint8_t>(bits | gathered_.data()[i + j] << j);
      *at++ = bits;
    }
    gathered_.clear();
    return page;
  }

  std::optional<EncodedBounds> bounds() const override {
    return bounds_ ? std::optional(Encoded(*bounds_)) : std::nullopt;
  }

  std::int64_t dictionary_size() const override { return 0; }
  std::int64_t dictionary_bytes() const override { return 0; }
  void EncodeDictionary(encoding::ByteBuffer&) override {}

 private:
  static EncodedBounds Encoded(const encoding::Bounds<std::uint8_t>& bounds) {
    return {std::string(1, static_cast<char>(bounds.min)), std::string(1, static_cast<char>(bounds.max))};
  }

  encoding::ByteBuffer gathered_;
  std::optional<encoding::Bounds<std::uint8_t>> bounds_;
};

}  // namespace

std::unique_ptr<ColumnValues> MakeBoolValues() { return std::make_unique<BoolValues>(); }

}  // namespace sluice::parquet

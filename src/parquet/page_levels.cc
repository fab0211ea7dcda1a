#include "parquet/page_levels.h"

#include <arrow/array/array_base.h>
#include <arrow/util/bit_util.h>
#include <arrow/util/bitmap_ops.h>

#include <cstring>

#include "encoding/run_length.h"

namespace sluice::parquet {
namespace {

void Extend(const std::vector<std::int16_t>& from, std::int64_t begin, std::int64_t end,
            std::vector<std::uint32_t>& to) {
  if (!from.empty()) to.insert(to.end(), from.begin() + begin, from.begin() + end);
}

// Levels have their length before them in pages of version 1.
template <typename Encode>
void WithLength(encoding::ByteBuffer& out, Encode&& encode) {
  const std::size_t begin = out.size();
  encoding::AppendUint32(0, out);
  encode();
  const auto length = static_cast<std::uint32_t>(out.size() - begin - sizeof(std::uint32_t));
  std::memcpy(out.data() + begin, &length, sizeof(length));
}

}  // namespace

void PageLevels::Append(const LeafColumn& leaf, std::int64_t begin, std::int64_t end, std::int64_t slot) {
  if (!leaf.definition_levels.empty()) {
    Extend(leaf.definition_levels, begin, end, definition_);
    Extend(leaf.repetition_levels, begin, end, repetition_);
  } else if (definition_max_ > 0) {
    AppendValidity(*leaf.values, slot, end - begin);
  }
  entries_ += end - begin;
}

void PageLevels::AppendValidity(const arrow::Array& values, std::int64_t slot, std::int64_t count) {
  if (values.null_count() == 0 && all_defined_) return;
  validity_.resize(static_cast<std::size_t>((entries_ + count + 7) / 8));
  if (all_defined_) arrow::bit_util::SetBitsTo(validity_.data(), 0, entries_, true);
  all_defined_ = false;
  if (values.null_count() == 0) {
    arrow::bit_util::SetBitsTo(validity_.data(), entries_, count, true);
  } else {
    arrow::internal::CopyBitmap(values.null_bitmap_data(), values.offset() + slot, count, validity_.data(), entries_);
  }
}

void PageLevels::Encode(encoding::ByteBuffer& out) {
  if (repetition_max_ > 0) EncodeLevels(repetition_, repetition_max_, out);
  if (definition_max_ == 0) return;
  if (!definition_.empty()) return EncodeLevels(definition_, definition_max_, out);
  WithLength(out, [&] {
    const auto count = static_cast<std::size_t>(entries_);
    if (all_defined_) {
      encoding::EncodeRun(1, count, 1, out);
    } else {
      encoding::EncodeBitRuns(validity_, count, out);
    }
  });
}

void PageLevels::EncodeLevels(const std::vector<std::uint32_t>& levels, std::int16_t level_max,
                              encoding::ByteBuffer& out) {
  const unsigned width = encoding::BitWidth(static_cast<std::uint64_t>(level_max));
  WithLength(out, [&] { encoding::EncodeRuns(levels, width, out); });
}

void PageLevels::Clear() {
  entries_ = 0;
  all_defined_ = true;
  validity_.clear();
  definition_.clear();
  repetition_.clear();
}

}  // namespace sluice::parquet

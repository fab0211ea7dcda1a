#include "parquet/column_layout.h"

namespace sluice::parquet {

using PhysicalType = ::parquet::Type;
using PageEncoding = ::parquet::Encoding;

Encoding ColumnLayout::house_encoding() const {
  if (dictionary) return Encoding::kDictionary;
  switch (encoding) {
    case PageEncoding::DELTA_BINARY_PACKED:
    case PageEncoding::DELTA_LENGTH_BYTE_ARRAY:
    case PageEncoding::DELTA_BYTE_ARRAY: return Encoding::kDelta;
    case PageEncoding::BYTE_STREAM_SPLIT: return Encoding::kByteStreamSplit;
    default: return Encoding::kPlain;
  }
}

PageCodec ColumnLayout::page_codec(const CodecSpec& asked) const {
  if (!compressed) return {.codec = {.codec = Codec::kNone}};
  PageCodec page{.codec = asked, .entropy_only = entropy_only};
  if (level) page.codec.level = level;
  return page;
}

std::string FormatLayout(const ColumnLayout& layout) {
  if (!layout.dictionary && layout.encoding == PageEncoding::DELTA_BYTE_ARRAY) return "prefix-delta";
  return std::string(FormatEncoding(layout.house_encoding()));
}

PageEncoding::type DeltaEncodingFor(PhysicalType::type type) {
  switch (type) {
    case PhysicalType::INT32:
    case PhysicalType::INT64: return PageEncoding::DELTA_BINARY_PACKED;
    case PhysicalType::BYTE_ARRAY: return PageEncoding::DELTA_LENGTH_BYTE_ARRAY;
    case PhysicalType::FIXED_LEN_BYTE_ARRAY: return PageEncoding::DELTA_BYTE_ARRAY;
    default: return PageEncoding::UNDEFINED;
  }
}

bool Fits(Encoding encoding, PhysicalType::type type) {
  switch (encoding) {
    case Encoding::kPlain: return true;
    case Encoding::kDictionary: return type != PhysicalType::BOOLEAN;
    case Encoding::kDelta: return DeltaEncodingFor(type) != PageEncoding::UNDEFINED;
    // Parquet allows it for fixed-length bytes, too; DuckDB and Polars do not read that.
    case Encoding::kByteStreamSplit:
      return type == PhysicalType::INT32 || type == PhysicalType::INT64 || type == PhysicalType::FLOAT ||
             type == PhysicalType::DOUBLE;
  }
  return false;
}

}  // namespace sluice::parquet

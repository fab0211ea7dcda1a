#include "parquet/page_header.h"

namespace sluice::parquet {
namespace {

/// One struct in Thrift's compact protocol: fields of rising number, each with the step from the last one.
class CompactStruct {
 public:
  explicit CompactStruct(encoding::ByteBuffer& out) : out_(out) {}

  void Int32(int number, std::int32_t value) {
    Field(number, kInt32);
    encoding::AppendZigzag(value, out_);
  }
  CompactStruct Struct(int number) {
    Field(number, kStruct);
    return CompactStruct(out_);
  }
  void Stop() { out_.PushBack(0); }

 private:
  static constexpr int kInt32 = 5;
  static constexpr int kStruct = 12;

  void Field(int number, int type) {
    out_.PushBack(static_cast<std::uint8_t>(((number - last_) << 4) | type));
    last_ = number;
  }

  encoding::ByteBuffer& out_;
  int last_ = 0;
};

// The numbers of parquet.thrift, which differ from Arrow's.
enum class ThriftEncoding : std::int32_t {
  kPlain = 0,
  kRle = 3,
  kDeltaBinaryPacked = 5,
  kDeltaLengthByteArray = 6,
  kDeltaByteArray = 7,
  kRleDictionary = 8,
  kByteStreamSplit = 9,
};

ThriftEncoding NumberOf(::parquet::Encoding::type encoding) {
  switch (encoding) {
    case ::parquet::Encoding::DELTA_BINARY_PACKED: return ThriftEncoding::kDeltaBinaryPacked;
    case ::parquet::Encoding::DELTA_LENGTH_BYTE_ARRAY: return ThriftEncoding::kDeltaLengthByteArray;
    case ::parquet::Encoding::DELTA_BYTE_ARRAY: return ThriftEncoding::kDeltaByteArray;
    case ::parquet::Encoding::RLE_DICTIONARY: return ThriftEncoding::kRleDictionary;
    case ::parquet::Encoding::BYTE_STREAM_SPLIT: return ThriftEncoding::kByteStreamSplit;
    default: return ThriftEncoding::kPlain;
  }
}

}  // namespace

void AppendPageHeader(const PageHeader& header, encoding::ByteBuffer& out) {
  constexpr std::int32_t kDataPage = 0;
  constexpr std::int32_t kDictionaryPage = 2;
  CompactStruct page(out);
  page.Int32(1, header.dictionary ? kDictionaryPage : kDataPage);
  page.Int32(2, header.bytes_encoded);
  page.Int32(3, header.bytes_compressed);
  page.Int32(4, static_cast<std::int32_t>(header.crc));
  CompactStruct kind = page.Struct(header.dictionary ? 7 : 5);
  kind.Int32(1, header.entries);
  kind.Int32(2, static_cast<std::int32_t>(NumberOf(header.encoding)));
  if (!header.dictionary) {
    kind.Int32(3, static_cast<std::int32_t>(ThriftEncoding::kRle));  // of definition levels
    kind.Int32(4, static_cast<std::int32_t>(ThriftEncoding::kRle));  // of repetition levels
  }
  kind.Stop();
  page.Stop();
}

}  // namespace sluice::parquet

// Any text as a partition value of any type (the first byte chooses it): no crash; what is read is written so that it
// reads back as the same value.
#include <arrow/compare.h>
#include <arrow/scalar.h>

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

#include "delta/partition_value.h"

namespace {

void Require(bool good) {
  if (!good) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sluice;
  if (size == 0) return 0;
  constexpr std::uint8_t kKinds = static_cast<std::uint8_t>(delta::TypeKind::kVariant) + 1;
  delta::DataType type{.kind = static_cast<delta::TypeKind>(data[0] % kKinds)};
  if (type.kind == delta::TypeKind::kDecimal) {
    type.precision = 1 + data[0] / kKinds % 38;
    type.scale = type.precision / 2;
  }
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto value = delta::ParsePartitionValue(text, type);
  if (!value) {
    Require(value.error().kind() != core::ErrorKind::kInternal);
    return 0;
  }
  const auto written = delta::FormatPartitionValue(**value, type);
  if (!written) {
    Require(written.error().kind() == core::ErrorKind::kInvalidInput);  // not UTF-8
    return 0;
  }
  const auto read = delta::ParsePartitionValue(*written, type);
  const auto options = arrow::EqualOptions::Defaults().nans_equal(true).signed_zeros_equal(false);
  Require(read.has_value() && (*read)->Equals(**value, options));
  return 0;
}

// Whatever the bytes: no crash, no more memory than a few times their number, and a vector that was understood is
// written so that it is understood again in the same way. The first byte chooses a blob, an inline text or a file.
#include <cstdlib>
#include <string>
#include <string_view>

#include "delta/deletion_vector.h"
#include "delta/z85.h"

namespace {

using namespace sluice;

void Require(bool good) {
  if (!good) std::abort();
}

void CheckRows(const delta::RowSet& rows) {
  const std::uint64_t count = rows.cardinality();
  Require(rows.CountIn({0, ~std::uint64_t{0}}) == count && rows.empty() == (count == 0));
  const auto back = delta::DecodeVector(delta::EncodeVector(rows), "fuzz");
  Require(back.has_value() && *back == rows);
  std::uint64_t in_ranges = 0;
  std::uint64_t last_end = 0;
  for (const delta::RowRange& range : rows.Ranges()) {
    Require(range.begin < range.end && (in_ranges == 0 || range.begin > last_end));
    Require(rows.Contains(range.begin) && rows.Contains(range.end - 1) && !rows.Contains(range.end));
    in_ranges += range.end - range.begin;
    last_end = range.end;
  }
  Require(in_ranges == count && rows.max().value_or(0) == (count == 0 ? 0 : last_end - 1));
}

void CheckInline(std::string_view text) {
  const auto bytes = delta::DecodeZ85(text);
  if (!bytes) return;
  const auto again = delta::DecodeZ85(delta::EncodeZ85(*bytes));
  Require(again.has_value() && again->starts_with(*bytes));
  if (const auto rows = delta::DecodeVector(*bytes, "fuzz")) CheckRows(*rows);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 3) {
    case 0:
      if (const auto rows = delta::DecodeVector(text, "fuzz")) CheckRows(*rows);
      break;
    case 1: CheckInline(text); break;
    default: {
      const delta::DeletionVectorDescriptor descriptor{.storage_type = 'u',
                                                       .offset = 1,
                                                       .size_bytes = static_cast<std::int32_t>(size) - 9,
                                                       .cardinality = data[0] / 3};
      (void)delta::DecodeStoredVector(1, text, descriptor, "fuzz");
    }
  }
  return 0;
}

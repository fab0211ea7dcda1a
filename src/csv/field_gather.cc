#include "csv/field_gather.h"

#include <algorithm>
#include <cstring>

#include "columns/scalar_builder.h"

namespace sluice::csv {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{64} << 10;

}  // namespace

char* FieldGather::Allocate(std::size_t bytes) {
  const std::size_t needed = bytes + columns::kTextPadding;
  if (blocks_.empty() || blocks_.back().size - used_ < needed) {
    const std::size_t size = std::max(needed, kBlockBytes);
    blocks_.push_back({std::make_unique<char[]>(size), size});
    used_ = 0;
  }
  char* const at = blocks_.back().bytes.get() + used_;
  used_ += needed;
  return at;
}

/// A field that starts with a quote and is without fault, so that it ends with one, too.
std::string_view FieldGather::Unquote(const char* begin, const char* end) {
  const char* at = begin + 1;
  const char* const stop = end - 1;
  const auto size = static_cast<std::size_t>(stop - at);
  const bool escapes = dialect_.escape != '\0';
  if (std::memchr(at, dialect_.quote, size) == nullptr &&
      (!escapes || std::memchr(at, dialect_.escape, size) == nullptr)) {
    return {at, size};
  }
  char* const copy = Allocate(size);
  char* to = copy;
  while (at < stop) {
    // The first byte of a pair says that the second one is text.
    if ((*at == dialect_.quote || (escapes && *at == dialect_.escape)) && at + 1 < stop) ++at;
    *to++ = *at++;
  }
  return {copy, static_cast<std::size_t>(to - copy)};
}

const std::vector<std::string_view>& FieldGather::Gather(const char* text, const RecordIndex& index,
                                                         std::size_t column) {
  if (blocks_.size() > 1) blocks_.resize(1);
  used_ = 0;
  const std::vector<Record>& records = index.good();
  const std::uint32_t* const separators = index.separators();
  texts_.resize(records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    const std::uint32_t* const end = separators + records[i].first_separator + column;
    const char* const begin = text + (column == 0 ? records[i].begin : end[-1] + 1);
    texts_[i] = One(begin, text + *end);
  }
  return texts_;
}

}  // namespace sluice::csv

#include "json/key_text.h"

#include <algorithm>

namespace sluice::json {

// A name with a quote or a backslash never stands in JSON as it is: a line end, which no string holds, takes its place.
KeyText::KeyText(std::string_view name)
    : text_(name.find_first_of("\\\"") == std::string_view::npos ? std::string(name) + "\":" : "\n") {
  const std::uint64_t ones = ~std::uint64_t{0};
  const std::size_t bytes = std::min(text_.size(), kWordBytes);
  std::memcpy(&head_, text_.data(), bytes);
  std::memcpy(&mask_, &ones, bytes);
  if (text_.size() > kWordBytes) tail_ = Word(text_.data() + text_.size() - kWordBytes);
}

}  // namespace sluice::json

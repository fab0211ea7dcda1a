#pragma once

#include <string>
#include <utility>

namespace sluice::core {

/// A text that must not reach a log. Streams and fmt cannot print it; Reveal() is easy to search for.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  const std::string& Reveal() const { return text_; }
  bool empty() const { return text_.empty(); }

 private:
  std::string text_;
};

}  // namespace sluice::core

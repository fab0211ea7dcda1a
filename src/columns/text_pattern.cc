#include "columns/text_pattern.h"

#include <fmt/format.h>
#include <re2/re2.h>

namespace sluice::columns {
namespace {

class Re2Pattern final : public TextPattern {
 public:
  Re2Pattern(const std::string& expression, const re2::RE2::Options& options) : compiled_(expression, options) {}

  bool Matches(std::string_view text) const override {
    return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), compiled_);
  }
  const re2::RE2& compiled() const { return compiled_; }

 private:
  re2::RE2 compiled_;
};

}  // namespace

core::Result<std::unique_ptr<const TextPattern>> TextPattern::Compile(const std::string& expression,
                                                                      const std::string& column) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto pattern = std::make_unique<const Re2Pattern>(expression, options);
  if (pattern->compiled().ok()) return pattern;
  return core::InvalidInput(fmt::format("column '{}': pattern '{}' is no regular expression: {}", column, expression,
                                        pattern->compiled().error()));
}

}  // namespace sluice::columns

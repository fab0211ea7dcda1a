#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"

namespace sluice::columns {

/// A regular expression that whole texts are matched with, in time linear in their length. Threads: any.
class TextPattern {
 public:
  /// InvalidInput for what is no regular expression, naming `column`, whose texts it is for.
  static core::Result<std::unique_ptr<const TextPattern>> Compile(const std::string& expression,
                                                                  const std::string& column);
  virtual ~TextPattern() = default;
  virtual bool Matches(std::string_view text) const = 0;
};

}  // namespace sluice::columns

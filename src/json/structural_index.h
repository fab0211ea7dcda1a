#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace sluice::json {

/// Where the tokens of some JSON text begin: brackets, colons, commas, and the first byte of each string, number and
/// literal. simdjson's first stage, which also checks UTF-8 and that strings are closed and hold no control characters.
///
/// We walk the index ourselves: simdjson chooses the instruction set of this stage when the program runs, while its
/// on-demand front end is fixed when the program is compiled. Threads: one at a time. Limits: text below 4 GiB.
class StructuralIndex {
 public:
  StructuralIndex();
  ~StructuralIndex();
  StructuralIndex(StructuralIndex&&) noexcept;
  StructuralIndex& operator=(StructuralIndex&&) noexcept;

  /// Index `text`, which holds more than white space. Returns nullptr, or why the text is not JSON.
  const char* Build(std::string_view text);
  /// Offsets in ascending order. Behind the last one, `data()[size()]` is the text's length.
  std::span<const std::uint32_t> positions() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sluice::json

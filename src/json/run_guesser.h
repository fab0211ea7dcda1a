#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "columns/line_chunker.h"
#include "json/flat_run.h"
#include "json/guess_node.h"

namespace sluice::json {

/// Looks at runs of flat records, one member after the other. Threads: one at a time.
class RunGuesser {
 public:
  /// Look at some of `records`, from the first on, at which the cursor is: those with the keys that `root` met last, in
  /// its order, and with values of the kinds it met before. Returns how many; whatever is new is left to the caller.
  std::size_t Guess(Cursor& cursor, std::uint32_t block_begin, std::span<const columns::RecordSpan> records,
                    GuessNode& root, TextArena& arena);

 private:
  /// The members are scalars of one kind each, and no key comes twice.
  bool CanRead(std::span<GuessNode::Member* const> members, std::uint64_t object) const;

  FlatRun run_;
  std::vector<std::string_view> texts_;  // of all members, one behind the other
};

}  // namespace sluice::json

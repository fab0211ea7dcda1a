#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "columns/line_chunker.h"
#include "json/cursor.h"
#include "json/guess_node.h"
#include "json/json_options.h"
#include "json/record_walk.h"
#include "json/run_guesser.h"
#include "json/structural_index.h"
#include "json/unescape.h"
#include "schema/type.h"

namespace sluice::json {

/// What one chunk says about the columns.
struct GuessedChunk {
  GuessNode root;
  std::uint64_t records = 0;   ///< rejected ones included
  std::uint64_t rejected = 0;  ///< no object, no JSON, or a duplicate key
  std::uint64_t lines = 0;
  std::uint64_t stored_bytes_read = 0;
  /// Of the input's first chunk: the columns as of its first kSampleRecords records, when there are more.
  std::optional<schema::Schema> sample;
};

inline constexpr std::uint64_t kSampleRecords = 1000;

/// Looks at the values of one chunk. A record that is rejected leaves no trace. Threads: one at a time.
class ChunkGuesser final : private RecordVisitor {
 public:
  /// `inherited` is an object whose members each record takes where it lacks them, or ""; padded, and kept by the
  /// caller.
  ChunkGuesser(const JsonOptions& options, std::string_view inherited);
  GuessedChunk Guess(const columns::TextChunk& chunk);

 private:
  enum class Kind : std::uint8_t { kNull, kBool, kNumber, kString, kObject, kArray };
  struct Observation {
    GuessNode* node;
    Kind kind;
    std::string_view text;
  };

  std::size_t VisitRun(Cursor& cursor, std::uint32_t block_begin,
                       std::span<const columns::RecordSpan> records) override;
  void Visit(Cursor& cursor, const columns::RecordSpan& span) override;
  void VisitBroken(const columns::RecordSpan& span, const std::string& reason) override;
  bool LookAtRecord(Cursor& cursor);
  bool LookAt(Cursor& cursor, GuessNode& node, int depth);
  bool LookAtObject(Cursor& cursor, GuessNode& node, int depth, std::uint64_t object, bool inherited);
  bool LookAtArray(Cursor& cursor, GuessNode& node, int depth);
  bool ReadString(Cursor& cursor, std::string_view& text);
  void Commit();

  JsonOptions options_;
  std::string_view inherited_;
  StructuralIndex inherited_index_;
  StructuralIndex index_;
  RunGuesser run_;
  TextArena arena_;
  std::vector<Observation> pending_;  // of the record being looked at
  std::uint32_t line_ = 0;
  bool first_chunk_ = false;
  GuessedChunk guessed_;
};

}  // namespace sluice::json

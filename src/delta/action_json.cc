#include "delta/action_json.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "delta/action_fields.h"
#include "delta/json_reader.h"

namespace sluice::delta {

namespace {

/// Lines are indexed in pieces of this size: it stays in the caches, and memory does not grow with the file.
constexpr std::size_t kPieceBytes = std::size_t{128} << 10;
/// Actions that memory is made for ahead of reading them.
constexpr std::size_t kRoomMax = 4096;
constexpr std::string_view kSpace = " \t\r\n";

/// Up to the end of the first line that is not blank.
std::string_view FirstLine(std::string_view bytes) {
  return bytes.substr(0, bytes.find('\n', std::min(bytes.find_first_not_of(kSpace), bytes.size())));
}

/// The lines of one file become one ActionSet.
class LogFileParser {
 public:
  LogFileParser(std::string_view bytes, const std::string& file, const ActionReadOptions& options)
      : bytes_(options.selection == ActionSelection::kCommitInfo ? FirstLine(bytes) : bytes),
        file_(file),
        options_(options) {}

  core::Result<ActionSet> Parse();

 private:
  core::Status ParsePiece(std::size_t begin, std::size_t end);
  bool ReadLine();
  void KeepPlace(std::size_t place);
  template <typename Action>
  static void MakeRoom(std::vector<Action>& actions, std::size_t line_bytes, std::size_t bytes_left);
  /// Where the first line of [begin, end) stands that is no JSON.
  core::Error ErrorOfPiece(std::size_t begin, std::size_t end);
  core::Error ErrorAt(std::size_t place, const std::string& what) const;
  std::size_t PlaceOf(const RuleBreach& breach) const;
  bool Selected(std::string_view name) const;

  const std::string_view bytes_;
  const std::string& file_;
  const ActionReadOptions options_;
  JsonReader in_;
  ActionSet actions_;
  std::size_t piece_begin_ = 0;
  // Where the actions stand that FindRuleBreach looks at.
  std::vector<std::size_t> adds_, removes_, transactions_, domains_;
};

core::Result<ActionSet> LogFileParser::Parse() {
  if (bytes_.find_first_not_of(kSpace) == std::string_view::npos) {
    return core::Corruption(file_ + ": a file of the log without a single action (" + std::to_string(bytes_.size()) +
                            " bytes)");
  }
  for (std::size_t begin = 0; begin < bytes_.size();) {
    std::size_t end = bytes_.size();
    if (end - begin > kPieceBytes) {
      // The last line end in the piece, or the end of the one line that is longer.
      std::size_t line_end = bytes_.rfind('\n', begin + kPieceBytes - 1);
      if (line_end == std::string_view::npos || line_end < begin) line_end = bytes_.find('\n', begin);
      if (line_end != std::string_view::npos) end = line_end + 1;
    }
    SLUICE_TRY(ParsePiece(begin, end));
    begin = end;
  }
  if (options_.selection == ActionSelection::kAll) {
    if (const auto breach = FindRuleBreach(actions_, options_.kind)) return ErrorAt(PlaceOf(*breach), breach->message);
  }
  return std::move(actions_);
}

core::Status LogFileParser::ParsePiece(std::size_t begin, std::size_t end) {
  const std::string_view piece = bytes_.substr(begin, end - begin);
  if (piece.find_first_not_of(kSpace) == std::string_view::npos) return core::Ok();
  if (!in_.Load(piece)) return ErrorOfPiece(begin, end);
  piece_begin_ = begin;
  for (std::size_t line = 0; line < piece.size();) {
    const std::size_t line_end = std::min(piece.find('\n', line), piece.size());
    in_.BeginRecord(static_cast<std::uint32_t>(line), static_cast<std::uint32_t>(line_end));
    if (!in_.AtEnd() && !ReadLine()) return ErrorAt(begin + in_.position(), in_.flaw());
    MakeRoom(actions_.adds, line_end - line, bytes_.size() - begin - line_end);
    MakeRoom(actions_.removes, line_end - line, bytes_.size() - begin - line_end);
    line = line_end + 1;
  }
  return core::Ok();
}

bool LogFileParser::ReadLine() {
  bool skipped = false;
  const bool good = in_.ReadObject([&](std::string_view name) {
    // Giving up on the rest of a line saves checking what is not wanted.
    if (!Selected(name)) skipped = true;
    if (skipped) return false;
    const std::size_t place = piece_begin_ + in_.position();
    if (in_.TakeNull()) return true;
    if (!ReadAction(in_, name, options_.kind, actions_)) return in_.FailIn(name);
    KeepPlace(place);
    return true;
  });
  if (skipped) return true;
  return good && (in_.AtEnd() || in_.Fail("something follows the action on its line"));
}

bool LogFileParser::Selected(std::string_view name) const {
  switch (options_.selection) {
    case ActionSelection::kAll: return true;
    case ActionSelection::kProtocolAndMetadata: return name == "protocol" || name == "metaData";
    case ActionSelection::kCommitInfo: return name == "commitInfo";
  }
  return true;
}

// A file of many actions is mostly one of many adds, or removes, alike: the first tells how many will come. Not beyond
// kRoomMax: a short first one in a long file is no reason to take gigabytes.
template <typename Action>
void LogFileParser::MakeRoom(std::vector<Action>& actions, std::size_t line_bytes, std::size_t bytes_left) {
  if (actions.size() != 1 || actions.capacity() > 1) return;
  const std::size_t to_come = bytes_left / (line_bytes + 1);
  if (to_come > 0) actions.reserve(1 + std::min(kRoomMax, to_come));
}

void LogFileParser::KeepPlace(std::size_t place) {
  if (actions_.adds.size() > adds_.size()) adds_.push_back(place);
  if (actions_.removes.size() > removes_.size()) removes_.push_back(place);
  if (actions_.transactions.size() > transactions_.size()) transactions_.push_back(place);
  if (actions_.domains.size() > domains_.size()) domains_.push_back(place);
}

core::Error LogFileParser::ErrorOfPiece(std::size_t begin, std::size_t end) {
  const std::string flaw = in_.flaw();
  for (std::size_t line = begin; line < end;) {
    const std::size_t line_end = std::min(bytes_.find('\n', line), end);
    const std::string_view text = bytes_.substr(line, line_end - line);
    if (text.find_first_not_of(kSpace) != std::string_view::npos && !in_.Load(text)) return ErrorAt(line, in_.flaw());
    line = line_end + 1;
  }
  return ErrorAt(begin, flaw);
}

core::Error LogFileParser::ErrorAt(std::size_t place, const std::string& what) const {
  const auto line = 1 + std::count(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(place), '\n');
  return core::Corruption(file_ + ": line " + std::to_string(line) + ", byte " + std::to_string(place) + ": " + what);
}

std::size_t LogFileParser::PlaceOf(const RuleBreach& breach) const {
  switch (breach.list) {
    case RuleBreach::List::kAdds: return adds_[breach.index];
    case RuleBreach::List::kRemoves: return removes_[breach.index];
    case RuleBreach::List::kTransactions: return transactions_[breach.index];
    case RuleBreach::List::kDomains: return domains_[breach.index];
  }
  return 0;
}

}  // namespace

core::Result<ActionSet> ParseActions(std::string_view bytes, const std::string& file,
                                     const ActionReadOptions& options) {
  return LogFileParser(bytes, file, options).Parse();
}

}  // namespace sluice::delta

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace sluice::cli {

enum class OutputFormat : std::uint8_t { kText, kJson, kJsonl, kCsv, kMarkdown };

/// Read "text", "json", "jsonl", "csv", "md".
core::Result<OutputFormat> ParseOutputFormat(std::string_view text);

/// What lines of a report begin with, and the arrow between a before and an after.
struct Symbols {
  std::string_view done;
  std::string_view arrow;
  std::string_view skipped;
  std::string_view failed;
};
inline constexpr Symbols kUtf8Symbols{.done = "✓", .arrow = "→", .skipped = "⊘", .failed = "✗"};
inline constexpr Symbols kAsciiSymbols{.done = "+", .arrow = ">", .skipped = "-", .failed = "!"};

/// The two streams of the command and what they can show. Data goes to standard output, everything else to standard
/// error.
///
/// Threads: one at a time.
class Console {
 public:
  /// Looks at the terminal, NO_COLOR, TERM and the locale once.
  Console();

  void set_format(OutputFormat format) { format_ = format; }
  void set_quiet(bool quiet) { quiet_ = quiet; }
  OutputFormat format() const { return format_; }
  bool json() const { return format_ == OutputFormat::kJson || format_ == OutputFormat::kJsonl; }
  /// Spaces of indentation for JSON: -1 (one line) for jsonl.
  int json_indent() const { return format_ == OutputFormat::kJson ? 1 : -1; }
  bool error_is_terminal() const { return error_is_terminal_; }
  bool output_is_terminal() const { return output_is_terminal_; }
  /// Columns of the terminal that data goes to; 0 when it goes elsewhere.
  std::size_t output_columns() const;
  bool colour() const { return colour_; }
  bool utf8() const { return utf8_; }
  const Symbols& symbols() const { return utf8_ ? kUtf8Symbols : kAsciiSymbols; }

  /// Data for standard output, as it is.
  void Data(std::string_view text);
  /// A line for people: standard output in text form, standard error otherwise; nothing when quiet.
  void Say(std::string_view line);
  /// A line on standard error, unless quiet.
  void Hint(std::string_view line);
  /// A line on standard error, also when quiet.
  void Warn(std::string_view line);
  /// Raw text for standard error (progress).
  void ErrorText(std::string_view text);
  /// An error in its three parts on standard error, and as JSON on standard output when that was asked for.
  void Fail(const core::Error& error);
  /// Flush standard output; false when it could not be written (a full disk, a closed pipe).
  bool Flush();

 private:
  OutputFormat format_ = OutputFormat::kText;
  bool quiet_ = false;
  bool error_is_terminal_;
  bool output_is_terminal_;
  bool colour_;
  bool utf8_;
};

}  // namespace sluice::cli

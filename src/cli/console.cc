#include "cli/console.h"

#include <fmt/format.h>
#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "pipeline/job_report.h"

namespace sluice::cli {
namespace {

void Write(std::FILE* stream, std::string_view text) { std::fwrite(text.data(), 1, text.size(), stream); }

}  // namespace

core::Result<OutputFormat> ParseOutputFormat(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, OutputFormat>, 5> kNames{{{"text", OutputFormat::kText},
                                                                             {"json", OutputFormat::kJson},
                                                                             {"jsonl", OutputFormat::kJsonl},
                                                                             {"csv", OutputFormat::kCsv},
                                                                             {"md", OutputFormat::kMarkdown}}};
  for (const auto& [name, format] : kNames) {
    if (name == text) return format;
  }
  return core::UsageError(fmt::format("'{}' is not an output format", text))
      .WithHint("say --output text, json, jsonl, csv or md");
}

Console::Console() : error_is_terminal_(isatty(STDERR_FILENO) == 1), output_is_terminal_(isatty(STDOUT_FILENO) == 1) {
  const char* no_colour = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  const bool plain =
      (no_colour != nullptr && *no_colour != '\0') || terminal == nullptr || std::string_view(terminal) == "dumb";
  colour_ = error_is_terminal_ && !plain;
  std::setlocale(LC_CTYPE, "");
  utf8_ = std::string_view(nl_langinfo(CODESET)) == "UTF-8";
}

std::size_t Console::output_columns() const {
  winsize size{};
  const bool known = output_is_terminal_ && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
  return known ? size.ws_col : 0;
}

void Console::Data(std::string_view text) { Write(stdout, text); }

void Console::Say(std::string_view line) {
  if (quiet_) return;
  std::FILE* stream = format_ == OutputFormat::kText ? stdout : stderr;
  Write(stream, line);
  Write(stream, "\n");
}

void Console::Hint(std::string_view line) {
  if (!quiet_) Warn(line);
}

void Console::Warn(std::string_view line) {
  std::fflush(stdout);
  Write(stderr, line);
  Write(stderr, "\n");
}

void Console::ErrorText(std::string_view text) {
  Write(stderr, text);
  std::fflush(stderr);
}

void Console::Fail(const core::Error& error) {
  std::string text = error.ToString();
  if (colour_) text = "\x1b[31m" + text.insert(text.find(':'), "\x1b[0m");
  Warn(text);
  if (json()) Data(pipeline::ToJson(error, json_indent()) + "\n");
}

bool Console::Flush() { return std::fflush(stdout) == 0 && std::ferror(stdout) == 0; }

}  // namespace sluice::cli

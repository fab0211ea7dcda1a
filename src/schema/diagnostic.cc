#include "schema/diagnostic.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace sluice::schema {

std::string ToString(const Diagnostic& diagnostic) {
  std::string text = diagnostic.file;
  if (diagnostic.line > 0) text += fmt::format(":{}:{}", diagnostic.line, diagnostic.column);
  text += ": " + diagnostic.message;
  if (!diagnostic.hint.empty()) text += "\n  hint: " + diagnostic.hint;
  return text;
}

void DiagnosticList::Add(int line, int column, std::string message, std::string hint) {
  if (items_.size() >= kKeptMax) {
    ++dropped_;
    return;
  }
  Diagnostic item{
      .file = file_, .line = line, .column = column, .message = std::move(message), .hint = std::move(hint)};
  const auto place = std::upper_bound(items_.begin(), items_.end(), item, [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  });
  items_.insert(place, std::move(item));
}

void DiagnosticList::Add(int line, int column, const core::Error& error) {
  Add(line, column, error.message(), error.hint());
}

void DiagnosticList::Append(const DiagnosticList& other) {
  items_.insert(items_.end(), other.items_.begin(), other.items_.end());
  dropped_ += other.dropped_;
}

core::Status DiagnosticList::ToStatus() const {
  if (items_.empty()) return core::Ok();
  if (items_.size() == 1) {
    const Diagnostic& only = items_.front();
    Diagnostic without_hint = only;
    without_hint.hint.clear();
    auto error = core::ConfigurationError(ToString(without_hint));
    return only.hint.empty() ? std::move(error) : std::move(error).WithHint(only.hint);
  }
  std::string text = fmt::format("{}: {} mistakes", file_, items_.size() + dropped_);
  for (const Diagnostic& item : items_) text += "\n" + ToString(item);
  if (dropped_ > 0) text += fmt::format("\n… and {} more", dropped_);
  return core::ConfigurationError(std::move(text));
}

}  // namespace sluice::schema

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/result.h"

namespace sluice::schema {

/// One mistake in a file that a person wrote.
struct Diagnostic {
  std::string file = {};
  int line = 0;    ///< counted from 1; 0 = the file as a whole
  int column = 0;  ///< counted from 1, in characters
  std::string message = {};
  std::string hint = {};  ///< "" when there is nothing to say

  bool operator==(const Diagnostic& other) const = default;
};

/// "sluice.yaml:12:5: unknown key 'shema'\n  hint: did you mean 'schema'?"
std::string ToString(const Diagnostic& diagnostic);

/// The mistakes of one file, collected while it is read, so that all are told at once.
class DiagnosticList {
 public:
  explicit DiagnosticList(std::string file) : file_(std::move(file)) {}

  /// Beyond this many, mistakes are only counted.
  static constexpr std::size_t kKeptMax = 100;

  void Add(int line, int column, std::string message, std::string hint = {});
  /// An error of a part of the file: its message and hint.
  void Add(int line, int column, const core::Error& error);

  /// The mistakes of another file, after those that are here.
  void Append(const DiagnosticList& other);

  /// All mistakes, those that were only counted included.
  std::size_t count() const { return items_.size() + dropped_; }
  bool empty() const { return items_.empty(); }
  const std::string& file() const { return file_; }
  /// In the order of lines.
  const std::vector<Diagnostic>& items() const { return items_; }
  /// Configuration error with every mistake, a line each; Ok when there is none.
  core::Status ToStatus() const;

 private:
  std::string file_;
  std::vector<Diagnostic> items_;
  std::size_t dropped_ = 0;
};

}  // namespace sluice::schema

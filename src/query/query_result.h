#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"

namespace sluice::query {

class Session;

/// A column of a result.
struct ResultColumn {
  std::string name;
  std::string type;     ///< As in SQL: "DECIMAL(12,2)".
  bool number = false;  ///< Shown to the right.
};

/// The rows of one query, from first to last.
///
/// Order: (Next AppendText* AppendJson*)*. Threads: one at a time. Lives no longer than its Session. DuckDB holds the
/// rows under the session's memory limit; they are decoded one block at a time.
class QueryResult {
 public:
  QueryResult(QueryResult&&) noexcept;
  QueryResult& operator=(QueryResult&&) noexcept;
  ~QueryResult();

  const std::vector<ResultColumn>& columns() const;
  /// Go to the next row; false after the last.
  bool Next();
  /// Pass over all rows that are left; returns how many they were.
  std::uint64_t SkipRest();

  /// About the current row.
  bool is_null(std::size_t column) const;
  /// The value as text, as DuckDB casts it to VARCHAR; nested values as JSON, times with a zone in UTC; nothing for
  /// NULL.
  void AppendText(std::size_t column, std::string& out) const;
  /// The value as JSON; numbers keep every digit.
  void AppendJson(std::size_t column, std::string& out) const;
  std::string Text(std::size_t column) const;

 private:
  friend class Session;
  struct State;
  explicit QueryResult(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sluice::query

#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace sluice::snowflake {

/// Rows of a statement as texts, found by column name; the service's types are told, not decoded.
class QueryResult {
 public:
  struct Column {
    std::string name;
    std::string type;  ///< "fixed", "text", "timestamp_ntz", …
  };
  using Row = std::vector<std::optional<std::string>>;
  /// Rows of a large result that are fetched apart.
  struct Chunk {
    std::string url;
    std::uint64_t rows = 0;
  };

  /// From the `data` of an answer. Unsupported for rows in Arrow's format; Corruption for another shape.
  static core::Result<QueryResult> Parse(const nlohmann::json& data);

  const std::string& query_id() const { return query_id_; }
  const std::vector<Column>& columns() const { return columns_; }
  const std::vector<Row>& rows() const { return rows_; }
  /// How many rows there are in all, those of chunks among them.
  std::uint64_t rows_total() const { return rows_total_; }
  const std::vector<Chunk>& chunks() const { return chunks_; }

  /// Whether there is a column `name`, in any case.
  bool Has(std::string_view name) const { return IndexOf(name).has_value(); }
  /// The cell; nullopt for NULL and for a column that is not there.
  std::optional<std::string> Text(std::size_t row, std::string_view name) const;
  /// The cell as a whole number; nullopt unless it is one that is not negative.
  std::optional<std::uint64_t> Number(std::size_t row, std::string_view name) const;

  /// Add the rows of a chunk: JSON arrays without the outer brackets.
  core::Status AppendChunk(std::string_view text);

 private:
  std::optional<std::size_t> IndexOf(std::string_view name) const;
  core::Status AppendRows(const nlohmann::json& rows);

  std::string query_id_;
  std::vector<Column> columns_;
  std::vector<Row> rows_;
  std::uint64_t rows_total_ = 0;
  std::vector<Chunk> chunks_;
};

}  // namespace sluice::snowflake

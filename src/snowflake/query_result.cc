#include "snowflake/query_result.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "core/ascii.h"
#include "snowflake/answer.h"

namespace sluice::snowflake {

using core::Corruption;
using core::Result;
using core::Status;
using nlohmann::json;

namespace {

const json kNoRows = json::array();

const json& ArrayMember(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_array() ? *found : kNoRows;
}

std::uint64_t CountMember(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

}  // namespace

Result<QueryResult> QueryResult::Parse(const json& data) {
  if (!data.is_object()) return Corruption("the answer to a statement holds no data");
  QueryResult result;
  result.query_id_ = TextMember(data, "queryId");
  if (TextMember(data, "queryResultFormat") == "arrow" && !TextMember(data, "rowsetBase64").empty()) {
    return core::Unsupported(fmt::format("statement {}: the service sent rows in Arrow's format", result.query_id_))
        .WithHint("set the connection's client_id to JavaScript: that client is answered in JSON");
  }
  for (const json& column : ArrayMember(data, "rowtype")) {
    result.columns_.push_back(
        {.name = TextMember(column, "name"), .type = core::LowerAscii(TextMember(column, "type"))});
  }
  SLUICE_TRY(result.AppendRows(ArrayMember(data, "rowset")));
  for (const json& chunk : ArrayMember(data, "chunks")) {
    result.chunks_.push_back({.url = TextMember(chunk, "url"), .rows = CountMember(chunk, "rowCount")});
  }
  result.rows_total_ = data.contains("total") ? CountMember(data, "total") : result.rows_.size();
  return result;
}

Status QueryResult::AppendRows(const json& rows) {
  for (const json& cells : rows) {
    if (!cells.is_array() || cells.size() != columns_.size()) {
      return Corruption(fmt::format("statement {}: row {} has not the {} cells of its columns", query_id_,
                                    rows_.size() + 1, columns_.size()));
    }
    Row row;
    for (const json& cell : cells) {
      if (cell.is_null()) {
        row.emplace_back();
      } else {
        row.emplace_back(cell.is_string() ? cell.get<std::string>() : cell.dump());
      }
    }
    rows_.push_back(std::move(row));
  }
  return core::Ok();
}

Status QueryResult::AppendChunk(std::string_view text) {
  const json rows = json::parse("[" + std::string(text) + "]", nullptr, false);
  if (!rows.is_array()) return Corruption(fmt::format("statement {}: a part of the rows is damaged", query_id_));
  return AppendRows(rows);
}

std::optional<std::size_t> QueryResult::IndexOf(std::string_view name) const {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (core::LowerAscii(columns_[i].name) == core::LowerAscii(name)) return i;
  }
  return std::nullopt;
}

std::optional<std::string> QueryResult::Text(std::size_t row, std::string_view name) const {
  const auto column = IndexOf(name);
  return column ? rows_[row][*column] : std::nullopt;
}

std::optional<std::uint64_t> QueryResult::Number(std::size_t row, std::string_view name) const {
  const auto text = Text(row, name);
  std::uint64_t number = 0;
  if (!text || text->empty()) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return number;
}

}  // namespace sluice::snowflake

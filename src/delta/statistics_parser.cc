#include <algorithm>
#include <utility>

#include "delta/json_reader.h"
#include "delta/statistic_text.h"
#include "delta/statistics.h"

namespace sluice::delta {
namespace {

constexpr std::size_t kTextBytesMax = std::size_t{256} << 20;

/// A name on the way to wanted columns.
struct PathNode {
  std::string name = {};
  std::optional<std::size_t> column = {};
  std::vector<PathNode> members = {};

  PathNode& Member(const std::string& member_name) {
    const auto found = std::ranges::find(members, member_name, &PathNode::name);
    return found != members.end() ? *found : members.emplace_back(PathNode{.name = member_name});
  }
  const PathNode* Find(std::string_view member_name) const {
    const auto found = std::ranges::find(members, member_name, &PathNode::name);
    return found == members.end() ? nullptr : &*found;
  }
};

std::optional<StatisticValue> ParseBound(std::string_view text, const StatisticsColumn& column, Side side) {
  auto value = ParseStatistic(text, column.type, side);
  if (!value || !column.was_float) return value;
  // "3.14" may stand for the float 3.1400001.
  auto as_float = ParseStatistic(text, DataType{.kind = TypeKind::kFloat}, side);
  if (!as_float) return std::nullopt;
  const bool is_wider = side == Side::kMin ? Compare(*as_float, *value) < 0 : Compare(*as_float, *value) > 0;
  return is_wider ? as_float : value;
}

}  // namespace

struct StatisticsParser::State {
  std::vector<StatisticsColumn> columns = {};
  PathNode root = {};
  JsonReader reader = {};
  std::string text = {};  // of the string at hand
  FileStatistics file = {};

  bool Read(std::string_view json);
  bool ReadMember(std::string_view name);
  /// The content of a string, or a number or word as it stands; nullopt, and nothing read, where something else is.
  std::optional<std::string_view> ReadToken();
  template <typename Use>
  bool ReadColumns(const PathNode& node, Use&& use);
};

std::optional<std::string_view> StatisticsParser::State::ReadToken() {
  const char first = reader.Peek();
  if (first == '"') return reader.Read(text) ? std::optional<std::string_view>(text) : std::nullopt;
  std::string_view raw;
  if (first == '{' || first == '[' || first == 'n' || !reader.ReadRaw(raw)) return std::nullopt;
  return raw;
}

// Call `use(column, token)` for the wanted columns in the object here.
template <typename Use>
bool StatisticsParser::State::ReadColumns(const PathNode& node, Use&& use) {
  if (reader.Peek() != '{') return reader.Skip();
  return reader.ReadObject([&](std::string_view name) {
    const PathNode* found = node.Find(name);
    if (found == nullptr) return reader.Skip();
    if (!found->column) return ReadColumns(*found, use);
    const auto token = ReadToken();
    if (!token) return reader.Skip();
    use(*found->column, *token);
    return true;
  });
}

bool StatisticsParser::State::ReadMember(std::string_view name) {
  if (name == "minValues" || name == "maxValues") {
    const Side side = name == "minValues" ? Side::kMin : Side::kMax;
    return ReadColumns(root, [&](std::size_t column, std::string_view token) {
      auto& bound = side == Side::kMin ? file.columns[column].min : file.columns[column].max;
      bound = ParseBound(token, columns[column], side);
    });
  }
  if (name == "nullCount") {
    return ReadColumns(
        root, [&](std::size_t column, std::string_view token) { file.columns[column].null_count = ParseCount(token); });
  }
  const bool is_count = name == "numRecords";
  if (!is_count && name != "tightBounds") return reader.Skip();
  const auto token = ReadToken();
  if (!token) return reader.Skip();
  if (is_count) {
    file.records = ParseCount(*token);
  } else {
    file.tight_bounds = *token == "true";
  }
  return true;
}

bool StatisticsParser::State::Read(std::string_view json) {
  file.records.reset();
  file.tight_bounds = true;
  file.columns.assign(columns.size(), {});
  return reader.Load(json) && reader.ReadObject([&](std::string_view name) { return ReadMember(name); }) &&
         reader.AtEnd();
}

StatisticsParser::StatisticsParser(std::vector<StatisticsColumn> columns) : state_(std::make_unique<State>()) {
  state_->columns = std::move(columns);
  for (std::size_t i = 0; i < state_->columns.size(); ++i) {
    PathNode* node = &state_->root;
    for (const std::string& name : state_->columns[i].physical_path) node = &node->Member(name);
    node->column = i;
  }
}

StatisticsParser::~StatisticsParser() = default;
StatisticsParser::StatisticsParser(StatisticsParser&&) noexcept = default;
StatisticsParser& StatisticsParser::operator=(StatisticsParser&&) noexcept = default;

const FileStatistics* StatisticsParser::Parse(std::string_view json) {
  if (json.empty() || json.size() > kTextBytesMax || !state_->Read(json)) return nullptr;
  return &state_->file;
}

const std::vector<StatisticsColumn>& StatisticsParser::columns() const { return state_->columns; }

std::optional<FileStatistics> ParseStatistics(std::string_view json, const std::vector<StatisticsColumn>& columns) {
  StatisticsParser parser(columns);
  const FileStatistics* file = parser.Parse(json);
  if (file == nullptr) return std::nullopt;
  return *file;
}

}  // namespace sluice::delta

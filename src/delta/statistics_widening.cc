#include <algorithm>
#include <utility>

#include "delta/json_reader.h"
#include "delta/json_writer.h"
#include "delta/statistic_text.h"
#include "delta/statistics.h"

namespace sluice::delta {
namespace {

/// Other text for some bytes.
struct Edit {
  std::size_t begin = 0;
  std::size_t bytes = 0;
  std::string text = {};
};

/// Finds what has to change in the statistics of a file of which more rows are deleted.
class Widening {
 public:
  Widening(std::int64_t physical_rows, std::int64_t deleted) : rows_(physical_rows), deleted_(deleted) {}

  // False when it is no JSON object.
  bool Read(std::string_view json) {
    if (!reader_.Load(json)) return false;
    begin_ = reader_.position() + 1;
    return reader_.ReadObject([&](std::string_view name) { return ReadMember(name); }) && reader_.AtEnd();
  }
  std::string Apply(std::string_view json) const;

 private:
  bool ReadMember(std::string_view name);
  bool ReadNullCounts();
  std::optional<std::string_view> ReadScalar(Edit& edit);

  JsonReader reader_;
  std::int64_t rows_;
  std::int64_t deleted_;
  std::size_t begin_ = 0;  // of the first member
  bool empty_ = true;
  bool has_records_ = false;
  bool has_tight_bounds_ = false;
  bool was_tight_ = true;
  std::vector<Edit> null_counts_;
  std::vector<Edit> tight_bounds_;
};

// Where a number or word is; nothing is read where something else is.
std::optional<std::string_view> Widening::ReadScalar(Edit& edit) {
  const char first = reader_.Peek();
  std::string_view raw;
  edit.begin = reader_.position();
  if (first == '{' || first == '[' || first == '"' || !reader_.ReadRaw(raw)) return std::nullopt;
  edit.bytes = raw.size();
  return raw;
}

bool Widening::ReadNullCounts() {
  if (reader_.Peek() == '{') return reader_.ReadObject([&](std::string_view) { return ReadNullCounts(); });
  Edit edit{.text = std::to_string(rows_)};
  const auto raw = ReadScalar(edit);
  if (!raw) return reader_.Skip();
  if (ParseCount(*raw) == rows_ - deleted_) null_counts_.push_back(std::move(edit));
  return true;
}

bool Widening::ReadMember(std::string_view name) {
  empty_ = false;
  if (name == "nullCount") return ReadNullCounts();
  has_records_ = has_records_ || name == "numRecords";
  if (name != "tightBounds") return reader_.Skip();
  Edit edit{.text = "false"};
  const auto raw = ReadScalar(edit);
  if (!raw) return reader_.Skip();
  has_tight_bounds_ = true;
  was_tight_ = *raw == "true" || *raw == "null";
  tight_bounds_.push_back(std::move(edit));
  return true;
}

std::string Widening::Apply(std::string_view json) const {
  std::vector<Edit> edits = tight_bounds_;
  if (was_tight_) edits.insert(edits.end(), null_counts_.begin(), null_counts_.end());
  std::string added;
  JsonWriter writer(added);
  if (!has_records_) {
    writer.Key("numRecords");
    writer.Write(rows_);
  }
  if (!has_tight_bounds_) {
    writer.Key("tightBounds");
    writer.Write(false);
  }
  if (!added.empty()) edits.push_back({.begin = begin_, .text = added + (empty_ ? "" : ",")});
  std::ranges::sort(edits, {}, &Edit::begin);
  std::string out;
  std::size_t at = 0;
  for (const Edit& edit : edits) {
    out.append(json, at, edit.begin - at).append(edit.text);
    at = edit.begin + edit.bytes;
  }
  return out.append(json, at);
}

}  // namespace

std::string WidenForDeletionVector(std::string_view json, std::int64_t physical_rows, std::int64_t deleted) {
  Widening widening(physical_rows, deleted);
  if (widening.Read(json)) return widening.Apply(json);
  return "{\"numRecords\":" + std::to_string(physical_rows) + ",\"tightBounds\":false}";
}

}  // namespace sluice::delta

#include "delta/json_reader.h"

#include <charconv>
#include <limits>
#include <utility>

#include "columns/scalar_builder.h"
#include "json/unescape.h"

namespace sluice::delta {

namespace {

constexpr std::string_view kSpace = " \t\r\n";

/// Put the string that `raw` stands for into `text`; false for a malformed escape.
bool Unescape(std::string_view raw, std::string& text) {
  text.resize(raw.size());
  const char* end = json::UnescapeInto(raw, text.data());
  if (end == nullptr) return false;
  text.resize(static_cast<std::size_t>(end - text.data()));
  return true;
}

}  // namespace

bool JsonReader::Load(std::string_view text) {
  loaded_ = false;
  if (text.size() > std::numeric_limits<std::uint32_t>::max() - columns::kTextPadding) return Fail("more than 4 GiB");
  if (text.find_first_not_of(kSpace) == std::string_view::npos) return Fail("there is nothing but white space");
  text_.clear();
  text_.reserve(text.size() + columns::kTextPadding);
  text_.append(text).append(columns::kTextPadding, '\0');
  const std::string_view block = std::string_view(text_).substr(0, text.size());
  if (const char* flaw = index_.Build(block); flaw != nullptr) return Fail(flaw);
  cursor_ = json::Cursor(block, index_);
  cursor_.BeginRecord(0, static_cast<std::uint32_t>(block.size()));
  loaded_ = true;
  return true;
}

bool JsonReader::TakeNull() { return Peek() == 'n' && cursor_.ReadLiteral("null"); }

bool JsonReader::Read(std::string& value) {
  if (Peek() != '"') return Fail("a string is expected");
  std::string_view raw;
  bool escaped = false;
  if (!cursor_.ReadString(raw, escaped)) return FailAsCursor();
  if (escaped) return Unescape(raw, value) || Fail("a malformed escape");
  value.assign(raw);
  return true;
}

bool JsonReader::Read(std::int64_t& value) {
  std::string_view token;
  if (!cursor_.ReadNumber(token)) return Fail("an integer is expected");
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), value);
  if (error == std::errc::result_out_of_range) return Fail("an integer that does not fit into 64 bits");
  return (error == std::errc() && end == token.data() + token.size()) || Fail("an integer is expected");
}

bool JsonReader::Read(std::int32_t& value) {
  std::int64_t wide = 0;
  if (!Read(wide)) return false;
  value = static_cast<std::int32_t>(wide);
  return value == wide || Fail("an integer that does not fit into 32 bits");
}

bool JsonReader::Read(bool& value) {
  value = Peek() == 't';
  if (!value && Peek() != 'f') return Fail("true or false is expected");
  return cursor_.ReadLiteral(value ? "true" : "false") || FailAsCursor();
}

bool JsonReader::Read(std::vector<std::string>& value) {
  value.clear();
  return ReadArray([&] { return Read(value.emplace_back()); });
}

bool JsonReader::Read(StringMap& value) {
  value.clear();
  return ReadObject([&](std::string_view key) {
    std::string name(key);
    if (TakeNull()) return true;
    const auto [entry, fresh] = value.try_emplace(std::move(name));
    if (!fresh) return Fail("the key '" + entry->first + "' is there twice");
    return Read(entry->second) || FailIn(entry->first);
  });
}

bool JsonReader::Read(PartitionValues& value) {
  value.clear();
  return ReadObject([&](std::string_view key) {
    for (const auto& [name, text] : value) {
      if (name == key) return Fail("the key '" + name + "' is there twice");
    }
    auto& [name, text] = value.emplace_back(key, std::nullopt);
    return TakeNull() || Read(text.emplace()) || FailIn(name);
  });
}

bool JsonReader::ReadAnyValues(StringMap& value) {
  value.clear();
  return ReadObject([&](std::string_view key) {
    std::string& text = value[std::string(key)];
    if (Peek() == '"') return Read(text);
    std::string_view raw;
    if (!ReadRaw(raw)) return false;
    text.assign(raw);
    return true;
  });
}

bool JsonReader::ReadRaw(std::string_view& raw) { return cursor_.ReadRaw(raw, /*depth=*/0) || FailAsCursor(); }

bool JsonReader::Skip() {
  std::string_view raw;
  return ReadRaw(raw);
}

bool JsonReader::ReadKey(std::string_view& key) {
  if (Peek() != '"') return Fail("a key in quotes is expected");
  bool escaped = false;
  if (!cursor_.ReadString(key, escaped)) return FailAsCursor();
  if (escaped) {
    if (!Unescape(key, key_)) return Fail("a malformed escape");
    key = key_;
  }
  return cursor_.Take(':') || Fail("':' is expected after a key");
}

bool JsonReader::Fail(std::string flaw) {
  place_.clear();
  flaw_ = std::move(flaw);
  return false;
}

bool JsonReader::FailIn(std::string_view place) {
  if (!place_.empty()) place_.insert(0, ".");
  place_.insert(0, place);
  return false;
}

}  // namespace sluice::delta

#include <charconv>

#include "delta/action_fields.h"

namespace sluice::delta {

namespace {

/// Read the value here when it is what `value` takes; another one is skipped. Nobody relies on what a writer says about
/// its commit, so that a strange value harms nobody.
bool ReadLeniently(JsonReader& in, std::optional<std::int64_t>& value) {
  const char first = in.Peek();
  if (first != '-' && (first < '0' || first > '9')) return in.Skip();
  std::string_view token;
  if (!in.ReadRaw(token)) return false;
  std::int64_t number = 0;
  const char* const end = token.data() + token.size();
  if (std::from_chars(token.data(), end, number).ptr == end) value = number;
  return true;
}

bool ReadLeniently(JsonReader& in, std::optional<bool>& value) {
  if (in.Peek() != 't' && in.Peek() != 'f') return in.Skip();
  return in.Read(value.emplace());
}

/// Text, or the JSON text of another value.
bool ReadLeniently(JsonReader& in, std::string& value) {
  if (in.Peek() == '"') return in.Read(value);
  std::string_view raw;
  if (!in.ReadRaw(raw)) return false;
  value.assign(raw);
  return true;
}

bool ReadLeniently(JsonReader& in, std::optional<std::string>& value) { return ReadLeniently(in, value.emplace()); }

bool ReadLeniently(JsonReader& in, StringMap& value) { return in.Peek() == '{' ? in.ReadAnyValues(value) : in.Skip(); }

bool HasEntries(const StringMap& value) { return !value.empty(); }
template <typename T>
bool HasEntries(const T& value) {
  return HasValue(value);
}

template <auto kMember>
constexpr ObjectField<CommitInfo> Lenient(std::string_view name) {
  return {name, false, [](JsonReader& in, CommitInfo& info) { return ReadLeniently(in, info.*kMember); },
          [](const CommitInfo& info) { return HasEntries(info.*kMember); },
          [](JsonWriter& out, const CommitInfo& info) { WriteValue(out, info.*kMember); }};
}

constexpr ObjectField<CommitInfo> kFields[] = {
    Lenient<&CommitInfo::in_commit_timestamp_ms>("inCommitTimestamp"),
    Lenient<&CommitInfo::timestamp_ms>("timestamp"),
    Lenient<&CommitInfo::operation>("operation"),
    {"operationParameters", false,
     [](JsonReader& in, CommitInfo& info) { return ReadLeniently(in, info.operation_parameters); },
     [](const CommitInfo&) { return true; },
     [](JsonWriter& out, const CommitInfo& info) { out.Write(info.operation_parameters); }},
    Lenient<&CommitInfo::read_version>("readVersion"),
    Lenient<&CommitInfo::isolation_level>("isolationLevel"),
    Lenient<&CommitInfo::is_blind_append>("isBlindAppend"),
    Lenient<&CommitInfo::operation_metrics>("operationMetrics"),
    Lenient<&CommitInfo::user_metadata>("userMetadata"),
    Lenient<&CommitInfo::tags>("tags"),
    Lenient<&CommitInfo::engine_info>("engineInfo"),
    Lenient<&CommitInfo::txn_id>("txnId"),
};

}  // namespace

bool Read(JsonReader& in, CommitInfo& info) { return ReadFields(in, kFields, info); }
void Write(JsonWriter& out, const CommitInfo& info) { WriteFields(out, kFields, info); }

}  // namespace sluice::delta

#include "delta/last_checkpoint.h"

#include <utility>

#include "delta/action_fields.h"
#include "delta/action_json.h"
#include "delta/hint_checksum.h"
#include "delta/object_fields.h"

namespace sluice::delta {

namespace {

/// Actions in one array, each an object with one key, as on the lines of a log file.
bool Read(JsonReader& in, ActionSet& actions) {
  return in.ReadArray([&] {
    return in.ReadObject([&](std::string_view name) {
      return in.TakeNull() || ReadAction(in, name, LogFileKind::kCheckpoint, actions) || in.FailIn(name);
    });
  });
}

void Write(JsonWriter& out, const ActionSet& actions) {
  const std::string lines = FormatActions(actions);
  out.BeginArray();
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = lines.find('\n', begin);
    out.WriteRaw(std::string_view(lines).substr(begin, end - begin));
    begin = end + 1;
  }
  out.EndArray();
}

constexpr ObjectField<V2CheckpointHint> kV2Fields[] = {
    Member<&V2CheckpointHint::path>("path", Need::kRequired),
    Member<&V2CheckpointHint::size_bytes>("sizeInBytes", Need::kRequired),
    Member<&V2CheckpointHint::modification_time_ms>("modificationTime", Need::kRequired),
    {"nonFileActions", false,
     [](JsonReader& in, V2CheckpointHint& hint) { return Read(in, hint.non_file_actions.emplace()); },
     [](const V2CheckpointHint& hint) { return hint.non_file_actions.has_value(); },
     [](JsonWriter& out, const V2CheckpointHint& hint) { Write(out, *hint.non_file_actions); }},
    Member<&V2CheckpointHint::sidecar_files>("sidecarFiles"),
};

constexpr ObjectField<LastCheckpoint> kFields[] = {
    Member<&LastCheckpoint::version>("version", Need::kRequired),
    Member<&LastCheckpoint::size>("size"),
    Member<&LastCheckpoint::parts>("parts"),
    Member<&LastCheckpoint::size_bytes>("sizeInBytes"),
    OldName<&LastCheckpoint::size_bytes>("size_in_bytes"),
    Member<&LastCheckpoint::add_files>("numOfAddFiles"),
    {"checkpointSchema", false,
     [](JsonReader& in, LastCheckpoint& hint) {
       std::string_view raw;
       if (!in.ReadRaw(raw)) return false;
       hint.checkpoint_schema = raw;
       return true;
     },
     [](const LastCheckpoint& hint) { return hint.checkpoint_schema.has_value(); },
     [](JsonWriter& out, const LastCheckpoint& hint) { out.WriteRaw(*hint.checkpoint_schema); }},
    {"tags", false, [](JsonReader& in, LastCheckpoint& hint) { return in.Read(hint.tags); },
     [](const LastCheckpoint& hint) { return !hint.tags.empty(); },
     [](JsonWriter& out, const LastCheckpoint& hint) { out.Write(hint.tags); }},
    {"v2Checkpoint", false,
     [](JsonReader& in, LastCheckpoint& hint) { return ReadFields(in, kV2Fields, hint.v2_checkpoint.emplace()); },
     [](const LastCheckpoint& hint) { return hint.v2_checkpoint.has_value(); },
     [](JsonWriter& out, const LastCheckpoint& hint) { WriteFields(out, kV2Fields, *hint.v2_checkpoint); }},
    OldName<&LastCheckpoint::checksum>("checksum"),
};

}  // namespace

core::Result<LastCheckpoint> ParseLastCheckpoint(std::string_view text) {
  // The checksum's walk finds keys that are there twice, at whatever depth.
  SLUICE_ASSIGN_OR_RETURN(const std::string checksum, HintChecksum(text));
  JsonReader in;
  LastCheckpoint hint;
  if (!in.Load(text) || !ReadFields(in, kFields, hint)) {
    return core::Corruption("byte " + std::to_string(in.position()) + ": " + in.flaw());
  }
  if (hint.checksum && *hint.checksum != checksum) {
    return core::Corruption("the checksum is " + *hint.checksum + ", the content has " + checksum);
  }
  if (hint.version < 0) return core::Corruption("the version " + std::to_string(hint.version));
  return hint;
}

std::string FormatLastCheckpoint(const LastCheckpoint& hint) {
  std::string text;
  JsonWriter out(text);
  WriteFields(out, kFields, hint);
  // A hint without a checksum is a good hint, too: one that cannot be computed is left out.
  const core::Result<std::string> checksum = HintChecksum(text);
  if (!checksum) return text;
  text.pop_back();
  return text + R"(,"checksum":")" + *checksum + "\"}";
}

}  // namespace sluice::delta

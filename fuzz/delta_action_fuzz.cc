// The first byte chooses the kind of file and what is asked of it; the rest is a log file, a hint and a checksum file.
// Whatever the bytes: no crash, and what was understood is written so that it is understood again in the same way.
#include <cstdlib>
#include <string_view>

#include "delta/action_json.h"
#include "delta/last_checkpoint.h"
#include "delta/version_checksum.h"

namespace {

using namespace sluice;

void Require(bool good) {
  if (!good) std::abort();
}

void CheckActions(std::string_view text, delta::LogFileKind kind) {
  const auto actions = delta::ParseActions(text, "fuzz", {.kind = kind});
  for (const auto selection : {delta::ActionSelection::kProtocolAndMetadata, delta::ActionSelection::kCommitInfo}) {
    const auto some = delta::ParseActions(text, "fuzz", {.kind = kind, .selection = selection});
    Require(some.has_value() || !actions.has_value());
  }
  if (!actions || *actions == delta::ActionSet()) return;
  const auto back = delta::ParseActions(delta::FormatActions(*actions), "fuzz", {.kind = kind});
  Require(back.has_value() && *back == *actions);
}

void CheckSummaries(std::string_view text) {
  if (const auto hint = delta::ParseLastCheckpoint(text)) {
    auto back = delta::ParseLastCheckpoint(delta::FormatLastCheckpoint(*hint));
    Require(back.has_value() && back->checksum.has_value());
    back->checksum = hint->checksum;
    Require(*back == *hint);
  }
  if (const auto checksum = delta::ParseVersionChecksum(text, "fuzz")) {
    const auto back = delta::ParseVersionChecksum(delta::FormatVersionChecksum(*checksum), "fuzz");
    Require(back.has_value() && *back == *checksum);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 4 == 3) {
    CheckSummaries(text);
  } else {
    CheckActions(text, static_cast<delta::LogFileKind>(data[0] % 4));
  }
  return 0;
}

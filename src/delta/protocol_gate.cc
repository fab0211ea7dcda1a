#include "delta/protocol_gate.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>

#include "delta/active_feature.h"
#include "delta/table_feature.h"

namespace sluice::delta {
namespace {

constexpr std::int32_t kReaderMax = 3;
constexpr std::int32_t kWriterMax = 7;

using Names = std::vector<std::string>;

std::string VersionText(const Protocol& protocol) {
  return fmt::format("reader version {}, writer version {}", protocol.min_reader_version, protocol.min_writer_version);
}

/// What contradicts itself in the lists of a protocol; empty when nothing does.
std::string Contradiction(const Protocol& protocol) {
  const bool reader_list = protocol.min_reader_version == kReaderMax;
  const bool writer_list = protocol.min_writer_version == kWriterMax;
  if (reader_list && !writer_list) return "reader version 3 without writer version 7";
  if (reader_list != protocol.reader_features.has_value()) return "readerFeatures belong to reader version 3";
  if (writer_list != protocol.writer_features.has_value()) return "writerFeatures belong to writer version 7";
  for (const std::string& feature : protocol.reader_features.value_or(Names())) {
    if (std::ranges::find(*protocol.writer_features, feature) == protocol.writer_features->end()) {
      return fmt::format("feature {} is listed for readers only", feature);
    }
  }
  for (const std::string& name : protocol.writer_features.value_or(Names())) {
    const TableFeature* feature = FindFeature(name);
    if (feature != nullptr && feature->reader && !SupportsForReaders(protocol, feature->name)) {
      return fmt::format("feature {} is listed for writers only", name);
    }
  }
  return {};
}

/// Those of `names` that are not known or `refused`; sorted, once each.
template <typename Refused>
std::set<std::string> Among(const std::optional<Names>& names, Refused refused) {
  std::set<std::string> found;
  for (const std::string& name : names.value_or(Names())) {
    const TableFeature* feature = FindFeature(name);
    if (feature == nullptr || refused(*feature)) found.insert(name);
  }
  return found;
}

core::Status CheckWriterFeatures(const Protocol& protocol, Operation operation) {
  if (protocol.min_writer_version > kWriterMax || protocol.min_writer_version < 1) {
    return core::Unsupported(fmt::format("the table's protocol is {}; writers up to version {} are supported",
                                         VersionText(protocol), kWriterMax));
  }
  if (const std::string problem = Contradiction(protocol); !problem.empty()) {
    return core::Unsupported(
        fmt::format("the table's protocol contradicts itself, so nothing is written: {}", problem));
  }
  const auto refused = Among(protocol.writer_features, [&](const TableFeature& feature) {
    return feature.support == FeatureSupport::kRefused ||
           (feature.support == FeatureSupport::kReadOnly && operation != Operation::kMaintain);
  });
  if (refused.empty()) return core::Ok();
  return core::Unsupported(
      fmt::format("table requires writer feature(s) {}, which cannot be written yet", fmt::join(refused, ", ")));
}

}  // namespace

core::Status CheckCanRead(const Protocol& protocol) {
  if (protocol.min_reader_version > kReaderMax) {
    return core::Unsupported(fmt::format("table requires reader version {}; versions up to {} are supported",
                                         protocol.min_reader_version, kReaderMax));
  }
  if (protocol.min_reader_version < 1) {
    return core::Corruption(fmt::format("the table's protocol has {}", VersionText(protocol)));
  }
  if (protocol.min_reader_version < kReaderMax) return core::Ok();
  if (!protocol.reader_features) {
    return core::Corruption("the table's protocol has reader version 3 without readerFeatures");
  }
  const auto refused = Among(protocol.reader_features, [](const TableFeature& feature) {
    return feature.reader && feature.support == FeatureSupport::kRefused;
  });
  if (refused.empty()) return core::Ok();
  return core::Unsupported(fmt::format("table requires reader feature(s) {}", fmt::join(refused, ", ")));
}

core::Status CheckCanWrite(const Protocol& protocol, const Metadata& metadata, const TableSchema& schema,
                           Operation operation) {
  SLUICE_TRY(CheckCanRead(protocol));
  SLUICE_TRY(CheckWriterFeatures(protocol, operation));
  if (operation == Operation::kMaintain) return core::Ok();
  return CheckActiveFeatures(protocol, metadata, schema, operation);
}

}  // namespace sluice::delta

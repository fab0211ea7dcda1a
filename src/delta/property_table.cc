#include "delta/property_table.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "delta/name_folding.h"
#include "delta/property_text.h"

namespace sluice::delta {
namespace {

using P = TableProperties;
constexpr PropertySetter kEngine = PropertySetter::kEngine;

void KeepPolicy(P& properties, std::string_view word) {
  properties.checkpoint_policy = word == "v2" ? CheckpointPolicy::kV2 : CheckpointPolicy::kClassic;
}

void KeepIsolation(P& properties, std::string_view word) {
  properties.isolation_level =
      word == "WriteSerializable" ? IsolationLevel::kWriteSerializable : IsolationLevel::kSerializable;
}

void KeepCodec(P& properties, std::string_view word) {
  properties.parquet_codec = word == "none" ? "uncompressed" : word;
}

/// 1.0.0, or 2.x.y.
bool IsPageVersion(std::string_view text) {
  if (text == "1.0.0") return true;
  const std::size_t dot = text.find('.', 2);
  return text.starts_with("2.") && dot != std::string_view::npos && ParsePropertyNumber(text.substr(2, dot - 2)) &&
         ParsePropertyNumber(text.substr(dot + 1));
}

void KeepCurve(P& properties, std::string_view word) { properties.cluster_curve = word; }

constexpr std::array kRows{
    PropertyRow{"delta.appendOnly", FlagValue{&P::append_only}},
    PropertyRow{"delta.autoOptimize", FlagValue{}},
    PropertyRow{"delta.autoOptimize.autoCompact", WordValue{"true false auto legacy"}},
    PropertyRow{"delta.autoOptimize.optimizeWrite", FlagValue{}},
    PropertyRow{"delta.castIcebergTimeType", TextValue{}, kEngine},
    PropertyRow{"delta.checkpoint.writeStatsAsJson", FlagValue{&P::checkpoint_write_stats_as_json}},
    PropertyRow{"delta.checkpoint.writeStatsAsStruct", FlagValue{&P::checkpoint_write_stats_as_struct}},
    PropertyRow{"delta.checkpointInterval", NumberValue{&P::checkpoint_interval, 1}},
    PropertyRow{"delta.checkpointPolicy", WordValue{"classic v2", KeepPolicy}},
    PropertyRow{"delta.checkpointRetentionDuration", IntervalValue{&P::checkpoint_retention}},
    PropertyRow{"delta.columnMapping.hasDroppedOrRenamed", FlagValue{}, kEngine},
    PropertyRow{"delta.columnMapping.maxColumnId", NumberValue{}, kEngine},
    PropertyRow{"delta.columnMapping.mode", WordValue{"none name id"}},
    PropertyRow{"delta.compatibility.symlinkFormatManifest.enabled", FlagValue{}},
    PropertyRow{"delta.dataSkippingNumIndexedCols", NumberValue{&P::stats_indexed_columns, -1}},
    PropertyRow{"delta.dataSkippingStatsColumns", TextValue{.optional_member = &P::stats_columns}},
    PropertyRow{"delta.dataSkippingStringPrefixLength", NumberValue{&P::stats_string_prefix_length, 1}},
    PropertyRow{"delta.deletedFileRetentionDuration", IntervalValue{&P::deleted_file_retention}},
    PropertyRow{"delta.dropFeatureTruncateHistory.retentionDuration", IntervalValue{}},
    PropertyRow{"delta.enableChangeDataCapture", FlagValue{&P::enable_change_data_feed}, kEngine},
    PropertyRow{"delta.enableChangeDataFeed", FlagValue{&P::enable_change_data_feed}},
    PropertyRow{"delta.enableDeletionVectors", FlagValue{&P::enable_deletion_vectors}},
    PropertyRow{"delta.enableExpiredLogCleanup", FlagValue{&P::enable_expired_log_cleanup}},
    PropertyRow{"delta.enableFullRetentionRollback", FlagValue{}},
    PropertyRow{"delta.enableIcebergCompatV1", FlagValue{}},
    PropertyRow{"delta.enableIcebergCompatV2", FlagValue{}},
    PropertyRow{"delta.enableIcebergCompatV3", FlagValue{}},
    PropertyRow{"delta.enableInCommitTimestamps", FlagValue{&P::enable_in_commit_timestamps}},
    PropertyRow{"delta.enableMaterializePartitionColumnsFeature", FlagValue{}},
    PropertyRow{"delta.enableRowTracking", FlagValue{&P::enable_row_tracking}},
    PropertyRow{"delta.enableTypeWidening", FlagValue{&P::enable_type_widening}},
    PropertyRow{"delta.enableVariantShredding", FlagValue{}},
    PropertyRow{"delta.ignoreIcebergBucketPartition", TextValue{}, kEngine},
    PropertyRow{"delta.ignoreProtocolDefaults", TextValue{}, kEngine},
    PropertyRow{"delta.inCommitTimestampEnablementTimestamp",
                NumberValue{.optional_member = &P::in_commit_timestamp_enablement_ms}, kEngine},
    PropertyRow{"delta.inCommitTimestampEnablementVersion",
                NumberValue{.optional_member = &P::in_commit_timestamp_enablement_version}, kEngine},
    PropertyRow{"delta.isolationLevel", WordValue{"Serializable WriteSerializable", KeepIsolation}},
    PropertyRow{"delta.lastCommitTimestamp", TextValue{}, kEngine},
    PropertyRow{"delta.lastUpdateVersion", TextValue{}, kEngine},
    PropertyRow{"delta.logRetentionDuration", IntervalValue{&P::log_retention}},
    PropertyRow{"delta.minReaderVersion", TextValue{}, kEngine},
    PropertyRow{"delta.minWriterVersion", TextValue{}, kEngine},
    PropertyRow{"delta.parquet.compression.codec",
                WordValue{"uncompressed none snappy gzip lz4 lz4_raw zstd", KeepCodec}},
    PropertyRow{"delta.parquet.format.version",
                TextValue{.member = &P::parquet_format_version, .accepts = IsPageVersion}},
    PropertyRow{"delta.randomPrefixLength", NumberValue{&P::random_prefix_length, 1}},
    PropertyRow{"delta.randomizeFilePrefixes", FlagValue{&P::randomize_file_prefixes}},
    PropertyRow{"delta.redirectReaderWriter-preview", TextValue{}, kEngine},
    PropertyRow{"delta.redirectWriterOnly-preview", TextValue{}, kEngine},
    PropertyRow{"delta.requireCheckpointProtectionBeforeVersion",
                NumberValue{&P::require_checkpoint_protection_before_version}, kEngine},
    PropertyRow{"delta.rowTracking.materializedRowCommitVersionColumnName", TextValue{}, kEngine},
    PropertyRow{"delta.rowTracking.materializedRowIdColumnName", TextValue{}, kEngine},
    PropertyRow{"delta.rowTrackingSuspended", FlagValue{&P::row_tracking_suspended}},
    PropertyRow{"delta.sampleRetentionDuration", IntervalValue{}},
    PropertyRow{"delta.setTransactionRetentionDuration",
                IntervalValue{.optional_member = &P::set_transaction_retention}},
    PropertyRow{"delta.targetFileSize", SizeValue{.optional_member = &P::target_file_size_bytes}},
    PropertyRow{"delta.tuneFileSizesForRewrites", FlagValue{}},
    PropertyRow{"delta.universalFormat.enabledFormats", TextValue{}},
    PropertyRow{"delta.universalFormat.iceberg.atomicConversion.supported", TextValue{}, kEngine},
    PropertyRow{"delta.writePartitionColumnsToParquet", FlagValue{&P::write_partition_columns_to_parquet}},
    PropertyRow{"sluice.bloom.columns", TextValue{&P::bloom_columns}},
    PropertyRow{"sluice.bloom.fpp", FractionValue{&P::bloom_false_positives}},
    PropertyRow{"sluice.cluster.curve", WordValue{"hilbert z", KeepCurve}},
    PropertyRow{"sluice.cluster.minCube", SizeValue{&P::cluster_min_cube_bytes}},
};

template <typename Number>
void Keep(Number value, Number P::* member, std::optional<Number> P::* optional_member, P& properties) {
  if (member != nullptr) properties.*member = value;
  if (optional_member != nullptr) properties.*optional_member = value;
}

core::Result<std::string> Read(const FlagValue& spec, std::string_view text, P& properties) {
  const bool value = SameName(text, "true");
  if (!value && !SameName(text, "false")) return core::InvalidInput(fmt::format("'{}' is not true or false", text));
  if (spec.member != nullptr) properties.*spec.member = value;
  return std::string(value ? "true" : "false");
}

core::Result<std::string> Read(const NumberValue& spec, std::string_view text, P& properties) {
  SLUICE_ASSIGN_OR_RETURN(const std::int64_t number, ParsePropertyNumber(text));
  if (number < spec.min) return core::InvalidInput(fmt::format("{} is less than {}", number, spec.min));
  Keep(number, spec.member, spec.optional_member, properties);
  return fmt::format("{}", number);
}

core::Result<std::string> Read(const IntervalValue& spec, std::string_view text, P& properties) {
  SLUICE_ASSIGN_OR_RETURN(const auto interval, ParseInterval(text));
  Keep(interval, spec.member, spec.optional_member, properties);
  // Peers want the word.
  const std::string folded = FoldName(text);
  return folded.starts_with("interval ") ? folded : "interval " + folded;
}

core::Result<std::string> Read(const SizeValue& spec, std::string_view text, P& properties) {
  SLUICE_ASSIGN_OR_RETURN(const std::int64_t bytes, ParsePropertySize(text));
  if (bytes == 0) return core::InvalidInput("0 is not a size here");
  Keep(bytes, spec.member, spec.optional_member, properties);
  return FoldName(text);
}

core::Result<std::string> Read(const WordValue& spec, std::string_view text, P& properties) {
  std::string_view rest = spec.words;
  while (!rest.empty()) {
    const std::string_view word = rest.substr(0, rest.find(' '));
    rest = TrimBlanks(rest.substr(word.size()));
    if (!SameName(word, text)) continue;
    if (spec.keep != nullptr) spec.keep(properties, word);
    return std::string(word);
  }
  return core::InvalidInput(fmt::format("'{}' is not one of: {}", text, spec.words));
}

core::Result<std::string> Read(const FractionValue& spec, std::string_view text, P& properties) {
  double fraction = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), fraction);
  if (error != std::errc() || end != text.data() + text.size() || !(fraction > 0 && fraction < 1)) {
    return core::InvalidInput(fmt::format("'{}' is not a number between 0 and 1", text));
  }
  if (spec.member != nullptr) properties.*spec.member = fraction;
  return std::string(text);
}

core::Result<std::string> Read(const TextValue& spec, std::string_view text, P& properties) {
  if (spec.accepts != nullptr && !spec.accepts(text)) {
    return core::InvalidInput(fmt::format("'{}' is not a value of it", text));
  }
  Keep(std::string(text), spec.member, spec.optional_member, properties);
  return std::string(text);
}

}  // namespace

std::span<const PropertyRow> PropertyRows() { return kRows; }

core::Result<std::string> ReadPropertyValue(const PropertyRow& row, std::string_view text,
                                            TableProperties& properties) {
  return std::visit([&](const auto& spec) { return Read(spec, TrimBlanks(text), properties); }, row.value);
}

}  // namespace sluice::delta

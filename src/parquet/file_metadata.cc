#include "parquet/file_metadata.h"

#include <parquet/file_writer.h>
#include <parquet/size_statistics.h>
#include <parquet/statistics.h>

#include <limits>
#include <map>
#include <utility>

namespace sluice::parquet {
namespace {

constexpr std::size_t kStatisticsBytesMax = 1024;  // longer texts have no minimum and maximum

::parquet::EncodedStatistics Statistics(const ::parquet::ColumnDescriptor& column,
                                        const std::optional<EncodedBounds>& bounds, std::int64_t entries,
                                        std::int64_t nulls) {
  ::parquet::EncodedStatistics statistics;
  statistics.set_null_count(nulls);
  statistics.all_null_value = nulls == entries;
  statistics.set_is_signed(column.sort_order() == ::parquet::SortOrder::SIGNED);
  if (bounds && column.sort_order() != ::parquet::SortOrder::UNKNOWN) {
    statistics.set_min(bounds->min);
    statistics.set_max(bounds->max);
    statistics.ApplyStatSizeLimits(kStatisticsBytesMax);
  }
  return statistics;
}

}  // namespace

FileMetadata::FileMetadata(std::shared_ptr<::parquet::SchemaDescriptor> columns,
                           std::shared_ptr<::parquet::WriterProperties> properties, bool blooms)
    : columns_(std::move(columns)),
      properties_(std::move(properties)),
      footer_(::parquet::FileMetaDataBuilder::Make(columns_.get(), properties_)),
      index_(::parquet::PageIndexBuilder::Make(columns_.get())),
      blooms_(blooms ? ::parquet::BloomFilterBuilder::Make(columns_.get(), properties_.get()) : nullptr) {}

void FileMetadata::AddRowGroup(const RowGroup& group, std::span<const std::int64_t> positions,
                               std::span<const ColumnLayout> layouts) {
  auto* builder = footer_->AppendRowGroup();
  builder->set_num_rows(group.rows());
  index_->AppendRowGroup();
  std::int64_t bytes = 0;
  for (std::size_t i = 0; i < group.chunks().size(); ++i) {
    ColumnChunk& chunk = *group.chunks()[i];
    const auto& column = *columns_->Column(static_cast<int>(i));
    const bool dictionary = chunk.dictionary().size() > 0;
    const std::int64_t data_position = positions[i] + static_cast<std::int64_t>(chunk.dictionary().size());
    std::map<::parquet::Encoding::type, std::int32_t> data_encodings;
    for (const FinishedPage& page : chunk.pages()) ++data_encodings[page.encoding];
    std::map<::parquet::Encoding::type, std::int32_t> dictionary_encodings;
    if (dictionary) dictionary_encodings[::parquet::Encoding::PLAIN] = 1;
    auto* entry = builder->NextColumnChunk();
    // Readers that order NaN above all numbers, as DuckDB does, would skip a row group by bounds that leave it out.
    const auto bounds = chunk.has_nan() ? std::nullopt : chunk.bounds();
    entry->SetStatistics(Statistics(column, bounds, chunk.entries(), chunk.nulls()));
    const bool gave_up = layouts[i].dictionary && data_encodings.size() > 1;
    entry->Finish(chunk.entries(), dictionary ? positions[i] : 0, -1, data_position, chunk.bytes(),
                  chunk.bytes_before_codec(), dictionary, gave_up, dictionary_encodings, data_encodings);
    AddPageIndex(chunk, static_cast<int>(i), data_position);
    bytes += chunk.bytes_before_codec();
  }
  // A row group's number is optional in the footer, and has 16 bits.
  const bool numbered = groups_ <= std::numeric_limits<std::int16_t>::max();
  builder->Finish(bytes, numbered ? static_cast<std::int16_t>(groups_) : std::int16_t{-1});
  ++groups_;
}

void FileMetadata::AddPageIndex(const ColumnChunk& chunk, int column, std::int64_t data_position) {
  auto* bounds = index_->GetColumnIndexBuilder(column);
  auto* places = index_->GetOffsetIndexBuilder(column);
  for (const FinishedPage& page : chunk.pages()) {
    bounds->AddPage(Statistics(*columns_->Column(column), page.bounds, page.entries, page.nulls), {});
    places->AddPage(static_cast<std::int64_t>(page.offset), page.bytes, page.first_row);
  }
  bounds->Finish();
  places->Finish(data_position);
}

std::unique_ptr<::parquet::FileMetaData> FileMetadata::Write(
    const std::shared_ptr<const arrow::KeyValueMetadata>& metadata, arrow::io::OutputStream& out) {
  if (blooms_) footer_->SetIndexLocations(::parquet::IndexKind::kBloomFilter, blooms_->WriteTo(&out));
  index_->Finish();
  const auto written = index_->WriteTo(&out);
  footer_->SetIndexLocations(::parquet::IndexKind::kColumnIndex, written.column_index_locations);
  footer_->SetIndexLocations(::parquet::IndexKind::kOffsetIndex, written.offset_index_locations);
  auto footer = footer_->Finish(metadata);
  ::parquet::WriteFileMetaData(*footer, &out);
  return footer;
}

}  // namespace sluice::parquet

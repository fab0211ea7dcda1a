#include "parquet/file_format.h"

#include <arrow/buffer.h>
#include <arrow/ipc/writer.h>
#include <arrow/type.h>
#include <arrow/util/base64.h>
#include <arrow/util/key_value_metadata.h>
#include <fmt/format.h>
#include <parquet/arrow/schema.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/suggestion.h"
#include "core/version.h"
#include "parquet/guarded.h"

namespace sluice::parquet {
namespace {

constexpr std::size_t kStatisticsBytesMax = 1024;  // longer texts have no minimum and maximum
constexpr std::int64_t kDictionaryBytesMax = core::kMiB;
constexpr double kBloomFalsePositives = 0.01;

::parquet::Compression::type ToArrow(Codec codec) {
  switch (codec) {
    case Codec::kNone: return ::parquet::Compression::UNCOMPRESSED;
    case Codec::kSnappy: return ::parquet::Compression::SNAPPY;
    case Codec::kLz4: return ::parquet::Compression::LZ4;
    case Codec::kGzip: return ::parquet::Compression::GZIP;
    case Codec::kZstd: return ::parquet::Compression::ZSTD;
  }
  return ::parquet::Compression::UNCOMPRESSED;
}

// Parquet itself keeps that a timestamp has a zone, not which.
bool NeedsArrowSchema(const arrow::DataType& type) {
  if (type.id() == arrow::Type::TIMESTAMP) {
    const std::string& zone = static_cast<const arrow::TimestampType&>(type).timezone();
    return !zone.empty() && zone != "UTC";
  }
  return std::any_of(type.fields().begin(), type.fields().end(),
                     [](const auto& child) { return NeedsArrowSchema(*child->type()); });
}

// A page being filled is not compressed yet. With many columns, pages must be smaller, or a row group would be held
// uncompressed as a whole.
std::int64_t PageBytes(const ::parquet::SchemaDescriptor& schema, const WriteOptions& options) {
  constexpr std::uint64_t kPagesPerChunk = 4;
  constexpr std::uint64_t kSmallestPage = 32 * core::kKiB;
  const auto columns = static_cast<std::uint64_t>(std::max(1, schema.num_columns()));
  const std::uint64_t share = options.row_group_bytes_max / (columns * kPagesPerChunk);
  return static_cast<std::int64_t>(std::min(options.page_bytes_max, std::max(share, kSmallestPage)));
}

std::int64_t ExpectedGroupRows(const WriteOptions& options, std::span<const ColumnLayout> layouts) {
  double row_bytes = 0;
  for (const ColumnLayout& layout : layouts) row_bytes += layout.encoded_bytes_per_value;
  const double rows = static_cast<double>(options.row_group_bytes_max) / std::max(row_bytes, 0.125);
  return static_cast<std::int64_t>(std::min(rows, static_cast<double>(options.row_group_rows_max))) + 1;
}

core::Status ApplyBlooms(PropertiesBuilder& builder, const ::parquet::SchemaDescriptor& schema,
                         const WriteOptions& options, std::span<const ColumnLayout> layouts) {
  const std::int64_t rows = ExpectedGroupRows(options, layouts);
  for (const std::string& name : options.bloom_columns) {
    SLUICE_ASSIGN_OR_RETURN(const auto leaves, LeavesNamed(schema, name, "--bloom"));
    for (const int leaf : leaves) {
      if (schema.Column(leaf)->physical_type() == ::parquet::Type::BOOLEAN) {
        return core::InvalidInput(fmt::format("column '{}' is bool, which has no bloom filter", name))
            .WithHint("take it out of --bloom");
      }
      const double distinct = static_cast<double>(rows) * layouts[static_cast<std::size_t>(leaf)].distinct_ratio;
      ::parquet::BloomFilterOptions bloom;
      bloom.ndv = static_cast<std::int64_t>(distinct) + 1;
      bloom.fpp = kBloomFalsePositives;
      builder.enable_bloom_filter(schema.Column(leaf)->path()->ToDotString(), bloom);
    }
  }
  return core::Ok();
}

core::Status ApplySorting(PropertiesBuilder& builder, const ::parquet::SchemaDescriptor& schema,
                          const WriteOptions& options) {
  std::vector<::parquet::SortingColumn> sorting;
  for (const std::string& name : options.sorted_by) {
    SLUICE_ASSIGN_OR_RETURN(const auto leaves, LeavesNamed(schema, name, "--sort-by"));
    if (leaves.size() != 1) {
      return core::InvalidInput(fmt::format("column '{}' is nested, and rows cannot be sorted by it", name));
    }
    sorting.push_back({.column_idx = leaves[0], .descending = false, .nulls_first = false});
  }
  if (!sorting.empty()) builder.set_sorting_columns(std::move(sorting));
  return core::Ok();
}

}  // namespace

void ApplyFormat(PropertiesBuilder& builder) {
  builder.version(::parquet::ParquetVersion::PARQUET_2_6);
  builder.enable_store_decimal_as_integer();
}

void ApplyLayout(PropertiesBuilder& builder, const std::string& path, const ColumnLayout& layout,
                 const CodecSpec& codec) {
  if (layout.dictionary) {
    builder.enable_dictionary(path);
  } else {
    builder.disable_dictionary(path);
    builder.encoding(path, layout.encoding);
  }
  if (!layout.compressed) return;
  builder.compression(path, ToArrow(codec.codec));
  if (codec.codec == Codec::kZstd) builder.compression_level(path, layout.level.value_or(codec.level.value_or(3)));
  if (codec.codec == Codec::kGzip) builder.compression_level(path, codec.level.value_or(6));
}

const std::shared_ptr<::parquet::ArrowWriterProperties>& ArrowProperties() {
  static const auto properties = ::parquet::ArrowWriterProperties::Builder().set_use_threads(false)->build();
  return properties;
}

core::Result<std::shared_ptr<::parquet::SchemaDescriptor>> ParquetSchema(const arrow::Schema& schema) {
  return Guarded(core::ErrorKind::kUnsupported, [&]() -> core::Result<std::shared_ptr<::parquet::SchemaDescriptor>> {
    PropertiesBuilder builder;
    ApplyFormat(builder);
    std::shared_ptr<::parquet::SchemaDescriptor> descriptor;
    SLUICE_TRY(::parquet::arrow::ToParquetSchema(&schema, *builder.build(), *ArrowProperties(), &descriptor));
    return descriptor;
  });
}

core::Result<std::vector<int>> LeavesNamed(const ::parquet::SchemaDescriptor& schema, const std::string& name,
                                           std::string_view flag) {
  std::vector<int> leaves;
  std::vector<std::string> known;
  for (int i = 0; i < schema.num_columns(); ++i) {
    const std::string& root = schema.GetColumnRoot(i)->name();
    const std::string path = schema.Column(i)->path()->ToDotString();
    if (root == name || path == name) leaves.push_back(i);
    known.push_back(root);
    if (path != root) known.push_back(path);
  }
  if (!leaves.empty()) return leaves;
  const std::string nearest = core::NearestName(name, known);
  return core::InvalidInput(fmt::format("{} names the column '{}', which is not there", flag, name))
      .WithHint(nearest.empty() ? "name a column of the schema" : fmt::format("did you mean '{}'?", nearest));
}

core::Result<std::shared_ptr<::parquet::WriterProperties>> MakeProperties(const ::parquet::SchemaDescriptor& schema,
                                                                          const WriteOptions& options,
                                                                          std::span<const ColumnLayout> layouts,
                                                                          arrow::MemoryPool* pool) {
  PropertiesBuilder builder;
  ApplyFormat(builder);
  builder.memory_pool(pool);
  builder.created_by(fmt::format("sluice {}", core::Version()));
  builder.enable_page_checksum();
  builder.enable_write_page_index();
  builder.max_statistics_size(kStatisticsBytesMax);
  builder.dictionary_pagesize_limit(kDictionaryBytesMax);
  builder.data_pagesize(PageBytes(schema, options));
  builder.max_rows_per_page(options.page_rows_max);
  builder.max_row_group_length(static_cast<std::int64_t>(options.row_group_rows_max));
  for (int i = 0; i < schema.num_columns(); ++i) {
    ApplyLayout(builder, schema.Column(i)->path()->ToDotString(), layouts[static_cast<std::size_t>(i)], options.codec);
  }
  SLUICE_TRY(ApplyBlooms(builder, schema, options, layouts));
  SLUICE_TRY(ApplySorting(builder, schema, options));
  return builder.build();
}

core::Result<std::shared_ptr<const arrow::KeyValueMetadata>> MakeMetadata(const arrow::Schema& schema,
                                                                          const WriteOptions& options) {
  auto metadata = std::make_shared<arrow::KeyValueMetadata>();
  for (const auto& [key, value] : options.metadata) metadata->Append(key, value);
  const bool needed = std::any_of(schema.fields().begin(), schema.fields().end(),
                                  [](const auto& field) { return NeedsArrowSchema(*field->type()); });
  if (needed) {
    SLUICE_ASSIGN_OR_RETURN(const auto serialized, arrow::ipc::SerializeSchema(schema));
    metadata->Append("ARROW:schema", arrow::util::base64_encode(std::string_view(*serialized)));
  }
  return std::shared_ptr<const arrow::KeyValueMetadata>(std::move(metadata));
}

}  // namespace sluice::parquet

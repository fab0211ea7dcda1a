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

using PropertiesBuilder = ::parquet::WriterProperties::Builder;

constexpr double kBloomFalsePositives = 0.01;

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
std::int64_t PageBytes(std::size_t columns, const WriteOptions& options) {
  constexpr std::uint64_t kPagesPerChunk = 2;
  constexpr std::uint64_t kSmallestPage = 32 * core::kKiB;
  const std::uint64_t share = options.row_group_bytes_max / (std::max<std::uint64_t>(1, columns) * kPagesPerChunk);
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

// What shapes the Parquet schema; the same for every file.
void ApplyFormat(PropertiesBuilder& builder) {
  builder.version(::parquet::ParquetVersion::PARQUET_2_6);
  builder.enable_store_decimal_as_integer();
}

}  // namespace

core::Result<std::shared_ptr<::parquet::SchemaDescriptor>> ParquetSchema(const arrow::Schema& schema) {
  return Guarded(core::ErrorKind::kUnsupported, [&]() -> core::Result<std::shared_ptr<::parquet::SchemaDescriptor>> {
    PropertiesBuilder builder;
    ApplyFormat(builder);
    std::shared_ptr<::parquet::SchemaDescriptor> descriptor;
    SLUICE_TRY(::parquet::arrow::ToParquetSchema(&schema, *builder.build(),
                                                 *::parquet::default_arrow_writer_properties(), &descriptor));
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

std::vector<ChunkOptions> MakeChunkOptions(const WriteOptions& options, std::span<const ColumnLayout> layouts) {
  std::vector<ChunkOptions> chunks;
  for (const ColumnLayout& layout : layouts) {
    chunks.push_back({.codec = layout.page_codec(options.codec),
                      .page_rows_max = options.page_rows_max,
                      .page_bytes_max = PageBytes(layouts.size(), options)});
  }
  return chunks;
}

core::Result<std::shared_ptr<::parquet::WriterProperties>> MakeProperties(const ::parquet::SchemaDescriptor& schema,
                                                                          const WriteOptions& options,
                                                                          std::span<const ColumnLayout> layouts,
                                                                          arrow::MemoryPool* pool) {
  PropertiesBuilder builder;
  ApplyFormat(builder);
  builder.memory_pool(pool);
  builder.created_by(fmt::format("sluice {}", core::Version()));
  for (int i = 0; i < schema.num_columns(); ++i) {
    const PageCodec codec = layouts[static_cast<std::size_t>(i)].page_codec(options.codec);
    builder.compression(schema.Column(i)->path()->ToDotString(), ToArrow(codec.codec.codec));
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

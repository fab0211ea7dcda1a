#include "delta_log/checkpoint_file.h"

#include <arrow/record_batch.h>
#include <fmt/format.h>
#include <parquet/arrow/reader.h>
#include <parquet/metadata.h>
#include <parquet/schema.h>
#include <parquet/statistics.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "parquet/open_file.h"
#include "schema/arrow_error.h"

namespace sluice::delta_log {
namespace {

using ::parquet::schema::GroupNode;
using ::parquet::schema::Node;

constexpr std::int64_t kLevelsPerRead = 4096;
// A few bytes can stand for any number of equal levels: a column may have so many, and so many more a row.
constexpr std::int64_t kLevelsMax = 16 * 1024 * 1024;
constexpr std::int64_t kLevelsPerRowMax = 64;
constexpr std::int64_t kRowsPerBatch = 16 * 1024;
constexpr std::uint64_t kCompressionMax = 64;  // of texts
constexpr int kDepthMax = 16;

std::int16_t DefinitionOf(const Node* node) {
  std::int16_t definition = 0;
  for (; node != nullptr && node->parent() != nullptr; node = node->parent()) {
    if (!node->is_required()) ++definition;
  }
  return definition;
}

/// From a list, a map or a leaf down to the leaf. A map forks once, below its repeated group.
const Node* Descend(const Node* node, bool map_value) {
  for (int depth = 0; node->is_group(); ++depth) {
    const auto& group = static_cast<const GroupNode&>(*node);
    const int fields = group.field_count();
    if (depth > kDepthMax || fields < 1 || fields > 2 || (fields == 1 && map_value && group.is_repeated()))
      return nullptr;
    node = group.field(fields == 2 && map_value ? 1 : 0).get();
    if (fields == 2) map_value = false;
  }
  return node;
}

/// One file for several readers.
class SharedFile final : public storage::RandomAccessFile {
 public:
  explicit SharedFile(std::shared_ptr<storage::RandomAccessFile> file) : file_(std::move(file)) {}
  std::uint64_t size() const override { return file_->size(); }
  core::Result<std::size_t> ReadAt(std::uint64_t offset, std::span<char> out) override {
    return file_->ReadAt(offset, out);
  }

 private:
  std::shared_ptr<storage::RandomAccessFile> file_;
};

}  // namespace

core::Result<std::shared_ptr<const CheckpointFile>> CheckpointFile::Open(storage::FileSystem& files,
                                                                         const std::string& path,
                                                                         arrow::MemoryPool* pool) {
  SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<storage::RandomAccessFile> file, files.OpenRandomAccess(path));
  SLUICE_ASSIGN_OR_RETURN(auto reader, parquet::OpenParquetReader(std::make_unique<SharedFile>(file), path, pool));
  return std::shared_ptr<const CheckpointFile>(new CheckpointFile(path, std::move(file), std::move(reader), pool));
}

int CheckpointFile::row_groups() const { return reader_->metadata()->num_row_groups(); }

std::int64_t CheckpointFile::rows(int row_group) const { return reader_->metadata()->RowGroup(row_group)->num_rows(); }

const Node* CheckpointFile::FindNode(Names names) const {
  const Node* node = reader_->metadata()->schema()->group_node();
  for (const std::string_view name : names) {
    if (!node->is_group()) return nullptr;
    const auto& group = static_cast<const GroupNode&>(*node);
    const int index = group.FieldIndex(std::string(name));
    if (index < 0) return nullptr;
    node = group.field(index).get();
  }
  return node;
}

bool CheckpointFile::HasColumn(Names names) const { return FindNode(names) != nullptr; }

core::Result<std::optional<CheckpointLeaf>> CheckpointFile::FindLeaf(Names names, bool map_value) const {
  using Found = std::optional<CheckpointLeaf>;
  const Node* container = FindNode(names);
  if (container == nullptr) return Found();
  const Node* node = Descend(container, map_value);
  const int column = node == nullptr ? -1 : reader_->metadata()->schema()->ColumnIndex(*node);
  if (column < 0) {
    return core::Corruption(fmt::format("column {} has not the shape that checkpoints give it", fmt::join(names, ".")));
  }
  const ::parquet::ColumnDescriptor* descriptor = reader_->metadata()->schema()->Column(column);
  CheckpointLeaf leaf{.column = column,
                      .type = descriptor->physical_type(),
                      .max_definition = descriptor->max_definition_level(),
                      .container_definition = DefinitionOf(container)};
  if (container->is_repeated()) --leaf.container_definition;  // a bare repeated field
  const Node* repeated = node;
  while (repeated != nullptr && !repeated->is_repeated()) repeated = repeated->parent();
  leaf.entry_definition = DefinitionOf(repeated);
  return Found(leaf);
}

bool CheckpointFile::AllNull(int row_group, const CheckpointLeaf& leaf) const {
  if (leaf.max_definition == 0) return false;
  const auto chunk = reader_->metadata()->RowGroup(row_group)->ColumnChunk(leaf.column);
  const auto statistics = chunk->statistics();
  return statistics != nullptr && statistics->HasNullCount() && statistics->null_count() == chunk->num_values();
}

std::size_t CheckpointFile::BytesEstimate(int row_group, const CheckpointLeaf& leaf) const {
  const auto chunk = reader_->metadata()->RowGroup(row_group)->ColumnChunk(leaf.column);
  const auto bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(chunk->total_uncompressed_size(), 0));
  return std::min<std::uint64_t>(bytes, file_->size() * kCompressionMax);
}

core::Error CheckpointFile::WrongType(const CheckpointLeaf& leaf, std::string_view expected) const {
  return core::Corruption(fmt::format("column {} is {}, not {}",
                                      reader_->metadata()->schema()->Column(leaf.column)->path()->ToDotString(),
                                      ::parquet::TypeToString(leaf.type), expected));
}

template <typename Type, typename Value, typename Convert>
core::Status CheckpointFile::VisitColumn(int row_group, const CheckpointLeaf& leaf, const Visit<Value>& visit,
                                         Convert&& convert) const {
  using Stored = typename Type::c_type;
  const std::shared_ptr<::parquet::ColumnReader> column = reader_->RowGroup(row_group)->Column(leaf.column);
  auto& typed = static_cast<::parquet::TypedColumnReader<Type>&>(*column);
  // Levels that the column does not have are not written, and stay 0.
  std::vector<std::int16_t> definitions(kLevelsPerRead);
  std::vector<std::int16_t> repetitions(kLevelsPerRead);
  const auto stored = std::make_unique<Stored[]>(kLevelsPerRead);
  const auto values = std::make_unique<Value[]>(kLevelsPerRead);
  const auto damaged = [&] {
    return core::Corruption(
        fmt::format("row group {} has not all values of column {}", row_group, column->descr()->path()->ToDotString()));
  };
  const std::int64_t rows_expected = rows(row_group);
  std::int64_t rows_seen = 0;
  std::int64_t levels_seen = 0;
  while (typed.HasNext()) {
    std::int64_t values_read = 0;
    const std::int64_t levels =
        typed.ReadBatch(kLevelsPerRead, definitions.data(), repetitions.data(), stored.get(), &values_read);
    levels_seen += levels;
    if (levels == 0 || rows_seen > rows_expected) return damaged();
    if ((levels_seen - kLevelsMax) / kLevelsPerRowMax > rows_expected) {
      return core::LimitExceeded(fmt::format("row group {} has more than {} values in {} rows of column {}", row_group,
                                             levels_seen, rows_expected, column->descr()->path()->ToDotString()));
    }
    const std::span definitions_read = std::span(definitions).first(static_cast<std::size_t>(levels));
    const std::span repetitions_read = std::span(repetitions).first(static_cast<std::size_t>(levels));
    if ((rows_seen == 0 && repetitions_read.front() != 0) ||
        std::ranges::count(definitions_read, leaf.max_definition) != values_read) {
      return damaged();
    }
    rows_seen += std::ranges::count(repetitions_read, std::int16_t{0});
    const std::span stored_read(stored.get(), static_cast<std::size_t>(values_read));
    std::ranges::transform(stored_read, values.get(), convert);
    visit({.definitions = definitions_read,
           .repetitions = repetitions_read,
           .values = std::span(values.get(), stored_read.size())});
  }
  return rows_seen == rows_expected ? core::Ok() : damaged();
}

core::Status CheckpointFile::VisitTexts(int row_group, const CheckpointLeaf& leaf,
                                        const Visit<std::string_view>& visit) const {
  if (leaf.type != ::parquet::Type::BYTE_ARRAY) return WrongType(leaf, "text");
  return VisitColumn<::parquet::ByteArrayType>(row_group, leaf, visit, [](const ::parquet::ByteArray& text) {
    return std::string_view(reinterpret_cast<const char*>(text.ptr), text.len);
  });
}

core::Status CheckpointFile::VisitIntegers(int row_group, const CheckpointLeaf& leaf,
                                           const Visit<std::int64_t>& visit) const {
  const auto widen = [](auto number) { return std::int64_t{number}; };
  if (leaf.type == ::parquet::Type::INT64) return VisitColumn<::parquet::Int64Type>(row_group, leaf, visit, widen);
  if (leaf.type == ::parquet::Type::INT32) return VisitColumn<::parquet::Int32Type>(row_group, leaf, visit, widen);
  return WrongType(leaf, "an integer");
}

core::Status CheckpointFile::VisitBooleans(int row_group, const CheckpointLeaf& leaf, const Visit<bool>& visit) const {
  if (leaf.type != ::parquet::Type::BOOLEAN) return WrongType(leaf, "a boolean");
  return VisitColumn<::parquet::BooleanType>(row_group, leaf, visit, std::identity());
}

core::Result<std::vector<bool>> CheckpointFile::FindRows(int row_group, const CheckpointLeaf& leaf) const {
  std::vector<bool> found;
  const auto visit = [&](const auto& levels) {
    // Of most kinds of action a checkpoint has none in most places.
    if (levels.values.empty()) {
      found.resize(found.size() + static_cast<std::size_t>(std::ranges::count(levels.repetitions, std::int16_t{0})));
      return;
    }
    for (std::size_t i = 0; i < levels.definitions.size(); ++i) {
      if (levels.repetitions[i] == 0) found.push_back(levels.definitions[i] == leaf.max_definition);
    }
  };
  switch (leaf.type) {
    case ::parquet::Type::BYTE_ARRAY: SLUICE_TRY(VisitTexts(row_group, leaf, visit)); break;
    case ::parquet::Type::BOOLEAN: SLUICE_TRY(VisitBooleans(row_group, leaf, visit)); break;
    default: SLUICE_TRY(VisitIntegers(row_group, leaf, visit));
  }
  return found;
}

core::Status CheckpointFile::VisitColumns(int row_group, Names names,
                                          const std::function<core::Status(const arrow::RecordBatch&)>& visit) const {
  SLUICE_ASSIGN_OR_RETURN(const auto opened,
                          parquet::OpenTableFile(std::make_unique<SharedFile>(file_), path_, kRowsPerBatch, pool_));
  const ::parquet::SchemaDescriptor& schema = *opened->parquet_reader()->metadata()->schema();
  std::vector<int> columns;
  const std::string prefix = fmt::format("{}.", fmt::join(names, "."));
  for (int i = 0; i < schema.num_columns(); ++i) {
    if (schema.Column(i)->path()->ToDotString().starts_with(prefix)) columns.push_back(i);
  }
  SLUICE_ASSIGN_OR_RETURN(const auto batches, opened->GetRecordBatchReader({row_group}, columns));
  while (true) {
    SLUICE_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::RecordBatch> batch, batches->Next());
    if (batch == nullptr) return core::Ok();
    SLUICE_TRY(visit(*batch));
  }
}

}  // namespace sluice::delta_log

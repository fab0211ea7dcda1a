#include "parquet/encoding_choice.h"

#include <fmt/format.h>

#include "parquet/file_format.h"

namespace sluice::parquet {

core::Status CheckEncodings(const ::parquet::SchemaDescriptor& columns, const WriteOptions& options) {
  for (const auto& [name, encoding] : options.encodings) {
    SLUICE_ASSIGN_OR_RETURN(const auto leaves, LeavesNamed(columns, name, "--encoding"));
    for (const int leaf : leaves) {
      if (Fits(encoding, columns.Column(leaf)->physical_type())) continue;
      return core::InvalidInput(fmt::format("column '{}' cannot have the encoding {}", name, FormatEncoding(encoding)))
          .WithHint("leave it out of --encoding, or say plain");
    }
  }
  return core::Ok();
}

core::Result<std::vector<ColumnLayout>> ChooseLayouts(const arrow::Schema&, const ::parquet::SchemaDescriptor& columns,
                                                      std::span<const std::shared_ptr<arrow::RecordBatch>>,
                                                      const WriteOptions&, core::Executor&, arrow::MemoryPool*) {
  std::vector<ColumnLayout> layouts(static_cast<std::size_t>(columns.num_columns()));
  for (int i = 0; i < columns.num_columns(); ++i) {
    layouts[static_cast<std::size_t>(i)].dictionary = columns.Column(i)->physical_type() != ::parquet::Type::BOOLEAN;
  }
  return layouts;
}

}  // namespace sluice::parquet

#include "parquet/column_values.h"

#include <fmt/format.h>

#include "parquet/bool_values.h"
#include "parquet/number_values.h"
#include "parquet/text_values.h"

namespace sluice::parquet {

core::Result<std::unique_ptr<ColumnValues>> ColumnValues::Make(const ::parquet::ColumnDescriptor& column,
                                                               const ColumnLayout& layout,
                                                               ::parquet::BloomFilter* bloom) {
  switch (column.physical_type()) {
    case ::parquet::Type::BOOLEAN: return MakeBoolValues();
    case ::parquet::Type::INT32:
    case ::parquet::Type::INT64:
    case ::parquet::Type::FLOAT:
    case ::parquet::Type::DOUBLE: return MakeNumberValues(column, layout, bloom);
    case ::parquet::Type::BYTE_ARRAY:
    case ::parquet::Type::FIXED_LEN_BYTE_ARRAY: return MakeTextValues(column, layout, bloom);
    default: break;
  }
  return core::Internal(fmt::format("column {} is of a Parquet type that is not written", column.name()));
}

}  // namespace sluice::parquet

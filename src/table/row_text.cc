#include "table/row_text.h"

#include <arrow/api.h>
#include <arrow/io/file.h>
#include <fmt/format.h>
#include <parquet/arrow/reader.h>
#include <parquet/file_reader.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iterator>

#include "schema/arrow_error.h"

namespace sluice::table {
namespace {

using ArrayPointer = std::shared_ptr<arrow::Array>;

std::string FloatText(double value) {
  if (std::isnan(value)) return "nan";
  return fmt::format("{:a}", value);
}

std::string TextOf(const arrow::Array& values, std::int64_t row);

std::string ListText(const arrow::Array& values, std::int64_t begin, std::int64_t end, bool ordered) {
  std::vector<std::string> texts;
  for (std::int64_t i = begin; i < end; ++i) texts.push_back(TextOf(values, i));
  if (!ordered) std::sort(texts.begin(), texts.end());
  return fmt::format("[{}]", fmt::join(texts, ", "));
}

std::string StructText(const arrow::StructArray& values, std::int64_t row) {
  std::vector<std::string> texts;
  for (int i = 0; i < values.num_fields(); ++i) {
    texts.push_back(values.type()->field(i)->name() + ": " + TextOf(*values.field(i), row));
  }
  std::sort(texts.begin(), texts.end());
  return fmt::format("{{{}}}", fmt::join(texts, ", "));
}

std::string TimestampText(const arrow::TimestampArray& values, std::int64_t row) {
  const auto& type = static_cast<const arrow::TimestampType&>(*values.type());
  std::int64_t value = values.Value(row);
  if (type.unit() == arrow::TimeUnit::MILLI) value *= 1000;
  if (type.unit() == arrow::TimeUnit::NANO)
    value = static_cast<std::int64_t>(std::floor(static_cast<double>(value) / 1000));
  return fmt::format("{}us", value);
}

std::string NumberText(const arrow::Array& values, std::int64_t row) {
  switch (values.type_id()) {
    case arrow::Type::FLOAT: return FloatText(static_cast<const arrow::FloatArray&>(values).Value(row));
    case arrow::Type::DOUBLE: return FloatText(static_cast<const arrow::DoubleArray&>(values).Value(row));
    case arrow::Type::DECIMAL128: return static_cast<const arrow::Decimal128Array&>(values).FormatValue(row);
    case arrow::Type::INT8: return fmt::to_string(static_cast<const arrow::Int8Array&>(values).Value(row));
    case arrow::Type::INT16: return fmt::to_string(static_cast<const arrow::Int16Array&>(values).Value(row));
    case arrow::Type::INT32: return fmt::to_string(static_cast<const arrow::Int32Array&>(values).Value(row));
    case arrow::Type::INT64: return fmt::to_string(static_cast<const arrow::Int64Array&>(values).Value(row));
    default: return values.GetScalar(row).ValueOrDie()->ToString();
  }
}

template <typename ArrayType>
std::string TextOf(const arrow::Array& values, std::int64_t row) {
  return fmt::format("'{}'", static_cast<const ArrayType&>(values).GetView(row));
}

std::string TextOf(const arrow::Array& values, std::int64_t row) {
  if (values.IsNull(row) || values.type_id() == arrow::Type::NA) return "NULL";
  switch (values.type_id()) {
    case arrow::Type::STRING: return TextOf<arrow::StringArray>(values, row);
    case arrow::Type::STRING_VIEW: return TextOf<arrow::StringViewArray>(values, row);
    case arrow::Type::LARGE_STRING: return TextOf<arrow::LargeStringArray>(values, row);
    case arrow::Type::BINARY: return TextOf<arrow::BinaryArray>(values, row);
    case arrow::Type::BINARY_VIEW: return TextOf<arrow::BinaryViewArray>(values, row);
    case arrow::Type::LARGE_BINARY: return TextOf<arrow::LargeBinaryArray>(values, row);
    case arrow::Type::TIMESTAMP: return TimestampText(static_cast<const arrow::TimestampArray&>(values), row);
    case arrow::Type::STRUCT: return StructText(static_cast<const arrow::StructArray&>(values), row);
    case arrow::Type::LIST: {
      const auto& list = static_cast<const arrow::ListArray&>(values);
      return ListText(*list.values(), list.value_offset(row), list.value_offset(row + 1), true);
    }
    case arrow::Type::MAP: {
      const auto& map = static_cast<const arrow::MapArray&>(values);
      return ListText(arrow::StructArray(map.values()->data()), map.value_offset(row), map.value_offset(row + 1),
                      false);
    }
    default: return NumberText(values, row);
  }
}

core::Status AppendFile(const std::string& path, std::vector<std::string>& rows) {
  SLUICE_ASSIGN_OR_RETURN(auto file, arrow::io::ReadableFile::Open(path));
  ::parquet::ArrowReaderProperties properties;
  properties.set_coerce_int96_timestamp_unit(arrow::TimeUnit::MICRO);
  SLUICE_ASSIGN_OR_RETURN(
      auto reader, ::parquet::arrow::FileReader::Make(arrow::default_memory_pool(),
                                                      ::parquet::ParquetFileReader::Open(std::move(file)), properties));
  SLUICE_ASSIGN_OR_RETURN(const auto batches, reader->GetRecordBatchReader());
  while (true) {
    std::shared_ptr<arrow::RecordBatch> batch;
    SLUICE_TRY(batches->ReadNext(&batch));
    if (!batch) return core::Ok();
    AppendRowTexts(*batch, rows);
  }
}

}  // namespace

void AppendRowTexts(const arrow::RecordBatch& batch, std::vector<std::string>& rows) {
  std::vector<std::pair<std::string, ArrayPointer>> columns;
  for (int i = 0; i < batch.num_columns(); ++i) columns.emplace_back(batch.column_name(i), batch.column(i));
  std::sort(columns.begin(), columns.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (std::int64_t row = 0; row < batch.num_rows(); ++row) {
    std::string text;
    for (const auto& [name, values] : columns) {
      text += (text.empty() ? "" : " | ") + name + " = " + TextOf(*values, row);
    }
    rows.push_back(std::move(text));
  }
}

core::Result<std::vector<std::string>> ReadRowTexts(const std::string& path) {
  std::vector<std::string> rows;
  if (!std::filesystem::is_directory(path)) {
    SLUICE_TRY(AppendFile(path, rows));
  } else {
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      const std::string name = entry.path().filename().string();
      if (name[0] == '.' || name[0] == '_' || entry.path().extension() != ".parquet") continue;
      SLUICE_TRY(AppendFile(entry.path().string(), rows));
    }
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

std::string CompareRows(const std::vector<std::string>& actual, const std::vector<std::string>& expected) {
  std::vector<std::string> extra;
  std::vector<std::string> missing;
  std::set_difference(actual.begin(), actual.end(), expected.begin(), expected.end(), std::back_inserter(extra));
  std::set_difference(expected.begin(), expected.end(), actual.begin(), actual.end(), std::back_inserter(missing));
  if (extra.empty() && missing.empty()) return "";
  constexpr std::size_t kShown = 3;
  std::string text = fmt::format("{} rows, {} expected", actual.size(), expected.size());
  for (std::size_t i = 0; i < std::min(kShown, extra.size()); ++i) text += "\n  too much: " + extra[i];
  for (std::size_t i = 0; i < std::min(kShown, missing.size()); ++i) text += "\n  missing:  " + missing[i];
  return text;
}

}  // namespace sluice::table
